/**
 * What is at a store's URL, before it is opened: opening makes what is not there, and brings what is there to this
 * release.
 *
 * Guarantees: makes no file, folder, database or table, and changes no row.
 */
import { stat } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { StartError } from '../errors.ts';
import { onClient } from './backup.ts';
import { storeError } from './errors.ts';
import { MIGRATIONS_TABLE } from './migrate.ts';
import { cannotOpen, SETTING } from './open-store.ts';
import type { StoreName } from './table.ts';
import { sqlitePath } from './url.ts';

/** The texts that a store keeps of its vault, by name; none of a store that is not there, or holds no vault. */
export type StoreFacts = ReadonlyMap<string, string>;

type Ask = (statement: string) => Promise<Record<string, unknown>[]>;

/** @throws {StartError} where the place cannot be read, or is that of the vault's other store */
export async function lookAt(name: StoreName, url: string): Promise<StoreFacts> {
  const path = sqlitePath(url);
  try {
    if (path === undefined)
      return await onClient(url, (client) => factsOf(name, async (sql) => (await client.query(sql)).rows));
    return await lookAtFile(name, path);
  } catch (error) {
    throw cannotOpen(name, storeError(error));
  }
}

async function lookAtFile(name: StoreName, path: string): Promise<StoreFacts> {
  if ((await sizeOf(path)) === 0) return new Map();
  // Where nobody has it open, a reader would leave its log and index behind, and a writer takes them away again.
  const readonly = (await sizeOf(`${path}-wal`)) > 0;
  const db = new Database(path, { readonly, fileMustExist: true });
  try {
    return await factsOf(name, async (sql) => db.prepare(sql).all() as Record<string, unknown>[]);
  } finally {
    db.close();
  }
}

/** Zero where there is none. */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  return found?.size ?? 0;
}

async function factsOf(name: StoreName, ask: Ask): Promise<StoreFacts> {
  if (await answers(ask, MIGRATIONS_TABLE[name === 'records' ? 'keys' : 'records'])) {
    const [here, there] = name === 'records' ? ['a key store', 'record store'] : ['a record store', 'key store'];
    throw new StartError(`${SETTING[name]} names ${here}, not the ${there}. Nothing has been changed.`);
  }
  if (!(await answers(ask, 'vault_facts'))) return new Map();
  const rows = await ask('SELECT name, value FROM vault_facts');
  return new Map(rows.map(({ name, value }) => [String(name), String(value)]));
}

/** Whether there is such a table. */
async function answers(ask: Ask, table: string): Promise<boolean> {
  return ask(`SELECT 1 FROM ${table} LIMIT 1`).then(
    () => true,
    (error: { code?: string; message?: string }) => {
      if (isNoTable(error)) return false;
      throw error;
    },
  );
}

/** Whether a driver says that there is no such table (of PostgreSQL: `undefined_table`). */
export function isNoTable({ code, message }: { readonly code?: string; readonly message?: string }): boolean {
  return code === '42P01' || /^no such table/.test(message ?? '');
}
