/** How long a store is waited for, in milliseconds of a steady clock. */
export interface StoreLimits {
  /** How long the answer to a COMMIT may take; after that its outcome is unknown. */
  readonly commitMs: number;
  /** How long one work may take that shares its commit, and so holds up the others. */
  readonly workMs: number;
  /** How long a connection whose COMMIT is not answered is kept, so that the answer may still come. */
  readonly unansweredMs: number;
  /** While too many COMMITs are unanswered and the rest is refused, one transaction is let through this often. */
  readonly tryMs: number;
}

/** A restarted standby is back within the first limit. No statement waits for a lock as long as the second. */
export const STORE_LIMITS: StoreLimits = { commitMs: 10_000, workMs: 10_000, unansweredMs: 3_600_000, tryMs: 5_000 };

/**
 * After this time, nothing more comes of a call that began before it. A call gives up after minutes, but its last
 * packet may sit in a cut connection, or its process be suspended, for longer. An orphan does no harm while it waits; a
 * key that is swept too early is a value lost.
 */
export const ORPHAN_GRACE_MS = 24 * 60 * 60 * 1000;

/** A process may be suspended. Once a call is this old, its new keys may have been swept as orphans: it is given up. */
export const MAX_CALL_MS = ORPHAN_GRACE_MS / 2;

/** What `within` answers when the time has run out. */
export const TOO_LATE = Symbol('too late');

/** @returns the promise's result, or `TOO_LATE`; then the promise goes on, and its failure is ignored */
export function within<R>(promise: Promise<R>, ms: number): Promise<R | typeof TOO_LATE> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, TOO_LATE);
    const ended =
      <E>(end: (outcome: E) => void) =>
      (outcome: E) => {
        clearTimeout(timer);
        end(outcome);
      };
    promise.then(ended(resolve), ended(reject));
  });
}
