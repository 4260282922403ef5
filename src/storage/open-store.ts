/** Opens a store by its URL (`sqlite:<path>` or `postgres://…`), migrated and ready. */
import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StartError } from '../errors.ts';
import { migratePostgres, migrateSqlite } from './migrate.ts';
import { PostgresStore } from './postgres.ts';
import { SqliteStore } from './sqlite.ts';
import type { StoreName } from './table.ts';
import type { Store } from './tx.ts';

export async function openStore<S extends StoreName>(name: S, url: string): Promise<Store<S>> {
  if (/^postgres(ql)?:\/\//.test(url)) {
    await migratePostgres(name, url);
    return new PostgresStore(name, url);
  }
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path === undefined) throw new StartError('A store URL is sqlite:<path> or postgres://<host>/<database>.');
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
  const file = await open(path, 'ax', 0o600).catch(() => undefined);
  await file?.close();
}
