/**
 * Brings a store to this release's tables, from empty or from an earlier release, before anything else touches it.
 *
 * One process migrates at a time. On PostgreSQL it works in one transaction that holds an advisory lock, which any
 * pooler keeps on one session. On SQLite it holds an exclusive lock on a file beside the database. Both locks end with
 * the process that held them, and on PostgreSQL all that it had done vanishes, too. A process that waits for another
 * says so after a while, and gives up. Migrations are append-only and never decrypt. A store written by a later release
 * is refused and left as it is.
 */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import knex, { type Knex } from 'knex';
import { StartError, VaultError } from '../../errors.ts';
import { CALLED, storeError } from '../errors.ts';
import { newPool } from '../postgres/connect.ts';
import { DURABLE } from '../postgres/mark-statements.ts';
import type { StoreName } from '../table.ts';
import type { Store } from '../tx.ts';
import { type Ask, compareSteps, isCurrent, type Migration } from './applied-steps.ts';

const FOLDERS: Record<StoreName, string> = { records: 'records', keys: 'keystore' };
const LOCK_TIMEOUT_MS = 60_000;
/** Any number will do that no other advisory lock uses. */
const ADVISORY_LOCK: Record<StoreName, number> = { records: 7_300_001, keys: 7_300_002 };
/** Set for this transaction alone. The defaults of the role, database or session are for short statements. */
const FOR_MIGRATIONS = `SELECT set_config('lock_timeout', ?, true), set_config('statement_timeout', '0', true),
  set_config('idle_in_transaction_session_timeout', '0', true), ${DURABLE}`;
const LOCK_NOT_AVAILABLE = '55P03';
/** Where a store keeps which migrations made it. */
export const MIGRATIONS_TABLE: Record<StoreName, string> = {
  records: 'lethe_record_migrations',
  keys: 'lethe_key_migrations',
};

/** The newest step that a store has; a later release's, where one runs beside this. */
export async function newestStep<S extends StoreName>({
  name,
  reader,
}: Pick<Store<S>, 'name' | 'reader'>): Promise<string> {
  const rows = await reader.query<{ name: string }>((sql) =>
    sql(MIGRATIONS_TABLE[name]).select('name').orderBy('id', 'desc').limit(1),
  );
  return rows[0]?.name ?? '';
}

/** The newest step of each store that this release knows. A start brings the store to it. */
export async function knownSteps(): Promise<Record<StoreName, string>> {
  const newest = async (store: StoreName) => (await migrationsOf(store)).at(-1)?.name ?? '';
  return { records: await newest('records'), keys: await newest('keys') };
}

const LATER = 'This store was written by a later release of Lethe. Start that release instead.';
/** The first step of a layout that was never released, and is not read any more. */
const UNRELEASED = '0001-first';
const BEFORE =
  'This store was written by a development version of Lethe from before its rows were made compact, and this release ' +
  'does not read it. Start that version instead, and store its values in a new vault.';

export async function migrationsOf(store: StoreName): Promise<Migration[]> {
  const folder = new URL(`../../../migrations/${FOLDERS[store]}/`, import.meta.url);
  const files = (await readdir(fileURLToPath(folder))).filter((name) => /^\d{4}-.*\.ts$/.test(name)).sort();
  return Promise.all(
    files.map(async (file) => ({ name: file.replace(/\.ts$/, ''), ...(await import(new URL(file, folder).href)) })),
  );
}

/**
 * Whether a store that is there was made by exactly this release's steps, so that a start has nothing to write, and
 * waits for no lock and no standby.
 */
export async function hasEveryStep(store: StoreName, client: 'pg' | 'better-sqlite3', ask: Ask): Promise<boolean> {
  return isCurrent(ask, client, MIGRATIONS_TABLE[store], await migrationsOf(store));
}

/** Knex prints failed statements to the console. This silences it; the caller gets an error instead. */
const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };

