/**
 * Puts a copy that `backup.ts` made in the place of a store that nobody has open.
 *
 * Guarantees: either the whole store is put in place or what was there stays. A crash in between leaves both on the
 * disk. What was there before is kept under another name (a file beside it, a schema of the database), and never
 * deleted here.
 */
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { VaultError } from '../../errors.ts';
import { exists, syncFolder } from '../../files.ts';
import { makeFolder } from '../../make-folder.ts';
import { goesWithTheProcess } from '../../temporary.ts';
import { storeError } from '../errors.ts';
import { sqlitePath } from '../opening/url.ts';
import { LOGS, moveAside, settle } from '../sqlite/settle.ts';
import type { StoreName } from '../table.ts';
import type { CopyWatch } from '../tx.ts';
import { copySqlite, onClient, sync } from './backup.ts';
import { type Instead, statementsOf } from './instead.ts';
import { putRowsBack, tablesOf, undo } from './put-back-postgres.ts';

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
