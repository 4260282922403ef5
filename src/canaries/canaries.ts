/**
 * Canaries: records of the vault's own, with random digits for values, in a tenant that no principal can enter. A live
 * canary proves that values open; a shredded one proves that an erased record stays dead.
 *
 * For a shredded canary the vault keeps, on purpose, what an old copy of the key store would hold: its record key under
 * the bucket key of that time, and that under the epoch key of that time. Once that epoch is closed, neither the slots
 * nor today's keys may open them: `raise.ts` tries.
 *
 * Guarantees: values are made, sealed, tombstoned and shredded by the same code as everybody else's. Opening is checked
 * against a MAC, so that nobody needs to know the value; nothing of a value is returned.
 * Does not: watch a tenant's own records; a drill opens some of those, too.
 */

import { THE_VAULT_ITSELF } from '../access/principal.ts';
import { insertTenant, VAULT_TENANT, VAULT_TENANT_NAME } from '../access/store.ts';
import type { Clock } from '../clock.ts';
import { equalBytes } from '../crypto/mac.ts';
import { completeDestruction } from '../erasure/complete-destruction.ts';
import { type DestructionRow, findDestruction, orderDestruction } from '../erasure/destructions.ts';
import { IntegrityError, UnavailableError, VaultError } from '../errors.ts';
import { newId, type RecordId } from '../ids.ts';
import { acceptAll } from '../intake/accept.ts';
import { makeRecords } from '../intake/new-records.ts';
import { withTokens } from '../intake/new-tokens.ts';
import type { Parts } from '../intake/parts.ts';
import { throughRaces } from '../intake/races.ts';
import { type IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import { BucketKeys } from '../keyring/tree/bucket-keys.ts';
import { findBuckets, keysAt, keysOf } from '../keyring/tree/key-rows.ts';
import { RecordKeys } from '../keyring/tree/record-keys.ts';
import { openRecords, wiping } from '../records/open-records.ts';
import { findRecords, insertRecords, lockRecords } from '../records/store.ts';
import { areErased, tombstonesOf } from '../records/tombstones.ts';
import { change, select } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import { insertTokens } from '../tokens/tokens.ts';

export const canaries = table(
  'keys',
  'canaries',
  {
    record: 'id:record',
    tenant: 'id:tenant',
    generation: 'small',
    /** Of the value: opening is checked without knowing it. */
    mac: 'bytes',
    made_at: 'int',
    shredded_at: 'int?',
    bucket: 'id:bucket?',
    bucket_generation: 'small?',
    /** The epoch under which the kept keys are wrapped. */
    epoch: 'int?',
    wrapped: 'bytes?',
    bucket_wrapped: 'bytes?',
  },
  ['record'],
);
export type CanaryRow = Row<typeof canaries>;
const canaryByRecord = lookup(canaries, ['record']);

const KEY_NAME = '@canary';
const MAC_BYTES = 32;
const DIGITS = 12;

export type CanaryParts = Parts & { readonly clock: Clock };

/** Makes a canary if there is no live one. */
export async function ensureCanaries(parts: CanaryParts): Promise<void> {
  if ((await live(parts)).length === 0) await make(parts);
}

async function make(parts: CanaryParts): Promise<RecordId> {
  const { recordStore, keyStore, keyring, random } = parts;
  const now = parts.clock();
  const own = { tenant: VAULT_TENANT, name: VAULT_TENANT_NAME, at: now };
  await recordStore.exclusive((tx) => insertTenant(tx, own, 'skip'));
  const value = Array.from(random(DIGITS), (byte) => String(byte % 10)).join('');
  const accepted = await acceptAll(parts.catalogue, VAULT_TENANT, [{ type: 'text', value }], now);
  const values = await withTokens(parts, VAULT_TENANT, accepted, [{}], now);
  const [made] = await throughRaces(() => makeRecords(parts, VAULT_TENANT, values, now));
  const record = made?.recordRow;
  if (record === undefined || made?.tokenRow === undefined) throw new TypeError('A canary is a record.');
  const key = await keyring.indexes.current(VAULT_TENANT, KEY_NAME);
  await recordStore.shared(async (tx) => {
    await insertRecords(tx, [record]);
    await insertTokens(tx, made.tokenRow ? [made.tokenRow] : []);
  });
  const mac = macOf(key, record.record, Buffer.from(JSON.stringify(accepted[0]?.value)));
  const kept = { bucket: null, bucket_generation: null, epoch: null, wrapped: null, bucket_wrapped: null };
  const { generation } = record;
  const row = { record: record.record, tenant: VAULT_TENANT, generation, mac, made_at: now.getTime() };
  // Last: a record without a canary's row does no harm; nobody asks for it.
  await keyStore.shared((tx) => tx.insert(canaries, [{ ...row, shredded_at: null, ...kept }]));
  return record.record as RecordId;
}

/** @param json the value, as its sealing takes it */
function macOf(key: IndexKey, record: string, json: Uint8Array): Buffer {
  return key.mac('lethe/canary/1', MAC_BYTES, record, json);
}

function live({ keyStore }: Pick<Parts, 'keyStore'>): Promise<CanaryRow[]> {
  return select(keyStore.reader, canaries, { where: { shredded_at: null }, orderBy: ['record'] });
}

/**
 * Opens every live canary, with keys read anew.
 * @returns how many were opened; none is no failure
 * @throws {IntegrityError} for one that does not open, or opens to another value than it was made with
 */
export async function openCanaries(parts: CanaryParts): Promise<number> {
  const rows = await live(parts);
  await openEach(parts, rows);
  return rows.length;
}

async function openEach(parts: CanaryParts, rows: readonly CanaryRow[]): Promise<void> {
  const { recordStore, keyStore, keyring, random, clock } = parts;
  const buckets = new BucketKeys(keyStore, keyring.epochs, random, clock);
  const indexes = new IndexKeys(keyStore, keyring.epochs, random, clock);
  const cold = { ...keyring, buckets, records: new RecordKeys(buckets, indexes, random), indexes };
  try {
    for (const row of rows) {
      const found = await findRecords(recordStore.reader, VAULT_TENANT, [row.record as RecordId]);
      const [record] = found;
      if (record === undefined) throw new IntegrityError({ record: row.record });
      const from = { records: recordStore.reader, keys: keyStore.reader, keyring: cold };
      const [opened] = await openRecords(from, VAULT_TENANT, [record]);
      if (opened === undefined || opened instanceof VaultError) throw new IntegrityError({ record: row.record });
      using _opened = wiping([opened]);
      const key = await indexes.current(VAULT_TENANT, KEY_NAME);
      const mac = macOf(key, row.record, opened.value.exposeBytes());
      if (!equalBytes(mac, row.mac)) throw new IntegrityError({ record: row.record });
    }
  } finally {
    buckets.wipe();
    await indexes.wipe();
  }
}

/**
 * Makes a new canary and erases the oldest, so that the epoch that is about to close has one that must stay dead. May
 * be interrupted and run again. @returns the erased record
 */
export async function shredOne(parts: CanaryParts): Promise<RecordId> {
  const { recordStore, keyStore } = parts;
  await ensureCanaries(parts);
  if ((await live(parts)).length === 1) await make(parts);
  const [oldest] = await live(parts);
  if (oldest === undefined) throw new IntegrityError();
  const record = oldest.record as RecordId;
  const [held] = await findRecords(recordStore.reader, VAULT_TENANT, [record]);
  // The last chance to see that it opens, unless an interruption has left it half erased.
  const [graves = []] = await tombstonesOf(recordStore.reader, VAULT_TENANT, [record]);
  if (!graves.some(({ cause }) => cause === 'erased')) await openEach(parts, [oldest]);
  // A canary that was sealed anew after a compromise has another key than it was made with.
  await keepKeys(parts, record, held?.generation ?? oldest.generation);
  await complete(parts, record);
  await keyStore.exclusive((tx) => change(tx, canaries, { record }, { shredded_at: parts.clock().getTime() }));
  return record;
}

/** Keeps the wrapped keys of a canary that is about to be erased, unless they are gone already. */
async function keepKeys({ keyStore }: Parts, record: RecordId, generation: number): Promise<void> {
  await keyStore.exclusive(async (tx) => {
    const [[row] = []] = await tx.find(canaryByRecord, [[record]]);
    if (row === undefined) return;
    const [key] = await keysAt(tx, [{ tenant: VAULT_TENANT, record, generation }]);
    if (key === undefined) return;
    const [bucket] = await findBuckets(tx, VAULT_TENANT, [key.bucket]);
    if (bucket === undefined) return;
    const { bucket_generation, wrapped } = key;
    const { epoch, wrapped: bucket_wrapped } = bucket;
    const kept = { generation, bucket: key.bucket, bucket_generation, epoch, wrapped, bucket_wrapped };
    const columns = ['generation', 'bucket', 'bucket_generation', 'epoch', 'wrapped', 'bucket_wrapped'] as const;
    await tx.update(canaries, columns, [{ ...row, ...kept }]);
  });
}

/** Erases it, or ends an interrupted erasure: a second order would have no tombstone of its own. */
async function complete(parts: CanaryParts, record: RecordId): Promise<void> {
  const { recordStore, random, clock } = parts;
  const at = clock();
  const order = await recordStore.exclusive(async (tx): Promise<DestructionRow | undefined> => {
    const [held] = await lockRecords(tx, VAULT_TENANT, [record]);
    const [graves = []] = await tombstonesOf(tx, VAULT_TENANT, [record]);
    const begun = graves.find(({ cause }) => cause === 'erased')?.erasure;
    if (begun) return findDestruction(tx, VAULT_TENANT, begun);
    if (held === undefined) return undefined;
    return orderDestruction(tx, VAULT_TENANT, {
      erasure: newId('erasure', random, at),
      cause: 'erased',
      subject: undefined,
      keys: [held],
      by: THE_VAULT_ITSELF,
      at,
    });
  });
  if (order === undefined || order.state === 'completed') return;
  await completeDestruction(parts, order, clock).catch(async (error: unknown) => {
    // Somebody is reading the store, so its log cannot be emptied now. The key is destroyed; a job does the rest.
    const [keys = []] = await keysOf(parts.keyStore.reader, VAULT_TENANT, [record]);
    if (!(error instanceof UnavailableError) || keys.length > 0) throw error;
  });
}

/**
 * Forgets the live canaries that a store which was put back does not know, knows to be erased, or holds with a value
 * whose key is destroyed: a close would wait for them for ever. Call it when the two stores agree again; the next close
 * makes new ones. @returns how many
 */
export async function forgetLost(parts: Pick<Parts, 'recordStore' | 'keyStore'>): Promise<number> {
  return forget(parts, (_, isErased, hasKey) => isErased || !hasKey);
}

/**
 * Forgets the live canaries that the record store does not know, neither as records nor as erased: it was put back to
 * before they were made, and perhaps nothing else shows it. At the next close, such a canary would count as shredded
 * without its bucket having a new key, and would look risen. @returns how many
 */
export async function forgetUnheard(parts: Pick<Parts, 'recordStore' | 'keyStore'>): Promise<number> {
  return forget(parts, (isThere, isErased) => !isThere && !isErased);
}

async function forget(
  { recordStore: { reader }, keyStore }: Pick<Parts, 'recordStore' | 'keyStore'>,
  isMeant: (isThere: boolean, isErased: boolean, hasKey: boolean) => boolean,
): Promise<number> {
  const ids = (await live({ keyStore })).map(({ record }) => record as RecordId);
  // In this order, an erasure between the two reads is seen in the second: tombstones come before rows go.
  const found = await findRecords(reader, VAULT_TENANT, ids);
  const erased = await areErased(reader, VAULT_TENANT, ids);
  const keys = await keysAt(
    keyStore.reader,
    ids.map((record, i) => ({ tenant: VAULT_TENANT, record, generation: found[i]?.generation ?? 0 })),
  );
  const lost = ids.filter((_, i) => isMeant(found[i] !== undefined, erased[i] === true, keys[i] !== undefined));
  const rows = lost.map((record) => [record]);
  if (rows.length > 0) await keyStore.exclusive((tx) => tx.remove(canaries, ['record'], rows));
  return lost.length;
}
