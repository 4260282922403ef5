/**
 * Looks at what is at a store's URL before the store is opened. Opening would create what is missing, and would bring
 * what is there to this release.
 *
 * Guarantees: makes no file, folder, database or table, and changes no row.
 */
import { stat } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { StartError } from '../../errors.ts';
import { unlessNoFolder } from '../../files.ts';
import { onClient } from '../copies/backup.ts';
import { StoreCorruptError, storeError } from '../errors.ts';
import type { StoreName } from '../table.ts';
import { isOnePlace } from './apart.ts';
import { cannotOpen } from './cannot-open.ts';
import { assertFitPostgres, assertFitSqlite, type Found } from './fitness.ts';
import { ONE_PLACE, sqlitePath } from './url.ts';

/** The texts that a store keeps about its vault, by name; empty where there is no store, or it holds no vault. */
export type StoreFacts = ReadonlyMap<string, string>;

type Ask = (statement: string) => Promise<Record<string, unknown>[]>;

/** @throws {StartError} where the place cannot be read, or may not hold this store: `fitness.ts` */
export async function lookAt(name: StoreName, url: string): Promise<StoreFacts> {
  try {
    return await at(name, url, (found, ask) => (found === 'store' ? factsOf(ask) : new Map()));
  } catch (error) {
    throw cannotOpen(name, url, error);
  }
}

/**
 * @param mayBeDamaged accepts a place that says itself that its bytes are damaged; a restore is made for those
 * @throws {StartError} where the place cannot be read, or may not hold this store: `fitness.ts`
 */
export async function assertFit(name: StoreName, url: string, mayBeDamaged = false): Promise<void> {
  try {
    await at(name, url, () => undefined);
  } catch (error) {
    if (mayBeDamaged && storeError(error) instanceof StoreCorruptError) return;
    throw cannotOpen(name, url, error);
  }
}

/** @throws {StartError} where both URLs lead to one place, whatever the names; nothing has been changed */
export async function assertApart(records: string, keys: string): Promise<void> {
  const isOne = await isOnePlace(records, keys).catch((error: unknown) => {
    throw cannotOpen('keys', keys, error);
  });
  if (isOne) throw new StartError(ONE_PLACE);
}

async function at<R>(name: StoreName, url: string, work: (found: Found, ask: Ask) => R | Promise<R>): Promise<R> {
  const path = sqlitePath(url);
  if (path === undefined) {
    return onClient(url, async (client) =>
      work(await assertFitPostgres(name, client), async (sql) => (await client.query(sql)).rows),
    );
  }
  if ((await sizeOf(path)) === 0) return work('nothing', async () => []);
  // If nobody has it open, a reader would leave its log and index behind, while a writer removes them again.
  const readonly = (await sizeOf(`${path}-wal`)) > 0;
  const db = new Database(path, { readonly, fileMustExist: true });
  try {
    const found = await assertFitSqlite(name, path, db);
    return await work(found, async (sql) => db.prepare(sql).all() as Record<string, unknown>[]);
  } finally {
    db.close();
  }
}

/** Zero where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(unlessNoFolder))?.size ?? 0;
}

async function factsOf(ask: Ask): Promise<StoreFacts> {
  const rows = await ask('SELECT name, value FROM vault_facts').catch((error: { code?: string; message?: string }) => {
    if (isNoTable(error)) return [];
    throw error;
  });
  return new Map(rows.map(({ name, value }) => [String(name), String(value)]));
}

/** Whether a driver says that there is no such table (of PostgreSQL: `undefined_table`). */
export function isNoTable({ code, message }: { readonly code?: string; readonly message?: string }): boolean {
  return code === '42P01' || /^no such table/.test(message ?? '');
}
