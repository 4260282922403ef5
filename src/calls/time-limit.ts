/**
 * How long a call may take, all in all: waiting for a connection, in a queue, for locks, for every statement of both stores
 * and for its COMMITs. By a clock that runs steadily, and not while the client still sends.
 *
 * Does not: end the work whose time has run out. It goes on where nobody waits for it, until it comes to a commit, which is
 * then refused (`perform.ts`).
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

/** For what follows a commit, and is bounded by the same limit: it ends in the same moment. */
const AFTERWARDS_MS = 1_000;

/** One call and its commit: whether it may still be done, and what is told of it when its time has run out. */
export class CallTime {
  readonly #limit: TimeLimit;
  readonly #call: { readonly mayTakeLong?: true; readonly seenThrough?: true };
  /** From `committing` on it may be done; one that is `given_up` commits no more. */
  #at: 'work' | 'committing' | 'committed' | 'given_up' = 'work';

  constructor(limit: TimeLimit, call: { readonly mayTakeLong?: true; readonly seenThrough?: true }) {
    this.#limit = limit;
    this.#call = call;
  }

  /** Whether its own commit was on the way when it failed. */
  get mayBeDone(): boolean {
    return this.#at === 'committing';
  }

  /** First in its transaction, each time that is run. @throws {UnavailableError} `timed_out` */
  begins(): void {
    this.#assertInTime();
    this.#at = this.#call.seenThrough ? 'committing' : 'work';
  }

  /** Last in its transaction. @throws {UnavailableError} `timed_out` */
  isOnTheWay(): void {
    this.#assertInTime();
    this.#at = 'committing';
  }

  /** Waits for its store, which may find that nothing of it is kept. */
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

  /** @throws {UnavailableError} `timed_out`: nothing is kept @throws {OutcomeUnknownError} @throws what the call throws */
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
    // Should its store run it once more, it is refused there; but for one that is seen through.
    throw new OutcomeUnknownError('too_slow');
  }

  #assertInTime(): void {
    const mayBeLate = this.#call.mayTakeLong || (this.#call.seenThrough && this.#at === 'committing');
    if (this.#at === 'given_up' || (this.#limit.isOver && !mayBeLate)) throw timedOut();
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
