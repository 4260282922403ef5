/**
 * Puts a copy that `backup.ts` made in the place of a store that nobody has open.
 *
 * Guarantees: either the whole store is put in place or what was there stays. A crash in between leaves both on the
 * disk. What was there before is kept under another name (a file beside it, a schema of the database), and never
 * deleted here.
 */
import { createReadStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import type pg from 'pg';
import { StartError, VaultError } from '../../errors.ts';
import { exists, syncFolder } from '../../files.ts';
import { makeFolder } from '../../make-folder.ts';
import { goesWithTheProcess } from '../../temporary.ts';
import { storeError } from '../errors.ts';
import { migratePostgres } from '../opening/migrate.ts';
import { sqlitePath } from '../opening/url.ts';
import { BEGIN_DURABLE } from '../postgres/mark-statements.ts';
import { IN_USE, LOGS, moveAside, settle } from '../sqlite/settle.ts';
import type { StoreName, Table, Value } from '../table.ts';
import type { CopyWatch } from '../tx.ts';
import { copySqlite, onClient, quote, ROWS_AT_ONCE, sync } from './backup.ts';

const MAX_LOOKS = 10;
const LOOK_MS = 200;

/** Whether anything is where a store is to be put. @throws {UnavailableError} where nobody can tell */
export async function isThere(url: string): Promise<boolean> {
  const path = sqlitePath(url);
  if (path !== undefined) return exists(path);
  return onClient(url, async (client) => (await tablesOf(client)).length > 0);
}

/** The id of the vault that a store belongs to, without opening it; undefined where there is none to read. */
export async function vaultOf(url: string): Promise<string | undefined> {
  const select = `SELECT value FROM vault_facts WHERE name = 'vault'`;
  const path = sqlitePath(url);
  try {
    if (path === undefined) return await onClient(url, async (client) => (await client.query(select)).rows[0]?.value);
    const db = new Database(path, { readonly: true, fileMustExist: true });
    try {
      return db.prepare(select).pluck().get() as string | undefined;
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}

/** Rows that replace those that the copy has in a table. Skipped where the copy has no such table yet. */
export interface Instead {
  readonly table: Table;
  readonly rows: readonly Readonly<Record<string, Value>>[];
}

/** Statements with `?` for each value, in order. */
function statementsOf({ table, rows }: Instead): { readonly sql: string; readonly values: readonly Value[] }[] {
  const names = Object.keys(table.columns);
  const places = names.map(() => '?').join(', ');
  const insert = `INSERT INTO ${quote(table.name)} (${names.map(quote).join(', ')}) VALUES (${places})`;
  return [
    { sql: `DELETE FROM ${quote(table.name)}`, values: [] },
    ...rows.map((row) => ({ sql: insert, values: names.map((name) => row[name] ?? null) })),
  ];
}

async function tablesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()`,
  );
  return rows.map(({ name }) => name);
}

/**
 * Puts a copy in a store's place.
 * @param facts rows of `vault_facts` that the restored store gets besides its own
 * @param instead rows that replace those of the copy
 * @param aside the name under which the present store is kept; absent where there is none
 * @param watch is told the progress; what it throws leaves everything as it was
 * @returns where the previous store is kept, if there was one
 * @throws {StartError} where another process has the store open, or the copy is of a later release
 */
export async function putBack(
  store: StoreName,
  copy: string,
  url: string,
  facts: Readonly<Record<string, string>>,
  aside: string | undefined,
  instead?: Instead,
  watch?: CopyWatch,
): Promise<string | undefined> {
  try {
    const path = sqlitePath(url);
    if (path === undefined) return await putRowsBack(store, copy, url, facts, aside, instead, watch);
    return await putFileBack(copy, path, facts, aside, instead, watch);
  } catch (error) {
    throw error instanceof VaultError ? error : storeError(error);
  }
}

/** Removes a store that was put into an empty place: every table on PostgreSQL, otherwise its files. */
export async function clear(url: string): Promise<void> {
  const path = sqlitePath(url);
  if (path === undefined) await onClient(url, (client) => undo(client, undefined));
  else for (const ending of ['', ...LOGS]) await rm(`${path}${ending}`, { force: true });
}

async function putFileBack(
  copy: string,
  path: string,
  facts: Readonly<Record<string, string>>,
  aside: string | undefined,
  instead: Instead | undefined,
  watch: CopyWatch | undefined,
): Promise<string | undefined> {
  const fresh = `${path}.restoring`;
  await makeFolder(dirname(path));
  await rm(fresh, { force: true });
  const letGo = goesWithTheProcess(fresh);
  await copySqlite(copy, fresh, watch).catch(async (error: unknown) => {
    await rm(fresh, { force: true });
    throw error;
  });
  const db = new Database(fresh);
  try {
    const put = db.prepare('INSERT OR REPLACE INTO vault_facts (name, value) VALUES (?, ?)');
    for (const [name, value] of Object.entries(facts)) put.run(name, value);
    const has = db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`);
    if (instead !== undefined && has.get(instead.table.name) !== undefined) {
      for (const { sql, values } of statementsOf(instead)) db.prepare(sql).run(...values);
    }
  } finally {
    db.close();
  }
  await sync(fresh);
  const there = await exists(path);
  const kept = there && aside !== undefined ? `${path}.${aside}` : undefined;
  if (there) {
    try {
      settle(path);
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
    if (kept !== undefined) await moveAside(path, kept);
  }
  // SQLite would read the remains of a log beside it into the restored file.
  for (const ending of LOGS) await rm(`${path}${ending}`, { force: true });
  await rename(fresh, path);
  letGo();
  await syncFolder(dirname(path));
  return kept;
}

/** @throws {StartError} while a vault has the store open, as far as this user may see the server's sessions */
async function assertAlone(client: pg.Client): Promise<void> {
  for (let looks = 1; ; looks += 1) {
    const { rows } = await client.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name IN ('lethe-records', 'lethe-keys')`,
    );
    if (rows.length === 0) return;
    if (looks === MAX_LOOKS) throw new StartError(IN_USE);
    // A closed session stays in the list for a moment.
    await new Promise((resume) => setTimeout(resume, LOOK_MS));
  }
}

async function putRowsBack(
  store: StoreName,
  copy: string,
  url: string,
  facts: Readonly<Record<string, string>>,
  aside: string | undefined,
  instead: Instead | undefined,
  watch: CopyWatch | undefined,
): Promise<string | undefined> {
  await onClient(url, assertAlone);
  const schema = await onClient(url, schemaOf);
  const moved = aside === undefined ? undefined : { schema, aside: quote(aside) };
  if (moved !== undefined) {
    await onClient(url, (client) =>
      client.query(
        `${BEGIN_DURABLE}; ALTER SCHEMA ${schema} RENAME TO ${moved.aside}; CREATE SCHEMA ${schema}; COMMIT`,
      ),
    );
  }
  try {
    const migrations = await firstLines(copy);
    await migratePostgres(store, url, migrations);
    await onClient(url, async (client) => {
      await client.query(BEGIN_DURABLE);
      await fill(client, copy, watch);
      for (const [name, value] of Object.entries(facts)) {
        await client.query(
          'INSERT INTO vault_facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
          [name, value],
        );
      }
      if (instead !== undefined && (await tablesOf(client)).includes(instead.table.name)) {
        for (const { sql, values } of statementsOf(instead)) {
          let place = 0;
          await client.query(
            sql.replaceAll('?', () => `$${++place}`),
            [...values],
          );
        }
      }
      await client.query('COMMIT');
    });
    return aside;
  } catch (error) {
    await onClient(url, (client) => undo(client, moved));
    throw error;
  }
}

/** The schema of the store's tables, quoted. */
async function schemaOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ schema: string }>('SELECT quote_ident(current_schema()) AS schema');
  return rows[0]?.schema as string;
}

/** No table was in the schema at the beginning, so every table that is there now is the copy's. */
async function undo(client: pg.Client, moved: { schema: string; aside: string } | undefined): Promise<void> {
  await client.query(BEGIN_DURABLE);
  for (const table of await tablesOf(client)) await client.query(`DROP TABLE IF EXISTS ${quote(table)} CASCADE`);
  if (moved !== undefined) {
    await client.query(`DROP SCHEMA ${moved.schema}; ALTER SCHEMA ${moved.aside} RENAME TO ${moved.schema}`);
  }
  await client.query('COMMIT');
}

/** Reads the migrations of a copy, which are its first lines. */
async function firstLines(copy: string): Promise<string[]> {
  const names: string[] = [];
  for await (const line of linesOf(copy)) {
    if (!line.startsWith('M ')) break;
    names.push(line.slice(2));
  }
  return names;
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
}

async function fill(client: pg.Client, copy: string, watch: CopyWatch | undefined): Promise<void> {
  let table = '';
  let page: string[] = [];
  let written = 0;
  let expected: number | undefined;
  const flush = async () => {
    if (page.length === 0) return;
    const name = quote(table);
    await client.query(`INSERT INTO ${name} SELECT * FROM json_populate_recordset(NULL::${name}, $1::json)`, [
      `[${page.join(',')}]`,
    ]);
    written += page.length;
    watch?.(written, 0);
    page = [];
  };
  for await (const line of linesOf(copy)) {
    const rest = line.slice(2);
    if (line.startsWith('R ')) {
      page.push(rest);
      if (page.length === ROWS_AT_ONCE) await flush();
    } else if (line.startsWith('T ')) {
      await flush();
      table = rest;
    } else if (line.startsWith('E ')) {
      await flush();
      expected = Number(rest);
    }
  }
  if (written !== expected) throw new StartError('The copy is not whole: its last rows are missing.');
}
