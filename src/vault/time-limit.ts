/**
 * How long a call may take, all in all: waiting for a connection, in a queue, for locks, for every statement of both stores
 * and for its COMMITs. By a clock that runs steadily, and not while the client still sends.
 *
 * Does not: end the work whose time has run out. It goes on where nobody waits for it, until it comes to a commit, which is
 * then refused (`perform.ts`).
 */
import { OutcomeUnknownError, timedOut } from '../storage/errors.ts';
import { TOO_LATE, within } from '../storage/limits.ts';

export const CALL_LIMIT_MS = 30_000;

export class TimeLimit {
  #endsAt: number;

  constructor(ms: number) {
    this.#endsAt = performance.now() + ms;
  }

  get isOver(): boolean {
    return performance.now() >= this.#endsAt;
  }

  /** @returns what the work comes to, or `TOO_LATE`; then it goes on, and its failure is nobody's */
  within<R>(work: Promise<R>): Promise<R | typeof TOO_LATE> {
    return within(work, Math.max(0, Math.ceil(this.#endsAt - performance.now())));
  }

  /** As long as there is time. @throws {UnavailableError} `timed_out`: nothing is kept, which is for the caller to see to */
  async orTimedOut<R>(work: Promise<R>): Promise<R> {
    const found = await this.within(work);
    if (found === TOO_LATE) throw timedOut();
    return found;
  }

  /** Work whose time does not count. */
  async outside<R>(work: () => Promise<R>): Promise<R> {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      this.#endsAt += performance.now() - startedAt;
    }
  }
}

/**
 * What follows the commit of a call, as long as its caller waits. What was committed stands.
 * @throws {OutcomeUnknownError} of this part
 */
export async function inTime<R>(limit: TimeLimit | undefined, work: Promise<R>): Promise<R> {
  const found = limit === undefined ? await work : await limit.within(work);
  if (found === TOO_LATE) throw new OutcomeUnknownError('too_slow');
  return found;
}
