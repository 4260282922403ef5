/** The invariants of the key tree that concern keys themselves, each under its number. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { deriveKey } from '../../src/crypto/kdf.ts';
import { pooledRandom, type RandomSource } from '../../src/crypto/random.ts';
import { IntegrityError } from '../../src/errors.ts';
import { type BucketId, newId, type RecordId, type TenantId, type Token } from '../../src/ids.ts';
import { IndexKeys } from '../../src/keyring/indexes/index-keys.ts';
import { BucketKeys } from '../../src/keyring/tree/bucket-keys.ts';
import { RecordKeys } from '../../src/keyring/tree/record-keys.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { search } from '../../src/operations/values/search.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { fileSlot } from '../support/epochs.ts';
import { appOf, callerOf, everyByte, freshHome, type Home, placesOf, rowsOf, tell, tellAll } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW } from '../support/vault.ts';

/** A random source that keeps a copy of everything of a key's length that it gave. */
function recording(): { random: RandomSource; keys: Buffer[] } {
  const source = pooledRandom();
  const keys: Buffer[] = [];
  const random: RandomSource = (sizeBytes) => {
    const given = source(sizeBytes);
    if (sizeBytes === 32) keys.push(Buffer.from(given));
    return given;
  };
  return { random, keys };
}

async function rootKeyOf(home: Home): Promise<Buffer> {
  return Buffer.from((await readFile(`${home.folder}/keys/root.key`, 'ascii')).trim(), 'hex');
}

const EPOCH_1 = 'keys/epochs/epoch-000001.key';

