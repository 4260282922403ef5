/**
 * The two kinds of transaction on PostgreSQL, and reads outside any; `tx.ts` says what each promises.
 */
import type { Knex } from 'knex';
import type pg from 'pg';
import { CHANGES_IN_PLACE, isPreparedElsewhere, StatementError } from '../errors.ts';
import type { Lookup, Row, StoreName, Table } from '../table.ts';
import type { Reader, Tx } from '../tx.ts';
import type { LazyTransaction } from './lazy-transaction.ts';
import { Merger } from './merger.ts';
import {
  compose,
  findNow,
  type Insert,
  insertNow,
  insertOrGetNow,
  type Queryable,
  removeNow,
  run,
  updateNow,
} from './postgres-calls.ts';
import { SharedConnection } from './shared-connection.ts';

export class PostgresReader<S extends StoreName> implements Reader<S> {
  readonly store: S;
  readonly #connections: SharedConnection;
  readonly #merger: Merger;

  constructor(store: S, pool: pg.Pool) {
    this.store = store;
    this.#connections = new SharedConnection(pool, store);
    this.#merger = new Merger(async () => pool, setImmediate, store);
  }

  async find<T extends Table<S>, K extends string>(of: Lookup<T, K>, keys: readonly (readonly unknown[])[]) {
    // Who asks nothing waits for no connection: a token whose record is erased is answered with the key store down.
    if (keys.length === 0) return [];
    const lookup = of as unknown as Lookup;
    const ask = (_: Queryable, all: (readonly unknown[])[]) =>
      this.#connections.lend((client) => twice(() => findNow(client, lookup, all)));
    return this.#merger.call(lookup, keys, ask) as Promise<Row<T>[][]>;
  }

  async query<R>(build: (sql: Knex) => Knex.QueryBuilder): Promise<R[]> {
    const [text, values] = compose(build);
    const ask = (client: Queryable) => twice(() => run(client, text, values, this.store));
    return (await this.#connections.lend(ask)).rows as R[];
  }
}

/** If the first try shows that sessions move, the second one prepares nothing. */
function twice<R>(read: () => Promise<R>): Promise<R> {
  return read().catch((error: unknown) => {
    if (isPreparedElsewhere(error)) return read();
    throw error;
  });
}

/** One work's part of a group: reads are merged with its neighbours', writes wait until it has succeeded. */
export class SharedTx<S extends StoreName> implements Tx<S> {
  readonly store: S;
  readonly inserts: Insert[] = [];
  readonly removals: [Table, readonly string[], readonly (readonly unknown[])[]][] = [];
  readonly #group: LazyTransaction;
  readonly #merger: Merger;
  #ended = false;

  constructor(store: S, group: LazyTransaction, merger: Merger) {
    this.store = store;
    this.#group = group;
    this.#merger = merger;
  }

  end(): void {
    this.#ended = true;
  }

  async find<T extends Table<S>, K extends string>(of: Lookup<T, K>, keys: readonly (readonly unknown[])[]) {
    this.#assertReading();
    if (keys.length === 0) return [];
    const lookup = of as unknown as Lookup;
    const ask = () => this.#merger.call(lookup, keys, (client, all) => findNow(client, lookup, all));
    // A lock holds until the transaction ends, so there must be one.
    return (lookup.share ? this.#group.beginning(ask) : ask()) as Promise<Row<T>[][]>;
  }

  async query<R>(build: (sql: Knex) => Knex.QueryBuilder): Promise<R[]> {
    this.#assertReading();
    return (await run(this.#group.client, ...compose(build))).rows as R[];
  }

  async insertOrGet<T extends Table<S>>(table: T, rows: readonly Row<T>[]): Promise<Row<T>[]> {
    this.#assertReading();
    if (rows.length === 0) return [];
    return this.#group.beginning(() =>
      this.#merger.call(table, rows, (client, all) => insertOrGetNow(client, table, all) as Promise<Row<T>[]>),
    );
  }

  async insert<T extends Table<S>>(table: T, rows: readonly Row<T>[], onConflict: 'fail' | 'skip' = 'fail') {
    this.#assertOpen();
    this.inserts.push({ table, rows, onConflict });
  }

  async remove<T extends Table<S>>(table: T, by: readonly string[], keys: readonly (readonly unknown[])[]) {
    this.#assertOpen();
    this.removals.push([table, by, keys]);
  }

  async update(): Promise<void> {
    throw new StatementError(CHANGES_IN_PLACE);
  }

  async execute(): Promise<number> {
    throw new StatementError(CHANGES_IN_PLACE);
  }

  #assertReading(): void {
    this.#assertOpen();
    if (this.inserts.length + this.removals.length > 0) {
      throw new StatementError('A shared transaction reads before it writes.');
    }
  }

  #assertOpen(): void {
    if (this.#ended) throw new StatementError('The transaction has ended.');
  }
}

/**
 * A work alone in its transaction: an exclusive one, or a shared one that runs again by itself. The latter is still
 * limited to what a shared work may do.
 */
export class LoneTx<S extends StoreName> implements Tx<S> {
  readonly store: S;
  readonly #client: Queryable;
  readonly #mode: 'shared' | 'exclusive';
  #ended = false;

  constructor(store: S, client: Queryable, mode: 'shared' | 'exclusive') {
    this.store = store;
    this.#client = client;
    this.#mode = mode;
  }

  /** From here on the connection belongs to somebody else. */
  end(): void {
    this.#ended = true;
  }

  async find<T extends Table<S>, K extends string>(lookup: Lookup<T, K>, keys: readonly (readonly unknown[])[]) {
    this.#assertOpen();
    return findNow(this.#client, lookup as unknown as Lookup, keys) as Promise<Row<T>[][]>;
  }

  async query<R>(build: (sql: Knex) => Knex.QueryBuilder): Promise<R[]> {
    this.#assertOpen();
    return (await run(this.#client, ...compose(build))).rows as R[];
  }

  async insert<T extends Table<S>>(table: T, rows: readonly Row<T>[], onConflict: 'fail' | 'skip' = 'fail') {
    this.#assertOpen();
    await insertNow(this.#client, { table, rows, onConflict });
  }

  async insertOrGet<T extends Table<S>>(table: T, rows: readonly Row<T>[]): Promise<Row<T>[]> {
    this.#assertOpen();
    return insertOrGetNow(this.#client, table, rows) as Promise<Row<T>[]>;
  }

  async remove<T extends Table<S>>(table: T, by: readonly string[], keys: readonly (readonly unknown[])[]) {
    this.#assertOpen();
    await removeNow(this.#client, table, by, keys);
  }

  async update<T extends Table<S>>(table: T, columns: readonly string[], rows: readonly Row<T>[]): Promise<void> {
    this.#assertOpen();
    if (this.#mode === 'shared') throw new StatementError(CHANGES_IN_PLACE);
    await updateNow(this.#client, table, columns, rows);
  }

  async execute(build: (sql: Knex) => Knex.QueryBuilder): Promise<number> {
    this.#assertOpen();
    if (this.#mode === 'shared') throw new StatementError(CHANGES_IN_PLACE);
    return (await run(this.#client, ...compose(build))).rowCount ?? 0;
  }

  #assertOpen(): void {
    if (this.#ended) throw new StatementError('The transaction has ended.');
  }
}
