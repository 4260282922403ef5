/**
 * How long a call may take in all: waiting for a connection, in a queue or for locks, every statement of both stores,
 * and its COMMITs. It counts by a clock that runs steadily, and not while the client still sends.
 *
 * Does not: end work whose time has run out. That work goes on with nobody waiting, until it comes to a commit, which
 * is refused (`perform.ts`).
 */
import { OutcomeUnknownError, timedOut } from '../storage/errors.ts';
import { TOO_LATE, within } from '../storage/limits.ts';

export class TimeLimit {
  #endsAt: number;

  constructor(ms: number) {
    this.#endsAt = performance.now() + ms;
  }

  get isOver(): boolean {
    return performance.now() >= this.#endsAt;
  }

  /** @returns the result of the work, or `TOO_LATE`; the work then goes on, and its failure is ignored */
  within<R>(work: Promise<R>): Promise<R | typeof TOO_LATE> {
    return within(work, Math.max(0, Math.ceil(this.#endsAt - performance.now())));
  }

  /** Waits as long as there is time. @throws {UnavailableError} `timed_out`; the caller ensures that nothing is kept */
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

/** For what follows a commit and has the same limit: both end at the same moment. */
const AFTERWARDS_MS = 1_000;

/** One call and its commit: whether it may still commit, and what its caller is told when its time has run out. */
export class CallTime {
  readonly #limit: TimeLimit;
  readonly #call: { readonly mayTakeLong?: true; readonly seenThrough?: true };
  /** From `committing` on, the commit may have happened; a call that is `given_up` commits no more. */
  #at: 'work' | 'committing' | 'committed' | 'given_up' = 'work';

  constructor(limit: TimeLimit, call: { readonly mayTakeLong?: true; readonly seenThrough?: true }) {
    this.#limit = limit;
    this.#call = call;
  }

  /** Whether its own commit was on the way when it failed. */
  get mayBeDone(): boolean {
    return this.#at === 'committing';
  }

  /** Call it first in its transaction, at each run. @throws {UnavailableError} `timed_out` */
  begins(): void {
    this.#assertInTime();
    this.#at = this.#call.seenThrough ? 'committing' : 'work';
  }

  /** Call it last in its transaction. @throws {UnavailableError} `timed_out` */
  isOnTheWay(): void {
    this.#assertInTime();
    this.#at = 'committing';
  }

  /** Waits for its store, which may find that nothing is kept. */
  async commit<R>(committing: Promise<R>): Promise<R> {
    try {
      const done = await committing;
      this.#at = 'committed';
      return done;
    } catch (error) {
      if (this.#at === 'committing' && !(error instanceof OutcomeUnknownError)) this.#at = 'work';
      throw error;
    }
  }

  /** @throws {UnavailableError} `timed_out`: nothing is kept @throws {OutcomeUnknownError} @throws the call's error */
  async answer<R>(call: Promise<R>): Promise<R> {
    const found = await this.#limit.within(call);
    if (found !== TOO_LATE) return found;
    if (this.#call.mayTakeLong) throw new OutcomeUnknownError('too_slow');
    if (this.#at === 'committed') {
      const late = await within(call, AFTERWARDS_MS);
      if (late !== TOO_LATE) return late;
      throw new OutcomeUnknownError('too_slow');
    }
    if (this.#at === 'work') this.#at = 'given_up';
    if (this.#at === 'given_up') throw timedOut();
    // If its store runs it once more, it is refused there, unless it is seen through.
    throw new OutcomeUnknownError('too_slow');
  }

  #assertInTime(): void {
    const mayBeLate = this.#call.mayTakeLong || (this.#call.seenThrough && this.#at === 'committing');
    if (this.#at === 'given_up' || (this.#limit.isOver && !mayBeLate)) throw timedOut();
  }
}

/**
 * Does what follows the commit of a call, for as long as its caller waits. What was committed stands.
 * @throws {OutcomeUnknownError} of this part
 */
export async function inTime<R>(limit: TimeLimit | undefined, work: Promise<R>): Promise<R> {
  const found = limit === undefined ? await work : await limit.within(work);
  if (found === TOO_LATE) throw new OutcomeUnknownError('too_slow');
  return found;
}
