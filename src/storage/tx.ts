/**
 * What a store offers to the nouns: batches of keyed reads and writes inside a transaction. The two stores have
 * different types, so a key-store function cannot be handed a record-store transaction.
 *
 * A transaction is run in one of two ways:
 *
 * `shared`     Shares its commit with the others that wait at that moment: one fsync for all of them. It must read
 *              before it writes, and its writes may only add rows or remove rows that nobody else changes. On SQLite
 *              each work is a savepoint; on PostgreSQL the works read side by side, their inserts are collected and
 *              sent as one statement a table. A work that throws leaves nothing behind and harms none of the others.
 * `exclusive`  Alone in its transaction, for work that reads what it then changes (erase, correct, revoke). Several
 *              that hold what they change, and wait for nobody, may be one such work (`side-by-side.ts`).
 *
 * In both, a promise that resolves means that the commit is durable. A promise that rejects means that nothing of the
 * work is there, with one exception that no store can rule out: a commit that was not answered, which has an error of
 * its own (`outcome_unknown`). Callers repeat such calls under their idempotency key.
 */
import type { Knex } from 'knex';
import type { UnavailableError } from '../errors.ts';
import type { Lookup, Row, StoreName, Table } from './table.ts';

/** How many works may wait for a store. More would only make the last caller wait beyond its patience. */
export const MAX_WAITING = 10_000;
export const OVERLOADED = 'The vault has too much to do at this moment.';

export interface Reader<S extends StoreName = StoreName> {
  readonly store: S;
  /** The rows of each key, in the order of the keys. */
  find<T extends Table<S>, K extends string>(
    lookup: Lookup<T, K>,
    keys: readonly (readonly unknown[])[],
  ): Promise<Row<T>[][]>;
  /** For statements off the hot path, composed with Knex's builder (about 100 µs each) and run as prepared ones. */
  query<R>(build: (sql: Knex) => Knex.QueryBuilder): Promise<R[]>;
}

export interface Tx<S extends StoreName = StoreName> extends Reader<S> {
  /** @param onConflict `skip` leaves a row alone whose primary key already exists */
  insert<T extends Table<S>>(table: T, rows: readonly Row<T>[], onConflict?: 'fail' | 'skip'): Promise<void>;
  /**
   * Inserts rows whose primary key is new and returns, in order, the row that now stands for each key. Counts as a
   * read: a shared work that fails later may leave such a row behind.
   */
  insertOrGet<T extends Table<S>>(table: T, rows: readonly Row<T>[]): Promise<Row<T>[]>;
  /** Removes the rows of each key. */
  remove<T extends Table<S>>(
    table: T,
    by: readonly (keyof T['columns'] & string)[],
    keys: readonly (readonly unknown[])[],
  ): Promise<void>;
  /** Gives these columns of existing rows new values, found by primary key. Only in an exclusive transaction. */
  update<T extends Table<S>>(
    table: T,
    columns: readonly (keyof T['columns'] & string)[],
    rows: readonly Row<T>[],
  ): Promise<void>;
  /** An update or a delete composed with Knex; only in an exclusive transaction. Returns the rows it changed. */
  execute(build: (sql: Knex) => Knex.QueryBuilder): Promise<number>;
}

/** Is told the progress of a copy, in pages or rows; a total of 0 is unknown. What it throws ends the copy. */
export type CopyWatch = (done: number, total: number) => void;

/** Rows by table, without Knex's own tables. */
export type RowCounts = Readonly<Record<string, number>>;

export type RecordTx = Tx<'records'>;
export type KeyTx = Tx<'keys'>;

export interface Store<S extends StoreName = StoreName> {
  readonly name: S;
  readonly engine: 'sqlite' | 'postgres';
  /** Reads outside any transaction, and sees what is committed. */
  readonly reader: Reader<S>;
  shared<R>(work: (tx: Tx<S>) => Promise<R>): Promise<R>;
  exclusive<R>(work: (tx: Tx<S>) => Promise<R>): Promise<R>;
  /**
   * Drops what committed removals have left in the store's own files. On SQLite the log goes into the database, where
   * removed rows are overwritten, and is emptied. On PostgreSQL it does nothing: dead rows stay until its vacuum, and
   * its log until it is recycled.
   * @throws {UnavailableError} while another process reads; then it must be tried again
   */
  scrub(): Promise<void>;
  /**
   * Writes the store as it is at one moment into a new file, while the store works; see `backup.ts`.
   * @returns the rows of each table in the copy. @throws {UnavailableError} where it cannot be written
   */
  copyTo(path: string, watch?: CopyWatch): Promise<RowCounts>;
  /**
   * Set once another store was found in this one's place, put back from a copy or renamed away (`store_replaced`), or
   * this store as it was before some of what it acknowledged (`store_went_back`; only on PostgreSQL). It stays set,
   * because reads and writes since then may belong to either.
   */
  readonly displaced: UnavailableError | undefined;
  /** The present server, and how often another one has taken over; undefined where there is none to tell. */
  readonly server: string | undefined;
  /**
   * Checks that the store is still in its place. Each commit checks by itself, and so does each new connection to
   * PostgreSQL.
   * @throws {UnavailableError} with `store_replaced` or `store_went_back` where it is not
   */
  assertInPlace(): Promise<void>;
  /** Whether the store answers now. @throws {UnavailableError} */
  ping(): Promise<void>;
  /** Finishes what was accepted, then closes. */
  close(): Promise<void>;
}

export type RecordStore = Store<'records'>;
export type KeyStore = Store<'keys'>;
