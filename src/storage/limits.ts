/** For how long a store is waited for. In milliseconds, by a clock that runs steadily. */
export interface StoreLimits {
  /** For the answer to a COMMIT; after that its outcome is unknown. */
  readonly commitMs: number;
  /** For one work that shares its commit, and so holds up the others. */
  readonly workMs: number;
  /** For how long a connection whose COMMIT is not answered is kept, so that it may answer after all. */
  readonly unansweredMs: number;
  /** How long after one transaction another is let through, while so many COMMITs are not answered that the rest are refused. */
  readonly tryMs: number;
}

/** A standby that is started anew is back within the first of these; nobody's statement waits for a lock as long as the second. */
export const STORE_LIMITS: StoreLimits = { commitMs: 10_000, workMs: 10_000, unansweredMs: 3_600_000, tryMs: 5_000 };

/**
 * After this nothing more comes of a call that began then. It gives up after minutes, but its last packet may sit in a cut
 * connection, or its process be suspended, for longer. An orphan does no harm while it waits; a key that is swept too early
 * is a value lost.
 */
export const ORPHAN_GRACE_MS = 24 * 60 * 60 * 1000;

/** What `within` answers where the time has run out. */
export const TOO_LATE = Symbol('too late');

/** @returns what the promise comes to, or `TOO_LATE`; then it goes on, and its failure is nobody's */
export function within<R>(promise: Promise<R>, ms: number): Promise<R | typeof TOO_LATE> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(TOO_LATE), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
