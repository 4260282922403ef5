/** Opens a store by its URL (`sqlite:<path>` or `postgres://…`), migrated and ready. */
import { chmod, mkdir, open as openFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { cannotOpen } from './cannot-open.ts';
import { assertFit } from './look-at.ts';
import { migratePostgres, migrateSqlite } from './migrate.ts';
import { PostgresStore } from './postgres.ts';
import { SqliteStore } from './sqlite.ts';
import type { StoreName } from './table.ts';
import type { Store } from './tx.ts';
import { sqlitePath } from './url.ts';

/** @throws {StartError} naming the store, where it is, its setting and the driver's code, and saying what to do */
export async function openStore<S extends StoreName>(name: S, url: string): Promise<Store<S>> {
  return open<S>(name, url).catch((error: unknown) => {
    throw cannotOpen(name, url, error);
  });
}

async function open<S extends StoreName>(name: S, url: string): Promise<Store<S>> {
  const path = sqlitePath(url);
  await assertFit(name, url);
  if (path === undefined) {
    await migratePostgres(name, url);
    return new PostgresStore(name, url);
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await createPrivately(path);
  await migrateSqlite(name, path);
  await chmod(path, 0o600);
  return new SqliteStore(name, path);
}

/**
 * SQLite gives its log and its index the mode that the database file has when it makes them. A file that is there is
 * not opened: closing it would drop the locks that this process may hold on it.
 */
async function createPrivately(path: string): Promise<void> {
  const file = await openFile(path, 'ax', 0o600).catch(() => undefined);
  await file?.close();
}
