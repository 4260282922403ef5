/**
 * The embedded store: one SQLite file, one writing connection, one reading connection.
 *
 * Guarantees: a resolved promise means that the commit has been fsynced (WAL, synchronous FULL); works of one group
 * run one after another, each in a savepoint of its own, and share that fsync; deleted content is overwritten in the
 * database file (secure_delete), though the WAL keeps a copy until its next checkpoint, which `close` forces.
 * The calls are synchronous underneath: a commit blocks the process for one fsync.
 */
import Database from 'better-sqlite3';
import knex, { type Knex } from 'knex';
import { UnavailableError } from '../errors.ts';
import { StatementError, storeError } from './errors.ts';
import { sqlite as sql } from './statements.ts';
import type { Lookup, Row, StoreName, Table, Value } from './table.ts';
import { MAX_WAITING, OVERLOADED, type Reader, type Store, type Tx } from './tx.ts';

/** More than this in one commit would hold up the first caller for the sake of the last. */
const MAX_GROUP = 128;
const BUSY_TIMEOUT_MS = 5_000;
const CACHE_KIB = 32 * 1024;

const builder: Knex = knex({ client: 'better-sqlite3', useNullAsDefault: true });

interface Job {
  readonly work: (tx: Tx) => Promise<unknown>;
  readonly exclusive: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** One connection with its prepared statements. */
class Connection {
  readonly db: Database.Database;
  readonly #statements = new Map<unknown, Database.Statement>();

  constructor(path: string, options: Database.Options) {
    this.db = new Database(path, options);
    this.db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    this.db.pragma(`cache_size = -${CACHE_KIB}`);
    this.db.pragma('foreign_keys = ON');
    this.db.pragma('secure_delete = ON');
    this.db.pragma('synchronous = FULL');
    this.db.pragma('temp_store = MEMORY');
  }

  prepare(key: unknown, text: () => string): Database.Statement {
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      statement = this.db.prepare(text());
      this.#statements.set(key, statement);
    }
    return statement;
  }

  find(lookup: Lookup, keys: readonly (readonly unknown[])[]): unknown[][] {
    const statement = this.prepare(lookup, () => sql.find(lookup));
    return keys.map((key) => statement.all(...(key as Value[])));
  }

  query(build: (sql: Knex) => Knex.QueryBuilder): unknown[] {
    const { sql: text, bindings } = build(builder).toSQL().toNative();
    return this.prepare(text, () => text).all(...(bindings as Value[]));
  }

  execute(build: (sql: Knex) => Knex.QueryBuilder): number {
    const { sql: text, bindings } = build(builder).toSQL().toNative();
    return this.prepare(text, () => text).run(...(bindings as Value[])).changes;
  }
}

const inserts = new Map<string, string>();
function insertKey(table: Table, onConflict: string): string {
  const key = `${table.name} ${onConflict}`;
  if (!inserts.has(key)) inserts.set(key, key);
  return key;
}

class SqliteReader<S extends StoreName> implements Reader<S> {
  readonly store: S;
  readonly connection: Connection;

  constructor(store: S, connection: Connection) {
    this.store = store;
    this.connection = connection;
  }

  async find<T extends Table<S>, K extends string>(
    lookup: Lookup<T, K>,
    keys: readonly (readonly unknown[])[],
  ): Promise<Row<T>[][]> {
    return this.read(() => this.connection.find(lookup as unknown as Lookup, keys) as Row<T>[][]);
  }

  async query<R>(build: (sql: Knex) => Knex.QueryBuilder): Promise<R[]> {
    return this.read(() => this.connection.query(build) as R[]);
  }

  protected read<R>(work: () => R): R {
    if (!this.connection.db.open) throw new UnavailableError('shutting_down', 'The vault is shutting down.');
    try {
      return work();
    } catch (error) {
      throw storeError(error);
    }
  }
}

class SqliteTx<S extends StoreName> extends SqliteReader<S> implements Tx<S> {
  readonly #exclusive: boolean;
  #wrote = false;
  #ended = false;

  constructor(store: S, connection: Connection, exclusive: boolean) {
    super(store, connection);
    this.#exclusive = exclusive;
  }

  end(): void {
    this.#ended = true;
  }

