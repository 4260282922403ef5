/**
 * What a store offers to the nouns: batches of keyed reads and writes inside a transaction. The two stores are told
 * apart by type, so that a key-store function cannot be handed a record-store transaction.
 *
 * A transaction is run in one of two ways:
 *
 * `shared`     Shares its commit with the others that wait at that moment: one fsync for all of them. It must read
 *              before it writes, and its writes may only add rows or remove rows that nobody else changes. On SQLite
 *              each work is a savepoint; on PostgreSQL the works read side by side, their inserts are collected and
 *              sent as one statement a table. A work that throws leaves nothing behind and harms none of the others.
 * `exclusive`  Alone in its transaction, for work that reads what it then changes (erase, correct, revoke).
 *
 * Either way a promise that resolves means that the commit is durable; one that rejects means that nothing of the
 * work is there, with one exception that no store can rule out, and that has an error of its own: a commit that was not
 * answered (`outcome_unknown`). Callers repeat such calls under their idempotency key.
 */
import type { Knex } from 'knex';
import type { UnavailableError } from '../errors.ts';
import type { Lookup, Row, StoreName, Table } from './table.ts';

/** Works that may wait for a store. More than this would only make the last caller's wait longer than its patience. */
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
  /** @param onConflict `skip` leaves a row alone whose primary key is there already */
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
  /** Gives these columns of rows that are there new values, found by primary key. Only in an exclusive transaction. */
  update<T extends Table<S>>(
    table: T,
    columns: readonly (keyof T['columns'] & string)[],
    rows: readonly Row<T>[],
  ): Promise<void>;
  /** An update or a delete composed with Knex; only in an exclusive transaction. Returns the rows it changed. */
  execute(build: (sql: Knex) => Knex.QueryBuilder): Promise<number>;
}

/**
 * Told how far a copy is, in pages or rows; a total of 0 is one that nobody knows. What it throws ends the copy.
 */
export type CopyWatch = (done: number, total: number) => void;

/** Rows by table. Knex's own tables are not counted. */
export type RowCounts = Readonly<Record<string, number>>;

export type RecordTx = Tx<'records'>;
export type KeyTx = Tx<'keys'>;

export interface Store<S extends StoreName = StoreName> {
  readonly name: S;
  readonly engine: 'sqlite' | 'postgres';
  /** Reads outside any transaction: sees what is committed. */
  readonly reader: Reader<S>;
  shared<R>(work: (tx: Tx<S>) => Promise<R>): Promise<R>;
  exclusive<R>(work: (tx: Tx<S>) => Promise<R>): Promise<R>;
  /**
   * Drops what committed removals have left in the store's own files. On SQLite the log goes into the database, where
   * removed rows are overwritten, and is emptied. On PostgreSQL nothing: dead rows stay until its vacuum, and its log
   * until it is recycled.
   * @throws {UnavailableError} while another process reads; to be tried again
   */
  scrub(): Promise<void>;
  /**
   * Writes the store as it is at one moment into a new file, while it works; see `backup.ts`.
   * @returns the rows of each table in the copy. @throws {UnavailableError} where it cannot be written
   */
  copyTo(path: string, watch?: CopyWatch): Promise<RowCounts>;
  /**
   * Set once another store was found in the place of the one that was opened, put back from a copy or renamed away
   * (`store_replaced`), or the same one as it was before what it has acknowledged since (`store_went_back`; on PostgreSQL
   * alone). For good: what is read and written since may be of the one or the other.
   */
  readonly displaced: UnavailableError | undefined;
  /** The server that it is on, and how often another one has taken over; undefined where there is none, or it does not say. */
  readonly server: string | undefined;
  /**
   * Looks whether it still is in its place. Each commit looks by itself, as does each new connection to PostgreSQL.
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
