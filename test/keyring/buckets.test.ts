/** Buckets: the unit of forgetting. Small, and one subject's records together. */
import { describe, expect, test } from 'vitest';
import { newId, type TenantId } from '../../src/ids.ts';
import { BUCKET_RECORDS, BUCKET_RECORDS_MAX } from '../../src/keyring/tree/bucket-keys.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { type Home, stage, tell, withoutTable } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

const notes = (count: number, subject?: string) =>
  Array.from({ length: count }, () => ({ type: 'text', value: 'x', ...(subject === undefined ? {} : { subject }) }));

/** How many of the records each bucket holds, in the order the buckets were made. */
async function fillOf(home: Home, records: readonly string[]): Promise<number[]> {
  const rows = await tell<{ bucket: string; record: string }>(
    home.keyStoreUrl,
    'SELECT bucket, record FROM record_keys',
  );
  const wanted = new Set(records);
  const counts = new Map<string, number>();
  for (const { bucket, record } of rows) if (wanted.has(record)) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

test('the sizes are those that the design states', () => {
  expect([BUCKET_RECORDS, BUCKET_RECORDS_MAX]).toEqual([256, 512]);
});

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let tenants = 0;
  const freshTenant = () => `ten_${tenants++}` as TenantId;
  /** Stores notes of nobody, or of one subject, through a vault, and keeps the ids of their records. */
  const storing = () => {
    const records: string[] = [];
    const store = async (vault: Vault, count: number, subject?: string) => {
      const { results } = await tokenize(vault, await here.as('app'), { items: notes(count, subject) });
      records.push(...results.map((result) => result.record));
    };
    return { records, store };
  };

  test('records of nobody in particular fill a bucket of 256, then the next; side by side, too', async () => {
    const vault = await here.home.open();
    const { records, store } = storing();

    await store(vault, 200);
    await Promise.all(Array.from({ length: 10 }, () => store(vault, 40)));

    expect(await fillOf(here.home, records)).toEqual([256, 256, 88]);
  });

  test('one subject’s records share a bucket, among strangers, over calls, restarts and nodes', async () => {
    const [one, two] = [await here.home.open(), await here.home.open()];
    const [own, strangers] = [storing(), storing()];
    for (const [vault, count] of [
      [one, 3],
      [two, 4],
      [one, 5],
    ] as const) {
      await own.store(vault, count, 'ada');
      await strangers.store(vault, 150);
    }
    await one.close();
    await own.store(await here.home.open(), 6, 'ada');

    expect(await fillOf(here.home, own.records)).toEqual([18]);
  });

  test('a subject whose bucket holds 512 moves on to another, and stays there', async () => {
    const vault = await here.home.open();
    const { records, store } = storing();
    for (const count of [255, 256, 1]) await store(vault, count, 'bob');
    expect(await fillOf(here.home, records)).toEqual([512]);

    await store(vault, 1, 'bob');
    await vault.close();
    await store(await here.home.open(), 2, 'bob');

    expect(await fillOf(here.home, records)).toEqual([512, 3]);
  });

  test('a process counts a bucket that others filled before it adds to it', async () => {
    const tenant = freshTenant();
    const [one, two] = [await here.home.open(), await here.home.open()];
    const bucket = await one.keyring.buckets.withRoom(tenant);
    const places = Array.from({ length: BUCKET_RECORDS_MAX }, () => ({
      record: newId('record', one.random, here.now()),
      generation: 1,
      bucket,
    }));
    const add = (from: number, to: number) =>
      one.keyStore.shared((tx) => one.keyring.records.create(tx, tenant, places.slice(from, to), 0));
    await add(0, BUCKET_RECORDS_MAX - 1);

    expect(await two.keyring.buckets.reserve(tenant, bucket, 1)).toBe(true);
    expect(await two.keyring.buckets.reserve(tenant, bucket, 1)).toBe(false);
    await add(BUCKET_RECORDS_MAX - 1, BUCKET_RECORDS_MAX);
    const three = await here.home.open();
    expect(await three.keyring.buckets.reserve(tenant, bucket, 1)).toBe(false);
  });

  test('two processes begin buckets of their own, and two tenants never share one', async () => {
    const [tenant, other] = [freshTenant(), freshTenant()];
    const [one, two] = [await here.home.open(), await here.home.open()];

    const buckets = [
      await one.keyring.buckets.withRoom(tenant),
      await two.keyring.buckets.withRoom(tenant),
      await one.keyring.buckets.withRoom(other),
    ];

    expect(new Set(buckets).size).toBe(3);
    expect(await one.keyring.buckets.withRoom(tenant)).toBe(buckets[0]);
  });

  test('a bucket that could not be stored is not handed out, and the next call makes another', async () => {
    const tenant = freshTenant();
    const { buckets } = here.vault.keyring;
    await withoutTable(here.home.keyStoreUrl, 'buckets', () =>
      expect(buckets.withRoom(tenant)).rejects.toMatchObject({ code: 'internal_error' }),
    );

    const bucket = await buckets.withRoom(tenant);

    const stored = await tell(here.home.keyStoreUrl, `SELECT bucket FROM buckets WHERE tenant = '${tenant}'`);
    expect(stored).toEqual([{ bucket }]);
  });
});