  async insert<T extends Table<S>>(table: T, rows: readonly Row<T>[], onConflict: 'fail' | 'skip' = 'fail') {
    this.#write(() => {
      const statement = this.connection.prepare(insertKey(table, onConflict), () => sql.insert(table, onConflict));
      const names = Object.keys(table.columns);
      for (const row of rows) statement.run(...names.map((name) => row[name] as Value));
    });
  }

  async insertOrGet<T extends Table<S>>(table: T, rows: readonly Row<T>[]): Promise<Row<T>[]> {
    return this.read(() => {
      const names = Object.keys(table.columns);
      const insert = this.connection.prepare(insertKey(table, 'skip'), () => sql.insert(table, 'skip'));
      const select = this.connection.prepare(`${table.name} get`, () =>
        sql.find({ table, by: table.primaryKey, orderBy: [], limit: undefined, share: false }),
      );
      return rows.map((row) => {
        const { changes } = insert.run(...names.map((name) => row[name] as Value));
        return changes === 1 ? row : (select.get(...table.primaryKey.map((name) => row[name] as Value)) as Row<T>);
      });
    });
  }

  async remove<T extends Table<S>>(
    table: T,
    by: readonly (keyof T['columns'] & string)[],
    keys: readonly (readonly unknown[])[],
  ): Promise<void> {
    this.#write(() => {
      const statement = this.connection.prepare(`${table.name} remove ${by}`, () => sql.remove(table, by));
      for (const key of keys) statement.run(...(key as Value[]));
    });
  }

  async execute(build: (sql: Knex) => Knex.QueryBuilder): Promise<number> {
    if (!this.#exclusive) throw new StatementError('Only an exclusive transaction changes rows in place.');
    return this.#write(() => this.connection.execute(build));
  }

  protected override read<R>(work: () => R): R {
    this.#assertOpen();
    if (this.#wrote && !this.#exclusive) throw new StatementError('A shared transaction reads before it writes.');
    return super.read(work);
  }

  #write<R>(work: () => R): R {
    this.#assertOpen();
    this.#wrote = true;
    return super.read(work);
  }

  #assertOpen(): void {
    if (this.#ended) throw new StatementError('The transaction has ended.');
  }
}

export class SqliteStore<S extends StoreName> implements Store<S> {
  readonly name: S;
  readonly engine = 'sqlite';
  readonly reader: Reader<S>;
  readonly #writer: Connection;
  readonly #readers: Connection;
  #queue: Job[] = [];
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(name: S, path: string) {
    this.name = name;
    try {
      this.#writer = new Connection(path, {});
      this.#writer.db.pragma('journal_mode = WAL');
      this.#readers = new Connection(path, { readonly: true });
    } catch (error) {
      throw storeError(error);
    }
    this.reader = new SqliteReader(name, this.#readers);
  }

  shared<R>(work: (tx: Tx<S>) => Promise<R>): Promise<R> {
    return this.#submit(work, false);
  }

  exclusive<R>(work: (tx: Tx<S>) => Promise<R>): Promise<R> {
    return this.#submit(work, true);
  }

  async ping(): Promise<void> {
    await this.reader.query((knex) => knex.select(knex.raw('1')));
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#draining !== undefined) await this.#draining;
    if (!this.#writer.db.open) return;
    this.#readers.db.close();
    this.#writer.db.pragma('wal_checkpoint(TRUNCATE)');
    this.#writer.db.close();
  }

  #submit<R>(work: (tx: Tx<S>) => Promise<R>, exclusive: boolean): Promise<R> {
    if (this.#closed) return Promise.reject(new UnavailableError('shutting_down', 'The vault is shutting down.'));
    if (this.#queue.length >= MAX_WAITING) return Promise.reject(new UnavailableError('overloaded', OVERLOADED));
    return new Promise<R>((resolve, reject) => {
      this.#queue.push({ work: work as Job['work'], exclusive, resolve: resolve as Job['resolve'], reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Waits for the turn of the event loop that has read every waiting socket, then commits all works together. */
  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        await new Promise((resume) => setImmediate(resume));
        const group = this.#queue.splice(0, MAX_GROUP);
        await this.#commit(group);
      }
    } finally {
      this.#draining = undefined;
    }
  }

  async #commit(group: readonly Job[]): Promise<void> {
    const { db } = this.#writer;
    const settled: (() => void)[] = [];
    try {
      this.#run('BEGIN IMMEDIATE');
      for (const job of group) settled.push(await this.#savepoint(job));
      this.#run('COMMIT');
    } catch (error) {
      if (db.inTransaction) this.#run('ROLLBACK');
      const failure = storeError(error);
      for (const job of group) job.reject(failure);
      return;
    }
    for (const settle of settled) settle();
  }

  /** Runs one work; its own failure undoes only its own savepoint. A failure of the whole transaction is thrown. */
  async #savepoint(job: Job): Promise<() => void> {
    const tx = new SqliteTx(this.name, this.#writer, job.exclusive);
    this.#run('SAVEPOINT work');
    try {
      const result = await job.work(tx as unknown as Tx);
      this.#run('RELEASE work');
      return () => job.resolve(result);
    } catch (error) {
      if (!this.#writer.db.inTransaction) throw error;
      this.#run('ROLLBACK TO work');
      this.#run('RELEASE work');
      return () => job.reject(storeError(error));
    } finally {
      tx.end();
    }
  }

  #run(text: string): void {
    this.#writer.prepare(text, () => text).run();
  }
}
