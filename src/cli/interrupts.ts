/**
 * Ctrl-C, and its like, at a command whose work may end after any page: the first one asks for that, a second one ends
 * the process where it is.
 */

/** As a shell says it of a command that was interrupted. */
export const INTERRUPTED = 130;

/** @returns whether it was asked for, and what stops listening */
export function listenForInterrupts(): { readonly interrupted: () => boolean; readonly stop: () => void } {
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, interrupt);
  return {
    interrupted: () => interrupted,
    stop: () => {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}
