/** Opens a store by its URL (`sqlite:<path>` or `postgres://…`), migrated and ready. */
import { chmod, open as openFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StartError } from '../../errors.ts';
import { makeFolder } from '../../make-folder.ts';
import { CALLED } from '../errors.ts';
import type { StoreLimits } from '../limits.ts';
import { PostgresStore } from '../postgres/postgres.ts';
import { SqliteStore } from '../sqlite/sqlite.ts';
import type { StoreName } from '../table.ts';
import type { Store } from '../tx.ts';
import { cannotOpen } from './cannot-open.ts';
import { isReadyPostgres, isReadySqlite } from './look-at.ts';
import { migratePostgres, migrateSqlite } from './migrate.ts';
import { sqlitePath } from './url.ts';

export interface OpenOptions {
  /** Also opens a store that is known to have gone back in time. */
  readonly recovering?: boolean;
  readonly limits?: StoreLimits;
  /** Running time of this process in milliseconds. */
  readonly elapsed?: () => number;
}

/** @throws {StartError} naming the store, place, setting and driver's code, and what to do; or that it went back */
export async function openStore<S extends StoreName>(
  name: S,
  url: string,
  options: OpenOptions = {},
): Promise<Store<S>> {
  return open<S>(name, url, options).catch((error: unknown) => {
    throw cannotOpen(name, url, error);
  });
}

function wentBack(name: StoreName): string {
  return `The ${CALLED[name]} went back in time: a process missed what it had been told was written. Nothing is written before both stores agree again: stop every node, run \`npm run lethe -- recover\`, then start (src/deploy/README.md).`;
}

async function open<S extends StoreName>(name: S, url: string, options: OpenOptions): Promise<Store<S>> {
  const path = sqlitePath(url);
  if (path === undefined) return openPostgres<S>(name, url, options);
  if (!(await isReadySqlite(name, url))) {
    await makeFolder(dirname(path));
    await createPrivately(path);
    // The lock's file stays. Removing it would let in two: one that waits for it, and one that comes new.
    await createPrivately(`${path}.migrating`);
    await chmod(`${path}.migrating`, 0o600);
    await migrateSqlite(name, path);
  }
  await chmod(path, 0o600);
  return new SqliteStore(name, path, options.limits);
}

/** A connection costs a process of the server. So what must be known before is asked on one that the store keeps. */
async function openPostgres<S extends StoreName>(name: S, url: string, options: OpenOptions): Promise<Store<S>> {
  const store = new PostgresStore(name, url, options);
  try {
    if (!(await store.onConnection((client) => isReadyPostgres(name, client)))) await migratePostgres(name, url);
    await store.assertInPlace();
    return store;
  } catch (error) {
    await store.close();
    throw store.displaced === undefined ? error : new StartError(wentBack(name));
  }
}

/**
 * SQLite gives its log and its index the mode of the database file when it makes them. An existing file is not opened,
 * because closing it would drop the locks that this process may hold on it.
 */
async function createPrivately(path: string): Promise<void> {
  const file = await openFile(path, 'ax', 0o600).catch(() => undefined);
  await file?.close();
}
