/** Where a vault lives, known to the test: its stores' URLs and its key files, to be opened by several nodes or altered. */
import { createHash, randomBytes } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import type { VaultOptions } from '../../src/vault/vault.ts';
import { freshDatabase } from '../support/postgres.ts';
import { type Engine, freshStores } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { openTestVault, type TestVault } from '../support/vault.ts';
import { filesUnder, tablesOf } from './needles.ts';

export interface Place {
  readonly engine: Engine;
  readonly recordStoreUrl: string;
  readonly keyStoreUrl: string;
  /** Holds `keys/`, and the stores of SQLite have folders of their own. */
  readonly folder: string;
}

export async function newPlace(engine: Engine): Promise<Place> {
  const [stores, folder] = [await freshStores(engine), await temporaryFolder()];
  onTestFinished(async () => {
    await stores.drop();
    await folder.remove();
  });
  return { engine, recordStoreUrl: stores.recordStoreUrl, keyStoreUrl: stores.keyStoreUrl, folder: folder.path };
}

/** Opens the vault that lives there, or makes one. */
export function openAt({ engine, ...at }: Place, now?: Date, limits?: VaultOptions['limits']): Promise<TestVault> {
  // The first administrator's API key is read from its file.
  return openTestVault({
    engine,
    at: { ...at, adminKey: undefined as never, keys: new Map() },
    ...(now && { now }),
    ...(limits && { limits }),
  });
}

/** A copy of a store that nobody has open, as a backup makes it. @returns the copy's URL */
export async function copyOf(url: string): Promise<string> {
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length);
    const copy = `${path}.${randomBytes(6).toString('hex')}`;
    await copyFile(path, copy);
    return `sqlite:${copy}`;
  }
  const copy = await freshDatabase(new URL(url).pathname.slice(1));
  onTestFinished(copy.drop);
  return copy.url;
}

/** A fingerprint of all that a vault keeps: every row of both stores, and every key file. */
export async function stateOf({ recordStoreUrl, keyStoreUrl, folder }: Place): Promise<Record<string, string>> {
  const parts: Record<string, string> = {};
  const add = (kind: string, from: ReadonlyMap<string, Buffer>) => {
    for (const [name, bytes] of from) {
      // Knex and SQLite write to tables of their own at every start; nothing of the vault is in those.
      if (!/_migrations|sqlite_/.test(name))
        parts[`${kind} ${name}`] = createHash('sha256').update(bytes).digest('hex');
    }
  };
  add('records', await tablesOf(recordStoreUrl));
  add('keys', await tablesOf(keyStoreUrl));
  add('file', await filesUnder(`${folder}/keys`));
  return parts;
}
