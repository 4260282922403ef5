/**
 * Destroys record keys, index rows, claims and links from values to tokens in one transaction of the key store. The
 * transaction also marks their buckets for a new key (K1), notes what was destroyed and under which epoch, and mirrors
 * the tombstones.
 *
 * Guarantees: a destroyed key counts with the epoch that its bucket has at that moment. The buckets are locked first,
 * in the order in which a rotation locks them, so that the two never deadlock and no key slips between them. No key
 * that a correction makes at the same moment is left. Its maker holds the bucket of the key it replaces, and either
 * finds that key gone, or has committed before the keys are looked up under the lock.
 */
import type { SubjectId, TenantId } from '../ids.ts';
import { type Generation, keysOf, markDirty, removeKeysAt } from '../keyring/tree/key-rows.ts';
import { mirror, type TombstoneRow } from '../records/tombstones.ts';
import { indexRowsOf, removeIndexRowsAt, removeIndexRowsOf } from '../search/index-rows.ts';
import { claimKeyName, claimsOf, removeClaimsAt, removeClaimsOf } from '../search/value-claims.ts';
import type { KeyTx } from '../storage/tx.ts';
import { forgetRefs, refKeysOf } from '../subjects/refs.ts';
import { linksOf, removeLinksAt, removeLinksOf, reuseKeyName } from '../tokens/reuse.ts';
import { NOTHING, noteShred } from './shreds.ts';

/** The erasure or correction that orders it. */
export interface Ordered {
  readonly tenant: TenantId;
  readonly erasure: string;
}

/** A correction destroys the old generation only (K6). */
export async function shred(tx: KeyTx, order: Ordered, rows: readonly TombstoneRow[], now: Date): Promise<void> {
  const { tenant } = order;
  const records = rows.map(({ record }) => record);
  const tombstones = new Map(rows.map((row) => [row.record, row]));
  const findDoomed = async () =>
    (await keysOf(tx, tenant, records)).flat().filter((key) => {
      const tombstone = tombstones.get(key.record);
      return tombstone?.cause === 'erased' || (tombstone !== undefined && key.generation <= tombstone.generation);
    });
  const before = await findDoomed();
  const locked = await markDirty(tx, tenant, bucketsOf(before), now);
  const doomed = await findDoomed();
  // A correction may have put its key into another bucket, if the old one is full or closed.
  const others = doomed.filter((key) => before.every(({ bucket }) => bucket !== key.bucket));
  const epoch = highest(locked, await markDirty(tx, tenant, bucketsOf(others), now));
  const isMeant = ({ record, generation }: Generation) => {
    const tombstone = tombstones.get(record);
    return tombstone?.cause === 'erased' || tombstone?.generation === generation;
  };
  const indexed = (await indexRowsOf(tx, tenant, records)).flat().filter(isMeant);
  const claimed = (await claimsOf(tx, tenant, records)).flat().filter(isMeant);
  const linked = (await linksOf(tx, tenant, records)).flat().filter(isMeant);
  await removeKeysAt(tx, tenant, doomed);
  const erased = rows.filter((row) => row.cause === 'erased').map(({ record }) => record);
  const corrected = rows.filter((row) => row.cause !== 'erased');
  await removeIndexRowsOf(tx, tenant, erased);
  await removeIndexRowsAt(tx, tenant, corrected);
  await removeLinksOf(tx, tenant, erased);
  await removeLinksAt(tx, tenant, corrected);
  await removeClaimsOf(tx, tenant, erased);
  await removeClaimsAt(tx, tenant, corrected);
  await mirror(tx, rows);
  const indexes = [
    ...indexed.map(({ name, version }) => `${name}/${version}`),
    ...linked.map(({ version }) => reuseKeyName(version)),
    ...claimed.map(({ version }) => claimKeyName(version)),
  ];
  await noteShred(tx, order, { epoch, records: doomed.length, indexes }, now);
}

function bucketsOf(keys: readonly { readonly bucket: string }[]): string[] {
  return [...new Set(keys.map(({ bucket }) => bucket))].sort();
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

/** Removes every ref of an erased subject, and notes under which index keys they were kept. */
export async function shredRefs(tx: KeyTx, order: Ordered, subject: SubjectId, now: Date): Promise<void> {
  const indexes = await refKeysOf(tx, order.tenant, subject);
  await forgetRefs(tx, order.tenant, subject);
  await noteShred(tx, order, { ...NOTHING, indexes }, now);
}

/** Notes an erasure that named no record, so that nothing was there to destroy. */
export async function shredNothing(tx: KeyTx, order: Ordered, now: Date): Promise<void> {
  await noteShred(tx, order, NOTHING, now);
}