describe.each(ENGINES)('on %s', (engine) => {
  test('K2: no key of the tree is in any store, each secret from outside is in its own file alone, and without the epoch’s nothing opens', async () => {
    const home = await freshHome(engine);
    const { random, keys } = recording();
    const vault = await home.open({ random });
    const app = await appOf(vault, home);
    const items = ['ada', 'bob', 'eve'].map((who) => ({ type: 'email', value: `${who}@example.com`, subject: who }));
    const { results } = await tokenize(vault, app, { items: [...items, { type: 'text', value: 'a note' }] });
    const [ada, bob, eve] = results;
    await correct(vault, app, { record: ada?.record as RecordId, value: 'ada@example.org', reason: 'moved' });
    await erase(vault, app, { records: [bob?.record as RecordId] });
    await erase(vault, app, { ref: 'eve' });
    await detokenize(vault, app, { tokens: [ada?.token, eve?.token] as Token[], purpose: 'billing' });
    await search(vault, app, { type: 'email', value: 'ada@example.org', purpose: 'billing' });
    const adminKey = await home.adminKey();
    const other = await addTenant(vault, await callerOf(vault, adminKey), { name: 'other' });

    const rootKey = await rootKeyOf(home);
    const secret = (await fileSlot(home.folder, `${home.folder}/keys/epochs`, rootKey).get(1)) as Buffer;
    const adminSecret = Buffer.from(adminKey.slice(33, 33 + 43), 'base64url');
    const outside = [rootKey, secret, adminSecret].map((key) => key.toString('hex'));
    const inside = keys.filter((key) => !outside.includes(key.toString('hex')));
    const derived = [app.tenant, other.tenant].map((tenant) =>
      deriveKey(rootKey, 'lethe/epoch-key/1', secret, 1, tenant),
    );
    // One bucket, four record keys and the correction's, and an index key for each name used.
    expect(inside.length).toBeGreaterThan(10);
    expect(keys.length - inside.length).toBe(3);

    for (const moment of ['running', 'closed']) {
      const bytes = await everyByte(home);
      const said = (key: Buffer) => [moment, placesOf(bytes, key)];
      expect(said(secret)).toEqual([moment, [EPOCH_1]]);
      expect(said(rootKey)).toEqual([moment, ['keys/root.key']]);
      expect(said(adminSecret)).toEqual([moment, ['keys/admin.key']]);
      for (const key of [...inside, ...derived]) expect(said(key)).toEqual([moment, []]);
      // The search itself finds what is there: a wrapped key, which may be.
      const [held] = await tell<{ wrapped: Buffer }>(home.keyStoreUrl, 'SELECT wrapped FROM buckets');
      expect(placesOf(bytes, held?.wrapped as Buffer)).toHaveLength(1);
      await vault.close();
    }

    // Without the secret the vault does not start, nor with another.
    await rm(`${home.folder}/${EPOCH_1}`);
    await expect(home.open()).rejects.toMatchObject({ code: 'cannot_start' });
    await fileSlot(home.folder, `${home.folder}/keys/epochs`, rootKey).put(1, Buffer.alloc(32, 7));
    await expect(home.open()).rejects.toMatchObject({ code: 'cannot_start' });
  });

  test('K3: a later epoch touches no sealed value and no wrapped key of the one before, and both open', async () => {
    const home = await freshHome(engine);
    const first = await home.open();
    const app = await appOf(first, home);
    const old = await tokenize(first, app, { items: [{ type: 'email', value: 'ada@example.com', subject: 'ada' }] });
    await first.close();
    const before = [await rowsOf(home.recordStoreUrl), await rowsOf(home.keyStoreUrl)] as const;
    await fileSlot(home.folder, `${home.folder}/keys/epochs`, await rootKeyOf(home)).put(2, pooledRandom()(32));
    await tell(home.keyStoreUrl, "INSERT INTO epochs (epoch, state, created_at) VALUES (2, 'active', 0)");

    const second = await home.open();
    expect(second.keyring.epochs.current).toBe(2);
    const fresh = await tokenize(second, app, { items: [{ type: 'email', value: 'bob@example.com', subject: 'bob' }] });

    expect(await home.reveal(second, old.results[0]?.token ?? '')).toBe('ada@example.com');
    expect(await home.reveal(second, fresh.results[0]?.token ?? '')).toBe('bob@example.com');
    const [records, keys] = [await rowsOf(home.recordStoreUrl), await rowsOf(home.keyStoreUrl)];
    expect(records.records).toEqual(expect.arrayContaining(before[0].records ?? ['none']));
    for (const table of ['record_keys', 'buckets', 'index_keys']) {
      expect(keys[table]).toEqual(expect.arrayContaining(before[1][table] ?? ['none']));
    }
    const epochs = await tell<{ epoch: number | string }>(home.keyStoreUrl, 'SELECT epoch FROM buckets ORDER BY epoch');
    expect(epochs.map(({ epoch }) => Number(epoch))).toEqual([1, 2]);
  });

  test('K4: an epoch begins in its slot: not kept there, it does not exist; kept there, it is the one that a crash interrupted', async () => {
    const home = await freshHome(engine);
    await mkdir(`${home.folder}/keys`);
    await writeFile(`${home.folder}/keys/epochs`, 'in the way of the folder');
    await expect(home.open()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await tell(home.keyStoreUrl, 'SELECT * FROM epochs')).toEqual([]);
    await rm(`${home.folder}/keys/epochs`);

    const [rootKey, secret, tenant] = [await rootKeyOf(home), Buffer.alloc(32, 9), 'ten_any' as TenantId];
    const slot = fileSlot(home.folder, `${home.folder}/keys/epochs`, rootKey);
    await slot.put(1, secret);
    const vault = await home.open();

    expect(await slot.get(1)).toEqual(secret);
    expect(await vault.keyring.epochs.keyOf(1, tenant)).toEqual(
      deriveKey(rootKey, 'lethe/epoch-key/1', secret, 1, tenant),
    );
    const [epoch] = await tell(home.keyStoreUrl, 'SELECT * FROM epochs');
    expect(epoch).toMatchObject({ state: 'active', closed_at: null });
  });

  test('K7: a wrapped key opens in its own place alone', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const tenants = ['ten_a', 'ten_b'] as TenantId[];
    const places = await Promise.all(tenants.map((tenant) => fill(vault, tenant)));
    const [a, b] = places as [Filled, Filled];
    // A second epoch, so that a row can be said to belong to it.
    await vault.close();
    await fileSlot(home.folder, `${home.folder}/keys/epochs`, await rootKeyOf(home)).put(2, pooledRandom()(32));
    await tell(home.keyStoreUrl, "INSERT INTO epochs (epoch, state, created_at) VALUES (2, 'active', 0)");

    const swapped = (table: string, one: string, two: string) =>
      `UPDATE ${table} SET wrapped = (SELECT wrapped FROM ${table} t WHERE ${one.replaceAll('#', 't.')})
        WHERE ${two.replaceAll('#', '')}`;
    const recordOf = (at: Filled, i: number) => `#tenant = '${at.tenant}' AND #record = '${at.records[i]?.record}'`;
    const bucketOf = (at: Filled, i: number) => `#tenant = '${at.tenant}' AND #bucket = '${at.buckets[i]}'`;
    const indexOf = (at: Filled, name: string) => `#tenant = '${at.tenant}' AND #name = '${name}'`;
    const plain = (where: string) => where.replaceAll('#', '');
    const moved: [what: string, statements: string[]][] = [
      ['a record key, from one record to another', [swapped('record_keys', recordOf(a, 0), recordOf(a, 1))]],
      ['a record key, from one tenant to another', [swapped('record_keys', recordOf(b, 0), recordOf(a, 1))]],
      ['a record key, to another generation', [`UPDATE record_keys SET generation = 2 WHERE ${plain(recordOf(a, 1))}`]],
      [
        'a record key, to another bucket',
        [`UPDATE record_keys SET bucket = '${a.buckets[1]}' WHERE ${plain(recordOf(a, 1))}`],
      ],
      [
        'a record key, to another generation of its bucket',
        [
          `UPDATE record_keys SET bucket_generation = 2 WHERE ${plain(recordOf(a, 1))}`,
          `UPDATE buckets SET generation = 2 WHERE ${plain(bucketOf(a, 0))}`,
        ],
      ],
      ['a bucket key, from one bucket to another', [swapped('buckets', bucketOf(a, 1), bucketOf(a, 0))]],
      ['a bucket key, from one tenant to another', [swapped('buckets', bucketOf(b, 0), bucketOf(a, 0))]],
      ['a bucket key, to another epoch', [`UPDATE buckets SET epoch = 2 WHERE ${plain(bucketOf(a, 0))}`]],
      ['an index key, from one name to another', [swapped('index_keys', indexOf(a, 'two'), indexOf(a, 'one'))]],
      ['an index key, from one tenant to another', [swapped('index_keys', indexOf(b, 'one'), indexOf(a, 'one'))]],
      ['an index key, to another version', [`UPDATE index_keys SET version = 2 WHERE ${plain(indexOf(a, 'one'))}`]],
      ['an index key, to another epoch', [`UPDATE index_keys SET epoch = 2 WHERE ${plain(indexOf(a, 'one'))}`]],
    ];
    /** How the second record key, the first bucket's key and the first index key open. */
    const expected = (what: string): [Opened, Opened, Opened] => {
      if (what.startsWith('an index key')) return ['right', 'right', 'refused'];
      const bucketMoved = what.startsWith('a bucket key') || what.endsWith('generation of its bucket');
      return ['refused', bucketMoved ? 'refused' : 'right', 'right'];
    };
    const reopened = await home.open();
    const tables = ['record_keys', 'buckets', 'index_keys'];
    const all = (statement: string) => tables.map((table) => statement.replaceAll('#', table));
    await tellAll(home.keyStoreUrl, all('CREATE TABLE kept_# AS SELECT * FROM #'));
    for (const [what, statements] of moved) {
      await tellAll(home.keyStoreUrl, statements);
      const opened = await openAll(reopened, a, what === 'a record key, to another generation');
      expect([what, opened]).toEqual([what, expected(what)]);
      await tellAll(home.keyStoreUrl, [...all('DELETE FROM #'), ...all('INSERT INTO # SELECT * FROM kept_#')]);
    }
    expect(await openAll(reopened, a, false)).toEqual(['right', 'right', 'right']);
  });
});

