/** The two stores that every test of stored things runs on. */
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inject } from 'vitest';
import type { StoreName } from '../../src/storage/table.ts';
import { freshDatabase } from './postgres.ts';
import { temporaryFolder } from './temporary.ts';

export const ENGINES = ['sqlite', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

export interface StoreUrls {
  readonly recordStoreUrl: string;
  readonly keyStoreUrl: string;
  drop(): Promise<void>;
}

/** Two stores of one engine, for a vault to be made in: their tables are there, and empty, which saves making them. */
export async function freshStores(engine: Engine): Promise<StoreUrls> {
  return storesOf(engine, inject('emptyStores'));
}

/** Two stores without a table. */
export async function bareStores(engine: Engine): Promise<StoreUrls> {
  return storesOf(engine, undefined);
}

async function storesOf(
  engine: Engine,
  templates: Readonly<Record<Engine, Readonly<Record<StoreName, string>>>> | undefined,
): Promise<StoreUrls> {
  if (engine === 'postgres') {
    const from = templates?.postgres;
    const [records, keys] = await Promise.all([freshDatabase(from?.records), freshDatabase(from?.keys)]);
    return {
      recordStoreUrl: records.url,
      keyStoreUrl: keys.url,
      drop: async () => {
        await Promise.all([records.drop(), keys.drop()]);
      },
    };
  }
  const folder = await temporaryFolder();
  const paths = { records: `${folder.path}/data/records.db`, keys: `${folder.path}/keys/keystore.db` };
  if (templates !== undefined) {
    for (const name of ['records', 'keys'] as const) {
      await mkdir(dirname(paths[name]), { recursive: true, mode: 0o700 });
      await copyFile(templates.sqlite[name], paths[name]);
    }
  }
  return {
    recordStoreUrl: `sqlite:${paths.records}`,
    keyStoreUrl: `sqlite:${paths.keys}`,
    drop: folder.remove,
  };
}