async function migrateWith(connection: Knex, store: StoreName, only?: readonly string[]): Promise<void> {
  const known = await migrationsOf(store);
  const migrations = only === undefined ? known : known.filter(({ name }) => only.includes(name));
  if (only !== undefined && migrations.length !== only.length) {
    throw new StartError(only.includes(UNRELEASED) ? BEFORE : LATER);
  }
  const migrator = {
    tableName: MIGRATIONS_TABLE[store],
    migrationSource: {
      getMigrations: async () => migrations,
      getMigrationName: (migration: Migration) => migration.name,
      getMigration: async (migration: Migration) => migration,
    },
  };
  // A copy that is put back brings its own record of its steps.
  const note = only === undefined ? await compareSteps(connection, store, MIGRATIONS_TABLE[store], known) : undefined;
  // Another process was quicker. A start that has nothing to write waits for no standby.
  if (only === undefined && note === undefined) return;
  // Knex's own lock is a row that a crash leaves behind. The lock around this call makes it safe to free it.
  await connection.migrate.forceFreeMigrationsLock(migrator);
  try {
    await connection.migrate.latest(migrator);
    await note?.();
  } catch (error) {
    if (error instanceof Error && /migration directory is corrupt/i.test(error.message)) {
      throw new StartError(error.message.includes(UNRELEASED) ? BEFORE : LATER);
    }
    throw error;
  }
}

const MIGRATING = 'has been migrating it';

function waitedInVain(store: StoreName, why: string, patienceMs: number): StartError {
  const [what, seconds] = [CALLED[store], Math.ceil(patienceMs / 1_000)];
  return new StartError(
    `The ${what} cannot be opened: another process ${why} for ${seconds} s. Nothing has been changed. Wait for it, or end it, then start again.`,
  );
}

/** @throws {StartError} where another process migrates for longer; nothing has been changed */
export async function migrateSqlite(store: StoreName, path: string, patienceMs = LOCK_TIMEOUT_MS): Promise<void> {
  const lock = new Database(`${path}.migrating`);
  const connection = knex({
    client: 'better-sqlite3',
    connection: { filename: path },
    useNullAsDefault: true,
    log: silent,
  });
  try {
    lock.pragma(`busy_timeout = ${patienceMs}`);
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      throw (error as { code?: string }).code === 'SQLITE_BUSY' ? waitedInVain(store, MIGRATING, patienceMs) : error;
    }
    // WAL mode stays with the file. Changed later, and without the lock, it could wait for another process's migration,
    // and that migration for the change.
    await connection.raw('PRAGMA journal_mode = WAL');
    await migrateWith(connection, store);
  } catch (error) {
    throw error instanceof VaultError ? error : storeError(error);
  } finally {
    await connection.destroy();
    lock.close();
  }
}

/**
 * @param only the migrations to stop after: those that made the tables of a copy that is put back
 * @param patienceMs how long it waits for a lock
 * @throws {StartError} where another process migrates, or holds a table, for longer; nothing has been changed
 */
export async function migratePostgres(
  store: StoreName,
  url: string,
  only?: readonly string[],
  patienceMs = LOCK_TIMEOUT_MS,
): Promise<void> {
  const pool = newPool(url, 'lethe-migrations', { max: 1 });
  // A connection that dies while idle is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => {});
  const connection = knex({ client: 'pg', connectionPool: pool, log: silent });
  let waitedFor = MIGRATING;
  try {
    await connection.transaction(async (transaction) => {
      await transaction.raw(FOR_MIGRATIONS, [`${patienceMs}ms`]);
      await transaction.raw('SELECT pg_advisory_xact_lock(?)', [ADVISORY_LOCK[store]]);
      waitedFor = 'has held a table of it';
      await migrateWith(transaction, store, only);
    });
  } catch (error) {
    if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE) throw waitedInVain(store, waitedFor, patienceMs);
    throw error instanceof VaultError ? error : storeError(error);
  } finally {
    await connection.destroy();
    await pool.end();
  }
}

/**
 * Which of this release's steps a store lacks, and which of the store's steps this release does not know, as in a store
 * of a later release. Only reads. A store without tables lacks every step.
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
