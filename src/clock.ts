/** Time is passed in, so that a test decides what time it is. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

/*
 * By how much clocks may differ. There is no single figure: if clocks differ by more, each use fails in its own way.
 */

/** Work is due once any node’s clock says so. If two clocks differ by more, one is wrong, and the doctor says so. */
export const CLOCKS_DIFFER_MS = 5 * 60 * 1000;
/**
 * How much older a bucket may be than it says. This decides whether it was made under a stolen epoch. It is wide: one
 * bucket too many costs work, and one too few leaves values under a stolen key.
 */
export const BUCKET_SKEW_MS = 15 * 60 * 1000;
/**
 * How far ahead another node's clock may be when that node opens a window. It is narrow, because a window lives longer
 * by this, and what it opens must be gone within 15 minutes.
 */
export const WINDOW_AHEAD_MS = 60 * 1000;
/** The doctor warns if a database's clock differs from this machine's by this or more. */
export const CLOCK_WARNING_MS = 5_000;
/** Nodes whose clocks NTP sets write times no later than this from now. */
export const CLOCK_LEAP_MS = 2_000;

/**
 * When a thing that began at this time reaches the end of its period. If it began in the future, the clock was wrong
 * then; the thing is due at once, and does not wait for that time.
 */
export function dueAfter(since: number, periodMs: number, now: Date): Date {
  return new Date(since > now.getTime() + CLOCKS_DIFFER_MS ? now : since + periodMs);
}
