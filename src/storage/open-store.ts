/** Opens a store by its URL (`sqlite:<path>` or `postgres://…`), migrated and ready. */
import { chmod, open as openFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StartError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { driverCode, StoreCorruptError, storeError } from './errors.ts';
import { migratePostgres, migrateSqlite } from './migrate.ts';
import { PostgresStore } from './postgres.ts';
import { SqliteStore } from './sqlite.ts';
import type { StoreName } from './table.ts';
import type { Store } from './tx.ts';

export const SETTING: Record<StoreName, string> = { records: 'RECORD_STORE_URL', keys: 'KEY_STORE_URL' };

/** @throws {StartError} naming the store, its setting and the driver's code */
export async function openStore<S extends StoreName>(name: S, url: string): Promise<Store<S>> {
  return open<S>(name, url).catch((error: NodeJS.ErrnoException) => {
    throw cannotOpen(name, error);
  });
}

/** Why a store cannot be opened, without a driver's text. */
export function cannotOpen(name: StoreName, error: NodeJS.ErrnoException): StartError {
  if (error instanceof StartError) return error;
  const code = driverCode(error) ?? error.code ?? error.name;
  const what = name === 'records' ? 'record store' : 'key store';
  if (storeError(error) instanceof StoreCorruptError) {
    return new StartError(
      `The ${what} is damaged, as its own database says (${code}). Write nothing to it; put its newest copy back: \`npm run lethe -- restore\`, then \`npm run lethe -- recover\` (keys/README.md).`,
      { cause: error },
    );
  }
  return new StartError(`The ${what} cannot be opened (${code}). Check ${SETTING[name]} and LETHE_HOME.`, {
    cause: error,
  });
}

/** The file of a store; undefined for one on PostgreSQL. */
export function sqlitePath(url: string): string | undefined {
  return /^sqlite:(.+)$/.exec(url)?.[1];
}

async function open<S extends StoreName>(name: S, url: string): Promise<Store<S>> {
  if (/^postgres(ql)?:\/\//.test(url)) {
    await migratePostgres(name, url);
    return new PostgresStore(name, url);
  }
  const path = sqlitePath(url);
  if (path === undefined) throw new StartError('A store URL is sqlite:<path> or postgres://<host>/<database>.');
  await makeFolder(dirname(path));
  await createPrivately(path);
  // The file of the lock stays: whoever removed it would let in two, the one that waits for it and one that comes new.
  await createPrivately(`${path}.migrating`);
  await chmod(`${path}.migrating`, 0o600);
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
