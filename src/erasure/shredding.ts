/**
 * Destroying keys: record keys, index rows and links from values to tokens, in one transaction of the key store that
 * also marks their buckets for a new key (K1), notes what was destroyed and under which epoch, and mirrors the
 * tombstones.
 *
 * Guarantees: a key that dies is counted with the epoch its bucket has at that moment: the buckets are locked first, in
 * order, as a rotation locks them, so that neither waits for the other in a circle and none slips between the two. No key
 * that a correction makes at the same moment is left: its maker holds the bucket of the key it replaces, and either
 * finds that key gone, or has committed before the keys are looked up under the lock.
 */
import type { SubjectId, TenantId } from '../ids.ts';
import { type RecordKeyRow, recordKeys, recordKeysOf } from '../keyring/tables.ts';
import { mirror, type TombstoneRow } from '../records/tombstones.ts';
import { blindIndexes } from '../search/blind-index.ts';
import { lookup } from '../storage/table.ts';
import type { KeyTx } from '../storage/tx.ts';
import { forgetRefs, refKeysOf } from '../subjects/subjects.ts';
import { reuseKeyName, reuses } from '../tokens/reuse.ts';
import { NOTHING, noteShred } from './shreds.ts';

const indexRowsOf = lookup(blindIndexes, ['tenant', 'record']);
const reusesOf = lookup(reuses, ['tenant', 'record']);

/** The erasure or correction that orders it. */
export interface Ordered {
  readonly tenant: TenantId;
  readonly erasure: string;
}

/** A correction destroys the old generation only (K6). */
export async function shred(tx: KeyTx, order: Ordered, rows: readonly TombstoneRow[], now: Date): Promise<void> {
  const { tenant } = order;
  const keys = rows.map((row) => [tenant, row.record]);
  const tombstones = new Map(rows.map((row) => [row.record, row]));
  const findDoomed = async () =>
    (await tx.find(recordKeysOf, keys)).flat().filter((key) => {
      const tombstone = tombstones.get(key.record);
      return tombstone?.cause === 'erased' || (tombstone !== undefined && key.generation <= tombstone.generation);
    });
  const before = await findDoomed();
  const locked = await markBuckets(tx, tenant, before, now);
  const doomed = await findDoomed();
  // A correction may have put its key into another bucket, where the old one takes no more.
  const others = doomed.filter((key) => before.every(({ bucket }) => bucket !== key.bucket));
  const epoch = highest(locked, await markBuckets(tx, tenant, others, now));
  const isMeant = ({ record, generation }: { readonly record: string; readonly generation: number }) => {
    const tombstone = tombstones.get(record);
    return tombstone?.cause === 'erased' || tombstone?.generation === generation;
  };
  const indexed = (await tx.find(indexRowsOf, keys)).flat().filter(isMeant);
  const linked = (await tx.find(reusesOf, keys)).flat().filter(isMeant);
  await tx.remove(
    recordKeys,
    ['tenant', 'record', 'generation'],
    doomed.map((key) => [tenant, key.record, key.generation]),
  );
  const [erased, corrected] = [
    rows.filter((row) => row.cause === 'erased'),
    rows.filter((row) => row.cause !== 'erased'),
  ];
  for (const table of [blindIndexes, reuses]) {
    await tx.remove(
      table,
      ['tenant', 'record'],
      erased.map((row) => [tenant, row.record]),
    );
    await tx.remove(
      table,
      ['tenant', 'record', 'generation'],
      corrected.map((row) => [tenant, row.record, row.generation]),
    );
  }
  await mirror(tx, rows);
  const indexes = [
    ...indexed.map(({ name, version }) => `${name}/${version}`),
    ...linked.map(({ version }) => reuseKeyName(version)),
  ];
  await noteShred(tx, order, { epoch, records: doomed.length, indexes }, now);
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

/** Forgets every ref of an erased subject, and notes under which index keys they were kept. */
export async function shredRefs(tx: KeyTx, order: Ordered, subject: SubjectId, now: Date): Promise<void> {
  const indexes = await refKeysOf(tx, order.tenant, subject);
  await forgetRefs(tx, order.tenant, subject);
  await noteShred(tx, order, { ...NOTHING, indexes }, now);
}

/** Notes an erasure that named no record: nothing was there to destroy. */
export async function shredNothing(tx: KeyTx, order: Ordered, now: Date): Promise<void> {
  await noteShred(tx, order, NOTHING, now);
}

/**
 * Locks the buckets of keys that are to die, and marks those not marked yet.
 * @returns the highest epoch under which one of them is wrapped now; undefined where there is none
 */
async function markBuckets(
  tx: KeyTx,
  tenant: TenantId,
  doomed: readonly RecordKeyRow[],
  now: Date,
): Promise<number | undefined> {
  const ids = [...new Set(doomed.map((key) => key.bucket))].sort();
  if (ids.length === 0) return undefined;
  const locked = await tx.query<{ bucket: string; epoch: number }>((sql) =>
    sql('buckets').select('bucket', 'epoch').where({ tenant }).whereIn('bucket', ids).orderBy('bucket').forUpdate(),
  );
  await tx.execute((sql) =>
    sql('buckets').where({ tenant }).whereIn('bucket', ids).whereNull('dirty_at').update({ dirty_at: now.getTime() }),
  );
  return locked.length === 0 ? undefined : Math.max(...locked.map(({ epoch }) => epoch));
}
