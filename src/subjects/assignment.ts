/**
 * Gives the records of a call their subjects and buckets: an app's ref leads to the subject that it has, or makes one.
 * Subjects are proposed before the transaction and settled in it.
 */
import type { RandomSource } from '../crypto/random.ts';
import { VaultError } from '../errors.ts';
import { type BucketId, isId, newId, type SubjectId, type TenantId } from '../ids.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { change } from '../storage/queries.ts';
import type { KeyStore, KeyTx } from '../storage/tx.ts';
import { findByRefs, newRefRow, refsBySubject, type SubjectRefRow, subjectRefs } from './refs.ts';

/** A subject and the bucket that takes its next record. */
export interface Assigned {
  readonly subject: SubjectId;
  readonly bucket: BucketId;
}

/** Refs on their way to subjects: the known ones, and rows that make the new ones. */
export interface Assignment {
  readonly known: ReadonlyMap<string, Assigned>;
  readonly fresh: readonly { readonly ref: string; readonly row: SubjectRefRow }[];
}

/**
 * Looks refs up, and proposes a subject and a bucket for each new one.
 * @param refs how many records are coming for each ref
 */
async function proposeSubjects(
  keys: { readonly store: KeyStore; readonly keyring: Keyring },
  tenant: TenantId,
  refs: ReadonlyMap<string, number>,
  random: RandomSource,
  now: Date,
): Promise<Assignment> {
  const { store, keyring } = keys;
  const names = [...refs.keys()];
  const rows = await findByRefs(store.reader, keyring, tenant, names);
  const found = rows.flatMap((row, i) => (row ? { row, records: refs.get(names[i] as string) ?? 1 } : []));
  const buckets = await bucketsOf(keys, tenant, found);
  const known = new Map<string, Assigned>();
  const fresh: Assignment['fresh'][number][] = [];
  for (const [i, ref] of names.entries()) {
    const row = rows[i];
    if (row !== undefined) {
      known.set(ref, { subject: row.subject as SubjectId, bucket: buckets.get(row.subject) as BucketId });
      continue;
    }
    const bucket = await keyring.buckets.withRoom(tenant, refs.get(ref));
    const of = { subject: newId('subject', random, now), bucket, created_at: now.getTime() };
    fresh.push({ ref, row: await newRefRow(keyring, tenant, ref, of) });
  }
  return { known, fresh };
}

/**
 * Settles the proposals. Two calls that bring the same new ref at once end up with the same subject: that of the first
 * to insert its row.
 */
export async function settleSubjects(tx: KeyTx, { known, fresh }: Assignment): Promise<Map<string, Assigned>> {
  const assigned = new Map(known);
  if (fresh.length === 0) return assigned;
  const standing = await tx.insertOrGet(
    subjectRefs,
    fresh.map(({ row }) => row),
  );
  for (const [i, { ref, row }] of fresh.entries()) {
    const { subject, bucket } = standing[i] ?? row;
    assigned.set(ref, { subject: subject as SubjectId, bucket: bucket as BucketId });
  }
  return assigned;
}

/** The bucket of each subject. A subject whose bucket is full moves on to another, which takes its next records. */
async function bucketsOf(
  { store, keyring }: { readonly store: KeyStore; readonly keyring: Keyring },
  tenant: TenantId,
  found: readonly { readonly row: SubjectRefRow; readonly records: number }[],
): Promise<Map<string, BucketId>> {
  const buckets = new Map<string, BucketId>();
  const moves: [subject: string, bucket: BucketId][] = [];
  for (const { row, records } of found) {
    const bucket = row.bucket as BucketId;
    if (await keyring.buckets.reserve(tenant, bucket, records)) {
      buckets.set(row.subject, bucket);
    } else {
      const next = await keyring.buckets.withRoom(tenant, records);
      buckets.set(row.subject, next);
      moves.push([row.subject, next]);
    }
  }
  if (moves.length > 0) {
    moves.sort(([a], [b]) => (a < b ? -1 : 1));
    await store.exclusive(async (tx) => {
      for (const [subject, bucket] of moves) {
        await change(tx, subjectRefs, { tenant, subject }, { bucket });
      }
    });
  }
  return buckets;
}

/**
 * Looks up the subjects that the items of a call name: by an app's ref, which may be new, or by an id, which must be
 * known.
 * @param names one for each item
 * @throws `subject_not_found` with `field` naming `items/<n>/subject`
 */
export async function assignSubjects(
  keys: { readonly store: KeyStore; readonly keyring: Keyring },
  tenant: TenantId,
  names: readonly (string | undefined)[],
  random: RandomSource,
  now: Date,
): Promise<Assignment> {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  const refs = new Map([...counts].filter(([name]) => !isId('subject', name)));
  const { known, fresh } = await proposeSubjects(keys, tenant, refs, random, now);
  const all = new Map(known);
  for (const [id, records] of counts) {
    if (!isId('subject', id)) continue;
    const [[row] = []] = await keys.store.reader.find(refsBySubject, [[tenant, id]]);
    if (row === undefined) {
      throw new VaultError('subject_not_found', { field: 'subject' }).at(`items/${names.indexOf(id)}/`);
    }
    const buckets = await bucketsOf(keys, tenant, [{ row, records }]);
    all.set(id, { subject: id, bucket: buckets.get(id) as BucketId });
  }
  return { known: all, fresh };
}