interface Filled {
  readonly tenant: TenantId;
  readonly buckets: readonly BucketId[];
  readonly records: readonly { record: RecordId; generation: number }[];
  readonly keys: readonly Buffer[];
  readonly bucketKey: Buffer;
  readonly mac: Buffer;
}

/** Two buckets, two record keys in the first, one in the second, two index keys. */
async function fill(vault: Vault, tenant: TenantId): Promise<Filled> {
  const { keyring, keyStore, random } = vault;
  const first = await keyring.buckets.withRoom(tenant, 256);
  const buckets = [first, await keyring.buckets.withRoom(tenant)];
  expect(buckets[1]).not.toBe(first);
  const records = [0, 0, 1].map((bucket) => ({
    record: newId('record', random, NOW),
    generation: 1,
    bucket: buckets[bucket] as BucketId,
  }));
  const keys = await keyStore.shared((tx) => keyring.records.create(tx, tenant, records, 0));
  await keyring.indexes.current(tenant, 'two');
  const one = await keyring.indexes.current(tenant, 'one');
  const [bucketKey] = await keyStore.shared((tx) => keyring.buckets.current(tx, tenant, [first]));
  return { tenant, buckets, records, keys, bucketKey: bucketKey?.key as Buffer, mac: one.mac('label', 16, 'field') };
}

type Opened = 'right' | 'another' | 'refused';

/** How the tenant's second record key, first bucket key and first index key open, read as by a vault just opened. */
async function openAll(
  vault: Vault,
  { tenant, buckets, records, keys, bucketKey, mac }: Filled,
  second: boolean,
): Promise<[record: Opened, bucket: Opened, index: Opened]> {
  const { keyring, keyStore, random, clock } = vault;
  const bucketKeys = () => new BucketKeys(keyStore, keyring.epochs, random, clock);
  const recordKeys = new RecordKeys(bucketKeys(), keyring.indexes, random);
  const indexKeys = new IndexKeys(keyStore, keyring.epochs, random, clock);
  const place = { record: records[1]?.record as RecordId, generation: second ? 2 : 1 };
  const opened = async (opening: Promise<boolean | undefined>): Promise<Opened> => {
    try {
      return (await opening) === true ? 'right' : 'another';
    } catch (error) {
      expect(error).toBeInstanceOf(IntegrityError);
      return 'refused';
    }
  };
  const record = recordKeys.find(keyStore.reader, tenant, [place]).then(([found]) => found?.equals(keys[1] as Buffer));
  const bucket = keyStore
    .shared((tx) => bucketKeys().current(tx, tenant, [buckets[0] as BucketId]))
    .then(([found]) => found?.key.equals(bucketKey));
  const index = indexKeys.versions(tenant, 'one').then(([found]) => found?.mac('label', 16, 'field').equals(mac));
  return Promise.all([opened(record), opened(bucket), opened(index)]);
}
