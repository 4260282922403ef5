/**
 * Brings a store to this release's tables, from empty or from an earlier release, before anything else touches it.
 *
 * One process migrates at a time: on PostgreSQL under an advisory lock, on SQLite under an exclusive lock on a file
 * beside the database; both vanish with the process that held them. Migrations are append-only and never decrypt.
 * A store written by a later release is refused and left as it is.
 */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import knex, { type Knex } from 'knex';
import { StartError, VaultError } from '../errors.ts';
import { storeError } from './errors.ts';
import type { StoreName } from './table.ts';
import type { Store } from './tx.ts';

const FOLDERS: Record<StoreName, string> = { records: 'records', keys: 'keystore' };
const LOCK_TIMEOUT_MS = 60_000;
/** Any number will do, as long as nobody else's advisory lock has it. */
const ADVISORY_LOCK: Record<StoreName, number> = { records: 7_300_001, keys: 7_300_002 };
/** Where a store keeps which migrations made it. */
export const MIGRATIONS_TABLE: Record<StoreName, string> = {
  records: 'lethe_record_migrations',
  keys: 'lethe_key_migrations',
};

const LATER = 'This store was written by a later release of Lethe. Start that release instead.';

interface Migration {
  readonly name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

async function migrationsOf(store: StoreName): Promise<Migration[]> {
  const folder = new URL(`../../migrations/${FOLDERS[store]}/`, import.meta.url);
  const files = (await readdir(fileURLToPath(folder))).filter((name) => /^\d{4}-.*\.ts$/.test(name)).sort();
  return Promise.all(
    files.map(async (file) => ({ name: file.replace(/\.ts$/, ''), ...(await import(new URL(file, folder).href)) })),
  );
}

/** Knex prints failed statements to the console; what went wrong reaches the caller as an error instead. */
const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };

async function migrateWith(connection: Knex, store: StoreName, only?: readonly string[]): Promise<void> {
  const known = await migrationsOf(store);
  const migrations = only === undefined ? known : known.filter(({ name }) => only.includes(name));
  if (only !== undefined && migrations.length !== only.length) throw new StartError(LATER);
  const migrator = {
    tableName: MIGRATIONS_TABLE[store],
    migrationSource: {
      getMigrations: async () => migrations,
      getMigrationName: (migration: Migration) => migration.name,
      getMigration: async (migration: Migration) => migration,
    },
  };
  // Knex's own lock is a row that a crash leaves behind; the lock held around this call makes it safe to free.
  await connection.migrate.forceFreeMigrationsLock(migrator);
  try {
    await connection.migrate.latest(migrator);
  } catch (error) {
    if (error instanceof Error && /migration directory is corrupt/i.test(error.message)) {
      throw new StartError(LATER);
    }
    throw error;
  }
}

export async function migrateSqlite(store: StoreName, path: string): Promise<void> {
  const lock = new Database(`${path}.migrating`);
  const connection = knex({
    client: 'better-sqlite3',
    connection: { filename: path },
    useNullAsDefault: true,
    log: silent,
  });
  try {
    lock.pragma(`busy_timeout = ${LOCK_TIMEOUT_MS}`);
    lock.exec('BEGIN EXCLUSIVE');
    // Stays with the file. Later, and without the lock, the change to it could wait for another process's migration,
    // and that for the change.
    await connection.raw('PRAGMA journal_mode = WAL');
    await migrateWith(connection, store);
  } catch (error) {
    throw error instanceof VaultError ? error : storeError(error);
  } finally {
    await connection.destroy();
    lock.close();
  }
}

/** @param only the migrations to stop after: those that made the tables of a copy that is to be put back */
export async function migratePostgres(store: StoreName, url: string, only?: readonly string[]): Promise<void> {
  const connection = knex({ client: 'pg', connection: url, pool: { min: 0, max: 2 }, log: silent });
  try {
    const holder = await connection.client.acquireConnection();
    try {
      await holder.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK[store]]);
      await migrateWith(connection, store, only);
    } finally {
      await holder.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCK[store]]).catch(() => {});
      await connection.client.releaseConnection(holder);
    }
  } catch (error) {
    throw error instanceof VaultError ? error : storeError(error);
  } finally {
    await connection.destroy();
  }
}

/**
 * What of this release's steps a store lacks, and which of its own this release does not know: a store of a later one.
 * Read only; a store without tables lacks them all.
 */
export async function stepsApart({
  name,
  reader,
}: Pick<Store, 'name' | 'reader'>): Promise<{ readonly lacks: string[]; readonly unknown: string[] }> {
  const known = (await migrationsOf(name)).map((step) => step.name);
  const rows = await reader.query<{ name: string }>((sql) => sql(MIGRATIONS_TABLE[name]).select('name').orderBy('id'));
  const applied = rows.map((step) => step.name);
  return {
    lacks: known.filter((step) => !applied.includes(step)),
    unknown: applied.filter((step) => !known.includes(step)),
  };
}
