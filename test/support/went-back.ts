/** A store as it was at an earlier moment, put in its place without a restore: what a fail-over to a late standby does. */
import { randomBytes } from 'node:crypto';
import { copyFile, cp, readdir, rm } from 'node:fs/promises';
import { inject, onTestFinished } from 'vitest';
import type { Home } from './home.ts';
import { tell } from './home.ts';
import { temporaryFolder } from './temporary.ts';

/**
 * Keeps a store as it is now; nobody may have it open.
 * @returns what puts it back, as often as it is called
 */
async function keep(url: string): Promise<() => Promise<void>> {
  const name = `lethe_test_kept_${randomBytes(6).toString('hex')}`;
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length);
    await copyFile(path, `${path}.${name}`);
    return async () => {
      for (const suffix of ['-wal', '-shm']) await rm(`${path}${suffix}`, { force: true });
      await copyFile(`${path}.${name}`, path);
    };
  }
  const server = new URL(url);
  const database = server.pathname.slice(1);
  server.pathname = '/postgres';
  await tell(server.href, `CREATE DATABASE ${name} TEMPLATE ${database} STRATEGY ${inject('copying')}`);
  onTestFinished(async () => void (await tell(server.href, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));
  return async () => {
    await tell(server.href, `DROP DATABASE ${database} WITH (FORCE)`);
    await tell(server.href, `CREATE DATABASE ${database} TEMPLATE ${name} STRATEGY ${inject('copying')}`);
  };
}

/** The same of both stores of a home. */
export async function keepBoth({ recordStoreUrl, keyStoreUrl }: Home) {
  const [records, keys] = [await keep(recordStoreUrl), await keep(keyStoreUrl)];
  return {
    records,
    keys,
    both: async () => {
      await records();
      await keys();
    },
  };
}

/** The same of all there is of a vault, its keys and its journal, too: to begin at one moment again and again. */
export async function keepAll(home: Home): Promise<() => Promise<void>> {
  const stores = await keepBoth(home);
  const [keys, { path, remove }] = [`${home.folder}/keys`, await temporaryFolder()];
  onTestFinished(remove);
  await cp(keys, `${path}/keys`, { recursive: true });
  return async () => {
    await stores.both();
    // The node's own file stays the file that it is: a copy of it names another node.
    const others = (await readdir(keys)).filter((name) => name !== 'node.id');
    for (const name of others) await rm(`${keys}/${name}`, { recursive: true });
    await cp(`${path}/keys`, keys, { recursive: true, filter: (from) => !from.endsWith('/node.id') });
  };
}
