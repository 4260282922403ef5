/**
 * Ctrl-C, and its like, at a command whose work may end after any page: the first one asks for that, a second one ends
 * the process where it is. What was made for the work alone goes either way (`temporary.ts`).
 */
import { onEndSignals } from '../process-signals.ts';

/** As a shell says it of a command that was interrupted. */
export const INTERRUPTED = 130;

/** @returns whether it was asked for, a signal that says so, and what stops listening */
export function listenForInterrupts(): {
  readonly interrupted: () => boolean;
  readonly signal: AbortSignal;
  readonly stop: () => void;
} {
  const asked = new AbortController();
  const stop = onEndSignals({ first: () => asked.abort(), again: () => process.exit(INTERRUPTED) });
  return { interrupted: () => asked.signal.aborted, signal: asked.signal, stop };
}
