/**
 * Buckets whose keys were compromised, which take no more keys, and the buckets that have taken their records since. A
 * mark is never removed: whoever had the record keys knows them for good.
 */
import type { BucketId, JobId, TenantId } from '../../ids.ts';
import { count, first, pages } from '../../storage/queries.ts';
import { packed } from '../../storage/table.ts';
import type { KeyTx, Reader } from '../../storage/tx.ts';
import { buckets } from '../tables.ts';

/** The buckets made until then, or those from one to the other (inclusive). */
export type BucketRange = { readonly until: number } | { readonly from: BucketId; readonly to: BucketId };

type Page = readonly BucketId[];
const FROM_THE_FIRST = { columns: ['bucket'], orderBy: ['bucket'], after: { bucket: '' } } as const;

/** Every bucket of the tenant in the range. */
export function pagesOfRange(
  reader: Reader<'keys'>,
  tenant: TenantId,
  range: BucketRange,
  limit: number,
): AsyncGenerator<Page> {
  const within = 'until' in range ? { created_at: { '<=': range.until } } : { bucket: between(range) };
  return idsOf(pages(reader, buckets, { ...FROM_THE_FIRST, where: { tenant, ...within }, limit }));
}

/** Every marked bucket of the tenant, in the range if there is one. */
export function pagesOfMarked(
  reader: Reader<'keys'>,
  tenant: TenantId,
  range: { readonly from: BucketId; readonly to: BucketId } | undefined,
  limit: number,
): AsyncGenerator<Page> {
  const where = { tenant, compromised_at: { not: null }, ...(range && { bucket: between(range) }) };
  return idsOf(pages(reader, buckets, { ...FROM_THE_FIRST, where, limit }));
}

function between({ from, to }: { readonly from: BucketId; readonly to: BucketId }) {
  return { '>=': from as string, '<=': to as string };
}

async function* idsOf(rows: AsyncIterable<readonly { readonly bucket: string }[]>): AsyncGenerator<Page> {
  for await (const page of rows) yield page.map(({ bucket }) => bucket as BucketId);
}

/** A marked bucket keeps its first mark. @param job its own buckets are left out */
export async function markCompromised(
  tx: KeyTx,
  tenant: TenantId,
  ids: Page,
  { at, job }: { readonly at: number; readonly job: JobId },
): Promise<void> {
  await tx.execute((sql) =>
    sql(buckets.name)
      .where({ tenant: packed(buckets, 'tenant', tenant) })
      .whereIn(
        'bucket',
        ids.map((id) => packed(buckets, 'bucket', id)),
      )
      .whereNull('compromised_at')
      // Excludes buckets that this job itself made in an earlier run.
      .andWhere((made) =>
        made.whereNull('resealed_for').orWhereNot('resealed_for', packed(buckets, 'resealed_for', job)),
      )
      .update({ compromised_at: at }),
  );
}

/** How many buckets a job has made for what it sealed anew. */
export async function countResealed(reader: Reader<'keys'>, tenant: TenantId, job: JobId): Promise<number> {
  return count(reader, buckets, { where: { tenant, resealed_for: job } });
}

/**
 * The first bucket of records that were sealed anew, after this one, or from it on.
 * @param job absent for every job
 */
export async function nextResealed(
  reader: Reader<'keys'>,
  tenant: TenantId,
  job: JobId | undefined,
  place: { readonly after: BucketId } | { readonly from: BucketId } | undefined,
): Promise<BucketId | undefined> {
  const behind = place && { bucket: 'after' in place ? { '>': place.after } : { '>=': place.from } };
  const where = { tenant, resealed_for: { not: null, ...(job && { '=': job }) }, ...behind };
  return (await first(reader, buckets, { columns: ['bucket'], where, orderBy: ['bucket'] }))?.bucket as
    | BucketId
    | undefined;
}
