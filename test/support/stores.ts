/** The two stores that every test of stored things runs on. */
import { freshDatabase } from './postgres.ts';
import { temporaryFolder } from './temporary.ts';

export const ENGINES = ['sqlite', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

export interface StoreUrls {
  readonly recordStoreUrl: string;
  readonly keyStoreUrl: string;
  drop(): Promise<void>;
}

/** Two empty stores of one engine. */
export async function freshStores(engine: Engine): Promise<StoreUrls> {
  if (engine === 'postgres') {
    const [records, keys] = await Promise.all([freshDatabase(), freshDatabase()]);
    return {
      recordStoreUrl: records.url,
      keyStoreUrl: keys.url,
      drop: async () => {
        await Promise.all([records.drop(), keys.drop()]);
      },
    };
  }
  const folder = await temporaryFolder();
  return {
    recordStoreUrl: `sqlite:${folder.path}/data/records.db`,
    keyStoreUrl: `sqlite:${folder.path}/keys/keystore.db`,
    drop: folder.remove,
  };
}
