/** Time is passed in, so that a test decides what time it is. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

/** Two nodes' clocks differ by less. */
export const CLOCKS_DIFFER_MS = 5 * 60 * 1000;

/**
 * When what began at a time is over its period. What began in the future, under a clock that was wrong then, is due at
 * once, and not only when that time has come.
 */
export function dueAfter(since: number, periodMs: number, now: Date): Date {
  return new Date(since > now.getTime() + CLOCKS_DIFFER_MS ? now : since + periodMs);
}
