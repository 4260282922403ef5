/**
 * Ctrl-C, or a similar signal, during a command whose work may stop after any page. The first one asks the work to
 * stop; a second one ends the process at once. Either way, what was made only for the work is removed (`temporary.ts`).
 */
import { onEndSignals } from '../process-signals.ts';

/** The exit code by which a shell reports an interrupted command. */
export const INTERRUPTED = 130;

/** @returns whether an interrupt came, a signal that tells so, and a function that stops listening */
export function listenForInterrupts(): {
  readonly interrupted: () => boolean;
  readonly signal: AbortSignal;
  readonly stop: () => void;
} {
  const asked = new AbortController();
  const stop = onEndSignals({ first: () => asked.abort(), again: () => process.exit(INTERRUPTED) });
  return { interrupted: () => asked.signal.aborted, signal: asked.signal, stop };
}
