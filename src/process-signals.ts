/**
 * The signals by which a person, a terminal or a supervisor ends a process: the first asks it to finish, a later one to end.
 *
 * Guarantees: a terminal's Ctrl-C, which comes twice at once where `npm` passes it on, counts once.
 * Does not: see SIGKILL, which nobody does.
 */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What `npm` passes on is here sooner than a person presses twice. */
const SAME_MS = 500;

export interface EndListeners {
  first(signal: string): void;
  /** Another one, later. */
  again(): void;
}

/** @returns what stops listening */
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
