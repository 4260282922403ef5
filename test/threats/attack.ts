/**
 * Somebody who holds copies of both stores from any time, today's stores, today's root key, and whatever the root slots
 * hand out today; and who tries every key on every lock.
 */
import { associatedData } from '../../src/crypto/associated-data.ts';
import { open, unwrapKey } from '../../src/crypto/envelope.ts';
import { deriveKey } from '../../src/crypto/kdf.ts';
import type { RecordId, TenantId } from '../../src/ids.ts';
import { IndexKey } from '../../src/keyring/indexes/index-key.ts';
import { entryRow, type Form } from '../../src/search/blind-index.ts';
import { openDirectly } from './database.ts';

export interface Loot {
  readonly recordStores: readonly string[];
  readonly keyStores: readonly string[];
  readonly rootKey: Buffer;
  /** Secrets of epochs, by number. */
  readonly secrets: ReadonlyMap<number, Buffer>;
}

type Row = Record<string, unknown>;

/** @returns every plaintext of the record that any combination opens */
export async function attack(loot: Loot, record: string, sealedAd: (row: Row) => Buffer): Promise<Buffer[]> {
  const all = (urls: readonly string[], statement: string, values: unknown[] = []) =>
    Promise.all(urls.map((url) => ask(url, statement, values))).then((rows) => rows.flat());
  const wrappedKeys = await all(loot.keyStores, 'SELECT * FROM record_keys WHERE record = ?', [record]);
  // Of a record whose key row is gone from the newest copy, older ones say the bucket; all buckets are tried anyway.
  const buckets = await all(loot.keyStores, 'SELECT * FROM buckets');
  const sealed = await all(loot.recordStores, 'SELECT * FROM records WHERE record = ?', [record]);

  const bucketKeys = buckets.flatMap((row) => {
    const [tenant, bucket] = [row.tenant as string, row.bucket as string];
    const [generation, epoch] = [Number(row.generation), Number(row.epoch)];
    const secret = loot.secrets.get(epoch);
    if (secret === undefined) return [];
    const epochKey = deriveKey(loot.rootKey, 'lethe/epoch-key/1', secret, epoch, tenant);
    return attempt(() =>
      unwrapKey(
        row.wrapped as Buffer,
        epochKey,
        associatedData('lethe/bucket-key/1', tenant, bucket, generation, epoch),
      ),
    );
  });
  const keys = wrappedKeys.flatMap((row) => {
    const { tenant, bucket } = row as Record<string, string>;
    const [bucketGeneration, generation] = [Number(row.bucket_generation), Number(row.generation)];
    const ad = associatedData('lethe/record-key/1', tenant!, bucket!, bucketGeneration, record, generation);
    return bucketKeys.flatMap((bucketKey) => attempt(() => unwrapKey(row.wrapped as Buffer, bucketKey, ad)));
  });
  return sealed.flatMap((row) => keys.flatMap((key) => attempt(() => open(row.sealed as Buffer, key, sealedAd(row)))));
}

/** @returns in how many index entries the loot shows the guess to be right, of this record and this index */
export async function guess(loot: Loot, record: string, form: Form): Promise<number> {
  const all = (statement: string, values: unknown[]) =>
    Promise.all(loot.keyStores.map((url) => ask(url, statement, values))).then((rows) => rows.flat());
  const keys = (await all('SELECT * FROM index_keys WHERE name = ?', [form.name])).flatMap((row) => {
    const [tenant, version, epoch] = [row.tenant as TenantId, Number(row.version), Number(row.epoch)];
    const secret = loot.secrets.get(epoch);
    if (secret === undefined) return [];
    const epochKey = deriveKey(loot.rootKey, 'lethe/epoch-key/1', secret, epoch, tenant);
    const ad = associatedData('lethe/index-key/1', tenant, form.name, version, epoch);
    const found = attempt(() => unwrapKey(row.wrapped as Buffer, epochKey, ad));
    return found.map((key) => ({ tenant, key: new IndexKey(version, 'active', undefined, key) }));
  });
  const guesses = keys.map(({ tenant, key }) => entryRow(key, tenant, form, record as RecordId, 1));
  const entries = await all('SELECT * FROM blind_indexes WHERE record = ?', [record]);
  return entries.filter((row) =>
    guesses.some(({ version, mac }) => version === Number(row.version) && mac.equals(row.mac as Buffer)),
  ).length;
}

function attempt(work: () => Buffer): Buffer[] {
  try {
    return [work()];
  } catch {
    return [];
  }
}

async function ask(url: string, statement: string, values: unknown[]): Promise<Row[]> {
  const database = await openDirectly(url);
  try {
    return await database.ask(statement, values);
  } finally {
    await database.close();
  }
}
