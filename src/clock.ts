/** Time is passed in, so that a test decides what time it is. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

/*
 * By how much clocks may differ. There is no one figure: each use fails in a direction of its own when clocks differ by more.
 */

/** What is due is due by any node's clock; where two differ by more, one of them is wrong, which the doctor calls a failure. */
export const CLOCKS_DIFFER_MS = 5 * 60 * 1000;
/**
 * A bucket may be so much older than it says, when it is asked whether it was made under a stolen epoch. Wide: one too many
 * costs work, and one too few leaves values under a stolen key.
 */
export const BUCKET_SKEW_MS = 15 * 60 * 1000;
/**
 * How far ahead another node's clock may be when it opens a window. Narrow: a window lives so much longer, and what it
 * opens must be gone within 15 minutes.
 */
export const WINDOW_AHEAD_MS = 60 * 1000;
/** From here on the doctor warns of a database's clock that differs from this machine's. */
export const CLOCK_WARNING_MS = 5_000;
/** Nodes that are set by NTP write no later than this from now. */
export const CLOCK_LEAP_MS = 2_000;

/**
 * When what began at a time is over its period. What began in the future, under a clock that was wrong then, is due at
 * once, and not only when that time has come.
 */
export function dueAfter(since: number, periodMs: number, now: Date): Date {
  return new Date(since > now.getTime() + CLOCKS_DIFFER_MS ? now : since + periodMs);
}
