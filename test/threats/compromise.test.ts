/**
 * A thief with a copy of the key store and the secret of its epoch. What was stolen is lost for the copies of the record
 * store that the thief has; what is written after the re-sealing, the thief does not open: not with the stolen keys, and
 * not with a later copy of the key store besides.
 */
import { describe, expect, test } from 'vitest';
import { associatedData } from '../../src/crypto/associated-data.ts';
import { unwrapKey } from '../../src/crypto/envelope.ts';
import type { RecordId, TenantId } from '../../src/ids.ts';
import { reseal } from '../../src/jobs/reseal-compromised.ts';
import type { BucketRow } from '../../src/keyring/tables.ts';
import { bucketKeyKind } from '../../src/keyring/tree/bucket-keys.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { listExposed } from '../../src/operations/keys/list-exposed.ts';
import { openValue } from '../../src/records/sealing.ts';
import type { RecordRow } from '../../src/records/store.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close, contextOf } from '../support/epochs.ts';
import { appOf, callerOf, freshHome, type Home } from '../support/home.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

interface KeyRow {
  readonly tenant: string;
  readonly record: string;
  readonly generation: number;
  readonly bucket: string;
  readonly bucket_generation: number;
  readonly wrapped: Buffer;
}

/** What a thief carries away of each store. */
const copyOf = async ({ keyStore, recordStore }: Vault) => ({
  buckets: await askRows<BucketRow>(keyStore.reader, (sql) => sql('buckets')),
  keys: await askRows<KeyRow>(keyStore.reader, (sql) => sql('record_keys')),
  records: await askRows<RecordRow>(recordStore.reader, (sql) => sql('records')),
});
type Copy = Awaited<ReturnType<typeof copyOf>>;

/** Every bucket key that opens with this epoch key, by place: a thief tries each on everything. */
function bucketKeysOf(copy: Copy, epochKey: Buffer): Buffer[] {
  return copy.buckets.flatMap((row) => attempt(() => unwrapKey(row.wrapped, epochKey, bucketKeyKind.bindingOf(row))));
}

function deksOf(copy: Copy, bucketKeys: readonly Buffer[]): Buffer[] {
  return copy.keys.flatMap((row) =>
    bucketKeys.flatMap((key) => {
      const { tenant, bucket, bucket_generation, record, generation } = row;
      const ad = associatedData('lethe/record-key/1', tenant, bucket, bucket_generation, record, generation);
      return attempt(() => unwrapKey(row.wrapped, key, ad));
    }),
  );
}

/** What of these records opens under these keys, taken for whichever generation and version. */
function opened(records: readonly RecordRow[], deks: readonly Buffer[]): unknown[] {
  return records.flatMap((row) =>
    deks.flatMap((dek) =>
      [row.generation, row.generation - 1].flatMap((generation) =>
        attempt(() => openValue({ ...row, generation }, dek).expose()),
      ),
    ),
  );
}

function attempt<T>(work: () => T): T[] {
  try {
    return [work()];
  } catch {
    return [];
  }
}

async function robbed(home: Home) {
  const vault = await home.open();
  const app = await appOf(vault, home);
  const values = ['a@example.com', 'b@example.com', 'c@example.com'];
  const items = values.map((value) => ({ type: 'email', value, subject: 'one' }));
  const { results } = await tokenize(vault, app, { items });
  const stolen = await copyOf(vault);
  const epochKey = await vault.keyring.epochs.keyOf(1, app.tenant);
  await close(vault);
  const params = { epoch: 1 };
  const context = contextOf({ tenant: app.tenant, orderedBy: app.principal, params });
  return { vault, app, values, results, stolen, epochKey, context };
}

describe.each(ENGINES)('on %s', (engine) => {
  test('before the re-sealing the thief reads all; the close of the epoch alone has not helped', async () => {
    const { vault, values, stolen, epochKey } = await robbed(await freshHome(engine));

    const deks = deksOf(stolen, bucketKeysOf(stolen, epochKey));

    expect(opened((await copyOf(vault)).records, deks).sort()).toEqual(values);
  });

  test('after it the stolen keys open nothing that is stored, nor any key of a later copy of the key store', async () => {
    const home = await freshHome(engine);
    const { vault, values, results, stolen, epochKey, context } = await robbed(home);
    await reseal(vault)(context);
    const later = await copyOf(vault);
    const bucketKeys = bucketKeysOf(stolen, epochKey);

    expect(bucketKeys).toHaveLength(1);
    expect(opened(later.records, deksOf(stolen, bucketKeys))).toEqual([]);
    expect(bucketKeysOf(later, epochKey)).toEqual([]);
    expect(deksOf(later, bucketKeys)).toEqual([]);
    expect(await Promise.all(results.map(({ token }) => home.reveal(vault, token)))).toEqual(values);
  });

  test('what was there before stays readable to the thief: an older copy of the record store is lost', async () => {
    const { vault, values, stolen, epochKey, context } = await robbed(await freshHome(engine));
    await reseal(vault)(context);

    expect(opened(stolen.records, deksOf(stolen, bucketKeysOf(stolen, epochKey))).sort()).toEqual(values);
  });

  test('what is stored and corrected after the compromise is said goes under no stolen key', async () => {
    const home = await freshHome(engine);
    const { vault, app, stolen, epochKey, context } = await robbed(home);
    const stopped = { ...context, progress: async (step: string) => stop(step === 'resealing') };
    await expect(reseal(vault)(stopped)).rejects.toThrow('stopped');
    const { results } = await tokenize(vault, app, {
      items: [{ type: 'email', value: 'late@example.com', subject: 'one' }],
    });

    const later = await copyOf(vault);
    const fresh = later.keys.filter(({ record }) => record === results[0]?.record);
    const bucketKeys = bucketKeysOf(stolen, epochKey);
    expect(fresh).toHaveLength(1);
    expect(deksOf({ ...later, keys: fresh }, bucketKeys)).toEqual([]);
    // The others are still under a stolen key, until the job goes on.
    expect(deksOf(later, bucketKeys)).toHaveLength(3);
  });

  test('the list of what was exposed is whole, is the tenant’s own, and holds no value', async () => {
    const home = await freshHome(engine);
    const { vault, results, context } = await robbed(home);
    await reseal(vault)(context);
    const security = await appOf(vault, home, 'security');
    const found: [RecordId, string][] = [];
    for (let after: string | undefined; ; ) {
      const page = await listExposed(vault, security, { job: context.job, after, limit: 2 });
      found.push(
        ...page.exposed.flatMap(({ record, tokens }) => tokens.map((token): [RecordId, string] => [record, token])),
      );
      expect(JSON.stringify(page)).not.toContain('example.com');
      after = page.next;
      if (after === undefined) break;
    }

    expect(found.sort()).toEqual(results.map(({ record, token }) => [record, token]).sort());
    const { tenant: other } = await addTenant(vault, await callerOf(vault, await home.adminKey()), { name: 'other' });
    const stranger = { ...security, tenant: other as TenantId };
    expect(await listExposed(vault, stranger, { limit: 10 })).toEqual({ exposed: [] });
    for (const role of ['app', 'support', 'admin', 'auditor'] as const) {
      const refused = listExposed(vault, await appOf(vault, home, role), { limit: 1 });
      await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
    }
  });
});

function stop(really: boolean): void {
  if (really) throw new Error('stopped');
}
