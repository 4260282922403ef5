/** A transaction on one PostgreSQL connection. It begins only when it is needed, and is marked (`marks.ts`). */
import type pg from 'pg';
import { UnavailableError } from '../../errors.ts';
import { storeError } from '../errors.ts';
import { BEGIN, MARK } from './mark-statements.ts';
import type { Mark, Marks } from './marks.ts';
import { type Insert, insertAll, type Queryable, run } from './postgres-calls.ts';

/** The longest time that a timer accepts. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/**
 * PostgreSQL answers the COMMIT of a failed transaction with a plain ROLLBACK, not with an error. The failure was
 * reported at most to its own work, which may have swallowed it.
 */
export class RolledBackError extends UnavailableError {
  constructor() {
    super('store_unavailable', 'The transaction was rolled back.');
  }
}

/**
 * A transaction that begins when the first statement needs it. A group that only reads, and then writes with one
 * statement, needs none, because one statement is a transaction by itself.
 */
export class LazyTransaction {
  /**
   * Sends statements in the order in which they are given, without waiting for the answers. A statement that depends on
   * the answer to another must be given when that has come. Once one fails, so do all after it.
   */
  readonly client: Queryable;
  readonly #marks: Marks;
  #mark: Mark | undefined;
  #begun: Promise<unknown> | undefined;
  #last: readonly Insert[] | undefined;

  /** @param client sends each statement without waiting for the answer to the one before */
  constructor(client: Queryable, marks: Marks) {
    this.client = client;
    this.#marks = marks;
  }

  async begin(): Promise<void> {
    this.#begun ??= this.#begin();
    await this.#begun;
  }

  /**
   * Asks in the transaction, and does not wait for its beginning first: one round trip for both. If the transaction
   * cannot begin, what is asked fails with it, so it may only read, or leave what a work that fails may leave.
   */
  async beginning<R>(ask: () => Promise<R>): Promise<R> {
    const begun = this.begin();
    const answer = ask();
    // Why the transaction did not begin says more than that its statements fail.
    answer.catch(() => {});
    await begun;
    return answer;
  }

  /** Whether there is anything to commit. */
  get isOpen(): boolean {
    return this.#begun !== undefined || this.#last !== undefined;
  }

  /**
   * Writes these rows last, with one statement. If nothing was begun, it is the whole transaction; otherwise `commit`
   * sends it with the COMMIT behind it.
   */
  insertLast(inserts: readonly Insert[]): void {
    if (inserts.some(({ rows }) => rows.length > 0)) this.#last = inserts;
  }

  /**
   * Waits for the answer as long as it takes; `unanswered-commits.ts` limits how long a caller waits.
   * @throws {RolledBackError} @throws the driver's error
   */
  async commit(): Promise<void> {
    const { client } = this;
    // The driver's own limit would end the connection, and leave a backend that goes on waiting for its standby.
    const patient = (statement: object) => client.query({ ...statement, query_timeout: NO_LIMIT_MS } as never);
    if (this.#begun === undefined) {
      if (this.#last === undefined) return;
      const { n, after } = this.#take();
      const mark = [this.#marks.writer, [n, ...after]] as const;
      return insertAll({ query: patient as unknown as Queryable['query'] }, this.#last, mark);
    }
    await this.#begun;
    let isLacking = false;
    const inserted = insertAll(client, this.#last ?? []).catch(() => {
      isLacking = true;
    });
    // PostgreSQL answers the COMMIT of a failed transaction with a plain ROLLBACK, not with an error.
    const { command } = (await patient({ text: 'COMMIT' })) as unknown as pg.QueryResult;
    await inserted;
    // Rows that the driver could not even send are lacking in a COMMIT that succeeds. Then nothing else was written.
    if (command !== 'COMMIT' || isLacking) throw new RolledBackError();
  }

  /** The commit was answered in time and without a warning: from now on its mark must be there. */
  acknowledge(): void {
    if (this.#mark !== undefined) this.#marks.acknowledge(this.#mark);
  }

  /** @returns the error that leaves the connection in an unknown state */
  async rollback(): Promise<Error | undefined> {
    if (this.#begun === undefined) return undefined;
    return this.client.query('ROLLBACK').then(
      () => undefined,
      (error: Error) => error,
    );
  }

  /** Called after either. Others no longer need to wait for this transaction before they ask for its marks. */
  end(): void {
    if (this.#mark !== undefined) this.#marks.end(this.#mark);
  }

  #take(): Mark {
    this.#mark = this.#marks.take();
    return this.#mark;
  }

  /** Sends both at once: from the first statement on, what is written is checked and durable. */
  async #begin(): Promise<void> {
    const { n, after } = this.#take();
    const sent = Promise.all([this.client.query(BEGIN), run(this.client, MARK, [this.#marks.writer, [n, ...after]])]);
    await sent.catch((error: unknown) => {
      throw storeError(error);
    });
  }
}
