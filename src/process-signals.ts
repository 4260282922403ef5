/**
 * The signals by which a person, a terminal or a supervisor ends a process. The first asks it to finish its work, a
 * later one to end at once.
 *
 * Guarantees: a terminal's Ctrl-C counts once, although it comes twice at once if `npm` passes it on.
 * Does not: see SIGKILL, which no process sees.
 */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A signal that `npm` passes on arrives sooner than a person can press again. */
const SAME_MS = 500;

export interface EndListeners {
  first(signal: string): void;
  /** Called for another signal, later. */
  again(): void;
}

/** @returns a function that stops listening */
export function onEndSignals({ first, again }: EndListeners): () => void {
  let askedAt: number | undefined;
  const heard = (signal: string) => {
    const now = performance.now();
    if (askedAt === undefined) {
      askedAt = now;
      first(signal);
    } else if (now - askedAt >= SAME_MS) {
      again();
    }
  };
  for (const signal of SIGNALS) process.on(signal, heard);
  return () => {
    for (const signal of SIGNALS) process.off(signal, heard);
  };
}
