/**
 * One SQLite connection with its prepared statements, and the reads and writes on it; `tx.ts` says what each promises.
 */
import Database from 'better-sqlite3';
import knex, { type Knex } from 'knex';
import { UnavailableError } from '../../errors.ts';
import { CHANGES_IN_PLACE, StatementError, storeError } from '../errors.ts';
import { isOfBytes, sqlite as sql } from '../statements.ts';
import { type Lookup, packed, type Row, type StoreName, type Table, unpackFound, type Value } from '../table.ts';
import type { Reader, Tx } from '../tx.ts';

export const BUSY_TIMEOUT_MS = 5_000;
/** For each of a store's two connections; the operating system caches the rest. */
const CACHE_KIB = 12 * 1024;
/** From this number on, one statement over all keys is faster than one for each. */
const MANY_KEYS = 8;
/** 16 MiB of log between checkpoints, so that a page that many commits touch is written to the database once. */
const CHECKPOINT_PAGES = 4_000;
const builder: Knex = knex({ client: 'better-sqlite3', useNullAsDefault: true });

/** One connection with its prepared statements. */
export class Connection {
  readonly db: Database.Database;
  readonly #statements = new Map<unknown, Database.Statement>();

  constructor(path: string, options: Database.Options) {
    this.db = new Database(path, options);
    this.db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    this.db.pragma(`cache_size = -${CACHE_KIB}`);
    this.db.pragma('foreign_keys = ON');
    this.db.pragma('secure_delete = ON');
    this.db.pragma('synchronous = FULL');
    this.db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
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
    if (keys.length >= MANY_KEYS && lookup.limit === undefined) return this.#findMany(lookup, keys);
    const statement = this.prepare(lookup, () => sql.find(lookup));
    return keys.map((key) => {
      const rows = statement.all(...packedKey(lookup.table, lookup.by, key));
      return unpackFound(lookup, rows, () => key);
    });
  }

  #findMany(lookup: Lookup, keys: readonly (readonly unknown[])[]): unknown[][] {
    const statement = this.prepare(lookup.by, () => sql.findMany(lookup));
    const found: unknown[][] = keys.map(() => []);
    const asked = keys.map((key) => inJson(lookup, key));
    const rows = statement.all(JSON.stringify(asked)) as { '#'?: number }[];
    for (const row of unpackFound(lookup, rows, (found) => keys[found['#'] as number] ?? [])) {
      const at = row['#'] as number;
      delete row['#'];
      found[at]?.push(row);
    }
    return found;
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

function inJson({ table, by }: Lookup, key: readonly unknown[]): unknown[] {
  return packedKey(table, by, key).map((value, i) =>
    isOfBytes(table.columns[by[i] ?? '']) ? ((value as Buffer | null)?.toString('hex') ?? null) : value,
  );
}

function packedKey(table: Table, by: readonly string[], key: readonly unknown[]): Value[] {
  return by.map((name, i) => packed(table, name, key[i]));
}

function insertKey(table: Table, onConflict: string): string {
  return `${table.name} ${onConflict}`;
}

export class SqliteReader<S extends StoreName> implements Reader<S> {
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
    if (!this.connection.db.open) throw new UnavailableError('shutting_down');
    try {
      return work();
    } catch (error) {
      throw storeError(error, this.store);
    }
  }
}

/** How many rows one statement inserts: larger ones cost less a row, and the rest goes one by one. */
const CHUNKS = [64, 8, 1];

export class SqliteTx<S extends StoreName> extends SqliteReader<S> implements Tx<S> {
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
      const names = Object.keys(table.columns);
      let next = 0;
      for (const chunk of CHUNKS) {
        if (rows.length - next < chunk) continue;
        const key = `${insertKey(table, onConflict)} ${chunk}`;
        const statement = this.connection.prepare(key, () => sql.insert(table, onConflict, chunk));
        for (; rows.length - next >= chunk; next += chunk) {
          const values: Value[] = [];
          for (let i = next; i < next + chunk; i++) {
            for (const name of names) values.push(packed(table, name, (rows[i] as Row<T>)[name]));
          }
          statement.run(values);
        }
      }
    });
  }

  async insertOrGet<T extends Table<S>>(table: T, rows: readonly Row<T>[]): Promise<Row<T>[]> {
    return this.read(() => {
      const names = Object.keys(table.columns);
      const insert = this.connection.prepare(insertKey(table, 'skip'), () => sql.insert(table, 'skip'));
      const lookup: Lookup = { table, by: table.primaryKey, orderBy: [], limit: undefined, share: false };
      const select = this.connection.prepare(`${table.name} get`, () => sql.find(lookup));
      return rows.map((row) => {
        const { changes } = insert.run(...names.map((name) => packed(table, name, row[name])));
        if (changes === 1) return row;
        const key = table.primaryKey.map((name) => row[name]);
        const standing = select.all(...packedKey(table, table.primaryKey, key));
        return unpackFound(lookup, standing, () => key)[0] as Row<T>;
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
      for (const key of keys) statement.run(...packedKey(table, by, key));
    });
  }

  async update<T extends Table<S>>(table: T, columns: readonly string[], rows: readonly Row<T>[]): Promise<void> {
    if (!this.#exclusive) throw new StatementError(CHANGES_IN_PLACE);
    this.#write(() => {
      const statement = this.connection.prepare(`${table.name} update ${columns}`, () => sql.update(table, columns));
      const names = [...columns, ...table.primaryKey];
      for (const row of rows) statement.run(names.map((name) => packed(table, name, row[name])));
    });
  }

  async execute(build: (sql: Knex) => Knex.QueryBuilder): Promise<number> {
    if (!this.#exclusive) throw new StatementError(CHANGES_IN_PLACE);
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
