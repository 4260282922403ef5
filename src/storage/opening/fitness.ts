/**
 * Whether a place may hold a store. It is looked at before anything is made or changed there.
 *
 * Guarantees: tables of the vault are made only where there is nothing yet, or where the vault has made tables before.
 * Another program's database or file, an encoding other than UTF-8, and a server that is too old are refused, and left
 * as they are. What an interrupted start of the vault left counts as nothing, and so does what belongs to an extension
 * of PostgreSQL.
 * Does not: keep anybody out between this look and the making of tables.
 */
import type Database from 'better-sqlite3';
import type pg from 'pg';
import { StartError } from '../../errors.ts';
import { CALLED } from '../errors.ts';
import type { StoreName } from '../table.ts';
import { SETTING } from './cannot-open.ts';
import { MIGRATIONS_TABLE } from './migrate.ts';

const OTHER: Record<StoreName, StoreName> = { records: 'keys', keys: 'records' };
const BOOKKEEPING = Object.values(MIGRATIONS_TABLE).flatMap((name) => [name, `${name}_lock`]);

/** What is at a place: nothing, or the tables of this store. */
export type Found = 'nothing' | 'store';

/** The oldest whose statements the vault uses: `pg_current_xact_id` and what else came with it. */
const OLDEST_POSTGRES = 13;
const UNCHANGED = 'Nothing has been changed.';

const SERVER = `SELECT current_setting('server_version_num')::int AS version, current_database() AS database,
  current_setting('server_encoding') AS encoding, current_setting('client_encoding') AS spoken,
  quote_ident(current_schema()) AS schema`;
/** Excludes indexes and owned sequences, which belong to their tables, and the views and types of extensions. */
const RELATIONS = `SELECT c.relname AS name, n.nspname = current_schema() AS here,
    c.relname = ANY ($1) AND pg_table_is_visible(c.oid) AS ours
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE (n.nspname = current_schema() OR (c.relname = ANY ($1) AND pg_table_is_visible(c.oid)))
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND
      (d.deptype = 'e' OR (c.relkind = 'S' AND d.deptype IN ('a', 'i'))))`;

interface Server {
  readonly version: number;
  readonly database: string;
  readonly encoding: string;
  readonly spoken: string;
  readonly schema: string | null;
}

/**
 * @param name the store that the place is meant for
 * @throws {StartError} where it may not hold the store; @throws a driver's error where nobody can tell. Nothing has
 *   been changed
 */
export async function assertFitPostgres(name: StoreName, client: pg.ClientBase): Promise<Found> {
  // One snapshot: a start of another process makes its first tables in one transaction.
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const server = (await client.query<Server>(SERVER)).rows[0] as Server;
    assertServer(name, server);
    const { rows } = await client.query<{ name: string; here: boolean; ours: boolean }>(RELATIONS, [BOOKKEEPING]);
    if (rows.some(({ ours, here }) => ours && !here)) throw new StartError(inAnotherSchema(name));
    const tables = new Set(rows.filter(({ ours }) => ours).map((row) => row.name));
    const others = rows.filter(({ here, ours }) => here && !ours).length;
    const isBegun = async (table: string) =>
      tables.has(table) && ((await client.query(`SELECT 1 FROM ${table} LIMIT 1`)).rowCount ?? 0) > 0;
    return await judge(name, `the database ${server.database}`, tables, others, isBegun);
  } finally {
    await client.query('ROLLBACK').catch(() => {});
  }
}

/** The same for a file of SQLite. */
export async function assertFitSqlite(name: StoreName, path: string, db: Database.Database): Promise<Found> {
  db.exec('BEGIN');
  try {
    const encoding = String(db.pragma('encoding', { simple: true }));
    if (encoding !== 'UTF-8') throw new StartError(notUtf8(name, `the file ${path}`, encoding));
    const names = db
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
      )
      .pluck()
      .all() as string[];
    const tables = new Set(names.filter((table) => BOOKKEEPING.includes(table)));
    const isBegun = async (table: string) =>
      tables.has(table) && db.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() !== undefined;
    return await judge(name, `the file ${path}`, tables, names.length - tables.size, isBegun);
  } finally {
    db.exec('ROLLBACK');
  }
}

/** @param others how many tables, views and the like are there that are not the vault's bookkeeping */
async function judge(
  name: StoreName,
  where: string,
  tables: ReadonlySet<string>,
  others: number,
  isBegun: (table: string) => Promise<boolean>,
): Promise<Found> {
  const other = OTHER[name];
  if (tables.has(MIGRATIONS_TABLE[other])) {
    throw new StartError(`${SETTING[name]} names a ${CALLED[other]}, not the ${CALLED[name]}. ${UNCHANGED}`);
  }
  if (await isBegun(MIGRATIONS_TABLE[name])) return 'store';
  if (others === 0) return 'nothing';
  throw new StartError(
    `${SETTING[name]} names ${where}, in which there is something that is not this vault’s (${others} tables, views or the like). A store takes an empty one. ${UNCHANGED}`,
  );
}

function assertServer(name: StoreName, { version, database, encoding, spoken, schema }: Server): void {
  const what = CALLED[name];
  if (version < OLDEST_POSTGRES * 10_000) {
    throw new StartError(
      `The ${what} is on PostgreSQL ${Math.floor(version / 10_000)}; the oldest that this release works with is ${OLDEST_POSTGRES}. ${UNCHANGED}`,
    );
  }
  if (encoding !== 'UTF8') throw new StartError(notUtf8(name, `the database ${database}`, encoding));
  if (spoken !== 'UTF8') throw new StartError(notUtf8(name, 'a connection', spoken));
  if (schema === null) throw Object.assign(new Error('no schema'), { code: '3F000' });
}

function notUtf8(name: StoreName, where: string, encoding: string): string {
  return `${SETTING[name]} names ${where} of the encoding ${encoding}, in which not every text can be stored. Take one of UTF-8 (on PostgreSQL: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0). ${UNCHANGED}`;
}

function inAnotherSchema(name: StoreName): string {
  return `The tables of the ${CALLED[name]} are in another schema than the first of the account’s search_path, in which new ones would be made. Set one schema: ALTER ROLE … SET search_path. ${UNCHANGED}`;
}
