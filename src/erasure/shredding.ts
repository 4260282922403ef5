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
import { claimKeyName } from '../search/value-claims.ts';
import type { KeyTx } from '../storage/tx.ts';
import { forgetRefs, refKeysOf } from '../subjects/refs.ts';
import { reuseKeyName } from '../tokens/reuse.ts';
import { noteShreds } from './shreds.ts';
import { findTraces } from './traces.ts';

/** What an erasure or a correction destroys in one transaction. */
export interface Shredding {
  readonly erasure: string;
  /** No record may stand in two that are shredded together. A correction destroys the old generation only (K6). */
  readonly tombstones: readonly TombstoneRow[];
  /** An erased subject, all of whose refs go. */
  readonly subject?: SubjectId | undefined;
}

/**
 * One that names nothing is noted too: nothing was there to destroy.
 * @param lock `skip`: leaves those whose bucket somebody holds
 * @returns those that it has left
 */
export async function shred<T extends Shredding>(
  tx: KeyTx,
  tenant: TenantId,
  given: readonly T[],
  now: Date,
  lock: 'wait' | 'skip' = 'wait',
): Promise<T[]> {
  const records = given.flatMap(({ tombstones }) => tombstones.map(({ record }) => record));
  const found = new Map(given.flatMap(({ tombstones }) => tombstones.map((row) => [row.record, row])));
  const findDoomed = async () =>
    (await keysOf(tx, tenant, records)).flat().filter((key) => {
      const tombstone = found.get(key.record);
      return tombstone?.cause === 'erased' || (tombstone !== undefined && key.generation <= tombstone.generation);
    });
  const before = await findDoomed();
  const epochs = new Map(await markDirty(tx, tenant, bucketsOf(before), now, lock));
  const after = await findDoomed();
  // A correction may have put its key into another bucket, if the old one is full or closed.
  const others = after.filter((key) => before.every(({ bucket }) => bucket !== key.bucket));
  for (const [bucket, epoch] of await markDirty(tx, tenant, bucketsOf(others), now, lock)) epochs.set(bucket, epoch);
  const isFree = ({ bucket }: { readonly bucket: string }) => lock === 'wait' || epochs.has(bucket);
  const waited = new Set([...before, ...after].filter((key) => !isFree(key)).map(({ record }) => record));
  const all = given.filter(({ tombstones }) => tombstones.every(({ record }) => !waited.has(record)));
  const rows = all.flatMap(({ tombstones }) => tombstones);
  const tombstones = new Map(rows.map((row) => [row.record, row]));
  const doomed = after.filter(({ record }) => tombstones.has(record));
  const isMeant = ({ record, generation }: Generation) => {
    const tombstone = tombstones.get(record);
    return tombstone?.cause === 'erased' || tombstone?.generation === generation;
  };
  // Given at once, and done in this order.
  const subjects = all.flatMap(({ subject }) => subject ?? []);
  const [, traces, named] = await Promise.all([
    removeKeysAt(tx, tenant, doomed),
    findTraces(tx, tenant, [...tombstones.keys()], isMeant),
    refKeysOf(tx, tenant, subjects),
  ]);
  const { indexed, linked, claimed } = traces;
  const owner = new Map(all.flatMap(({ erasure, tombstones }) => tombstones.map(({ record }) => [record, erasure])));
  const byErasure = <R extends { readonly record: string }>(found: readonly R[]) =>
    Map.groupBy(found, ({ record }) => owner.get(record));
  const [held, gone, macs, links, claims] = [
    byErasure([...before, ...doomed]),
    byErasure(doomed),
    byErasure(indexed),
    byErasure(linked),
    byErasure(claimed),
  ];
  const notes = all.map(({ erasure, subject }) => {
    const under = (held.get(erasure) ?? []).flatMap(({ bucket }) => epochs.get(bucket) ?? []);
    const indexes = [
      ...(macs.get(erasure) ?? []).map(({ name, version }) => `${name}/${version}`),
      ...(links.get(erasure) ?? []).map(({ version }) => reuseKeyName(version)),
      ...(claims.get(erasure) ?? []).map(({ version }) => claimKeyName(version)),
      ...(subject === undefined ? [] : (named.get(subject) ?? [])),
    ];
    const epoch = under.length === 0 ? undefined : Math.max(...under);
    return { erasure, epoch, records: gone.get(erasure)?.length ?? 0, indexes };
  });
  await Promise.all([
    traces.remove(),
    mirror(tx, rows),
    forgetRefs(tx, tenant, subjects),
    noteShreds(tx, tenant, notes, now),
  ]);
  return given.filter((one) => !all.includes(one));
}

function bucketsOf(keys: readonly { readonly bucket: string }[]): string[] {
  return [...new Set(keys.map(({ bucket }) => bucket))].sort();
}
