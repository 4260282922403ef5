/**
 * What was exposed: records whose keys were compromised and that were sealed anew since. They are found by the buckets
 * that were made for them. Gives ids, data types and tokens, never a value.
 *
 * Does not: name a record that was erased since. A record that was sealed anew by two jobs appears under the last.
 */
import type { BucketId, JobId, RecordId, SubjectId, TenantId, Token } from '../ids.ts';
import { nextResealed } from '../keyring/tree/compromised-buckets.ts';
import { keysInBucket } from '../keyring/tree/key-rows.ts';
import { findRecords } from '../records/store.ts';
import { areErased } from '../records/tombstones.ts';
import { tokensStoredFor } from '../tokens/tokens.ts';
import type { Stores } from './destructions.ts';

export interface Exposed {
  readonly record: RecordId;
  readonly subject: SubjectId | undefined;
  readonly type: string;
  readonly tokens: readonly Token[];
}

/** Where a page begins: after this record of this bucket. */
export interface ExposedPlace {
  readonly bucket: BucketId;
  readonly record: RecordId;
}

/**
 * @param page `job` absent: records of every job
 * @returns `next`: where the next page begins; undefined after the last record
 */
export async function pageOfExposed(
  { recordStore, keyStore }: Stores,
  tenant: TenantId,
  page: { readonly job: JobId | undefined; readonly after: ExposedPlace | undefined; readonly limit: number },
): Promise<{ exposed: Exposed[]; next: ExposedPlace | undefined }> {
  const { job, limit } = page;
  const places: (ExposedPlace & { readonly generation: number })[] = [];
  for (let after = page.after; places.length < limit; ) {
    const place = after && (after.record === '' ? { after: after.bucket } : { from: after.bucket });
    const bucket = await nextResealed(keyStore.reader, tenant, job, place);
    if (bucket === undefined) break;
    const from = after?.bucket === bucket ? after.record : '';
    const wanted = limit - places.length;
    const keys = await keysInBucket(keyStore.reader, tenant, bucket, { after: from, limit: wanted });
    places.push(...keys.map(({ record, generation }) => ({ bucket, record: record as RecordId, generation })));
    if (keys.length === wanted) break;
    after = { bucket, record: '' as RecordId };
  }
  const ids = places.map(({ record }) => record);
  const [rows, erased, tokens] = await Promise.all([
    findRecords(recordStore.reader, tenant, ids),
    areErased(recordStore.reader, tenant, ids),
    tokensStoredFor(recordStore.reader, tenant, ids),
  ]);
  const exposed = rows.flatMap((row, i): Exposed[] => {
    // A key that is not current was made by an attempt that a crash cut short.
    if (row === undefined || erased[i] || row.generation !== places[i]?.generation) return [];
    const named = { record: row.record as RecordId, subject: (row.subject ?? undefined) as SubjectId | undefined };
    return [{ ...named, type: row.type, tokens: tokens[i] ?? [] }];
  });
  return { exposed, next: places.length === limit ? places.at(-1) : undefined };
}
