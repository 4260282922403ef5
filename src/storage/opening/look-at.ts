/**
 * Looks at what is at a store's URL before the store is opened. Opening would create what is missing, and would bring
 * what is there to this release.
 *
 * Guarantees: makes no file, folder, database or table, and changes no row.
 */
import { stat } from 'node:fs/promises';
import Database from 'better-sqlite3';
import type pg from 'pg';
import { StartError } from '../../errors.ts';
import { unlessNoFolder } from '../../files.ts';
import { onClient } from '../copies/backup.ts';
import { StoreCorruptError, storeError } from '../errors.ts';
import type { StoreName } from '../table.ts';
import { isOneDatabase, isOneFile } from './apart.ts';
import type { Ask } from './applied-steps.ts';
import { cannotOpen } from './cannot-open.ts';
import { assertFitPostgres, assertFitSqlite, type Found } from './fitness.ts';
import { hasEveryStep } from './migrate.ts';
import { ONE_PLACE, sqlitePath } from './url.ts';

/** The texts that a store keeps about its vault, by name; empty where there is no store, or it holds no vault. */
export type StoreFacts = ReadonlyMap<string, string>;

/** A place that is looked at: what is there, and the one connection to it. */
interface Place {
  readonly found: Found;
  readonly ask: Ask;
  /** Undefined on SQLite. */
  readonly client?: pg.ClientBase;
}

/** @throws {StartError} where the place cannot be read, or may not hold this store: `fitness.ts` */
export async function lookAt(name: StoreName, url: string): Promise<StoreFacts> {
  return look(name, url, factsOf);
}

/**
 * The same for the two places of a vault, with one connection to each.
 * @throws {StartError} also where both URLs lead to one place, whatever the names; nothing has been changed
 */
export async function lookAtBoth(records: string, keys: string): Promise<Record<StoreName, StoreFacts>> {
  return look('records', records, async (first) => {
    const inRecords = await factsOf(first);
    return look('keys', keys, async (second) => {
      const inKeys = await factsOf(second);
      if (await isOnePlace([records, first], [keys, second])) throw new StartError(ONE_PLACE);
      return { records: inRecords, keys: inKeys };
    });
  });
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

/**
 * Whether the store is there with every step of this release, and nothing has to be written before it is used.
 * @throws {StartError} where the place may not hold this store; @throws a driver's error where it cannot be read
 */
export async function isReadyPostgres(name: StoreName, client: pg.ClientBase): Promise<boolean> {
  const { found, ask } = await placeOf(name, client);
  return found === 'store' && (await hasEveryStep(name, 'pg', rowsOrNone(ask)));
}

/** The same for a file. It must have its log, too: only who holds the lock of migrations changes how it is written. */
export async function isReadySqlite(name: StoreName, url: string): Promise<boolean> {
  return at(name, url, async ({ found, ask }) => {
    if (found === 'nothing' || !(await hasEveryStep(name, 'better-sqlite3', rowsOrNone(ask)))) return false;
    return (await ask('PRAGMA journal_mode'))[0]?.journal_mode === 'wal';
  });
}

async function look<R>(name: StoreName, url: string, work: (place: Place) => Promise<R>): Promise<R> {
  try {
    return await at(name, url, work);
  } catch (error) {
    throw cannotOpen(name, url, error);
  }
}

async function at<R>(name: StoreName, url: string, work: (place: Place) => R | Promise<R>): Promise<R> {
  const path = sqlitePath(url);
  if (path === undefined) return onClient(url, async (client) => work(await placeOf(name, client)));
  if ((await sizeOf(path)) === 0) return work({ found: 'nothing', ask: async () => [] });
  // If nobody has it open, a reader would leave its log and index behind, while a writer removes them again.
  const readonly = (await sizeOf(`${path}-wal`)) > 0;
  const db = new Database(path, { readonly, fileMustExist: true });
  try {
    const found = await assertFitSqlite(name, path, db);
    return await work({ found, ask: async (sql) => db.prepare(sql).all() as Record<string, unknown>[] });
  } finally {
    db.close();
  }
}

async function placeOf(name: StoreName, client: pg.ClientBase): Promise<Place> {
  const found = await assertFitPostgres(name, client);
  return { found, client, ask: async (sql) => (await client.query(sql)).rows };
}

async function isOnePlace([one, first]: [string, Place], [two, second]: [string, Place]): Promise<boolean> {
  if (first.client && second.client) return isOneDatabase(first.client, second.client);
  const [here, there] = [sqlitePath(one), sqlitePath(two)];
  return here !== undefined && there !== undefined && isOneFile(here, there);
}

/** Zero where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(unlessNoFolder))?.size ?? 0;
}

async function factsOf({ found, ask }: Place): Promise<StoreFacts> {
  const rows = found === 'nothing' ? [] : await rowsOrNone(ask)('SELECT name, value FROM vault_facts');
  return new Map(rows.map(({ name, value }) => [String(name), String(value)]));
}

/** Finds nothing where there is no such table. */
function rowsOrNone(ask: Ask): Ask {
  return async (statement) =>
    ask(statement).catch((error: { code?: string; message?: string }) => {
      if (isNoTable(error)) return [];
      throw error;
    });
}

/** Whether a driver says that there is no such table (of PostgreSQL: `undefined_table`). */
export function isNoTable({ code, message }: { readonly code?: string; readonly message?: string }): boolean {
  return code === '42P01' || /^no such table/.test(message ?? '');
}
