/** A transaction on one PostgreSQL connection, begun no earlier than it is needed. */
import type pg from 'pg';
import { UnavailableError } from '../errors.ts';
import { type Insert, insertAll, type Queryable, run } from './postgres-calls.ts';

/** The longest that a timer takes. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/**
 * PostgreSQL answers the COMMIT of a failed transaction with a plain ROLLBACK, not with an error. What failed has told
 * its own work at most, which may have swallowed it.
 */
export class RolledBackError extends UnavailableError {
  constructor() {
    super('store_unavailable', 'The transaction was rolled back.');
  }
}

/**
 * A transaction that begins when the first statement needs it. A group that only reads, and then writes with one
 * statement, needs none: the statement is one by itself.
 */
export class LazyTransaction {
  /** One statement after another: the driver does not queue for us. */
  readonly client: Queryable;
  #begun: Promise<unknown> | undefined;
  #only: readonly Insert[] | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: Queryable) {
    const query = (statement: never) => {
      const result = this.#last.then(() => client.query(statement));
      this.#last = result.catch(() => {});
      return result;
    };
    this.client = { query: query as unknown as Queryable['query'] };
  }

  async begin(): Promise<void> {
    this.#begun ??= run(this.client, 'BEGIN');
    await this.#begun;
  }

  /** Whether there is anything to be committed. */
  get isOpen(): boolean {
    return this.#begun !== undefined || this.#only !== undefined;
  }

  /** Writes these rows with one statement; where nothing was begun, with `commit`, of which it is then the whole. */
  async insertAll(inserts: readonly Insert[]): Promise<void> {
    if (inserts.every(({ rows }) => rows.length === 0)) return;
    if (this.#begun === undefined) this.#only = inserts;
    else await insertAll(this.client, inserts);
  }

  /**
   * Waits for the answer as long as it takes; `unanswered-commits.ts` says how long a caller does.
   * @throws {RolledBackError} @throws the driver's error
   */
  async commit(): Promise<void> {
    const { client } = this;
    // The driver's own limit would end the connection, and leave a backend behind that goes on waiting for its standby.
    const patient = (statement: object) => client.query({ ...statement, query_timeout: NO_LIMIT_MS } as never);
    if (this.#only !== undefined) return insertAll({ query: patient as unknown as Queryable['query'] }, this.#only);
    if (this.#begun === undefined) return;
    // PostgreSQL answers the COMMIT of a failed transaction with a plain ROLLBACK, not with an error.
    const { command } = (await patient({ text: 'COMMIT' })) as unknown as pg.QueryResult;
    if (command !== 'COMMIT') throw new RolledBackError();
  }

  /** @returns the error that leaves the connection in an unknown state */
  async rollback(): Promise<Error | undefined> {
    if (this.#begun === undefined) return undefined;
    return this.client.query('ROLLBACK').then(
      () => undefined,
      (error: Error) => error,
    );
  }
}
