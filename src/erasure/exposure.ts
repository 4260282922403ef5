/**
 * What was exposed: the records whose keys were compromised and that were sealed anew since, found by the buckets that
 * were made for them. Ids, data types and tokens; never a value.
 *
 * Does not: name a record that was erased since, nor tell under which job one was sealed anew that was so twice: the
 * last one has it.
 */
import type { BucketId, JobId, RecordId, SubjectId, TenantId, Token } from '../ids.ts';
import { findRecords } from '../records/store.ts';
import { areErased } from '../records/tombstones.ts';
import { tokensStoredFor } from '../tokens/tokens.ts';
import type { Stores } from './erasures.ts';

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

interface Key {
  readonly record: RecordId;
  readonly generation: number;
}

/**
 * @param page `job`: absent, those of every job
 * @returns `next`: where to go on; undefined after the last record
 */
export async function pageOfExposed(
  { recordStore, keyStore }: Stores,
  tenant: TenantId,
  page: { readonly job: JobId | undefined; readonly after: ExposedPlace | undefined; readonly limit: number },
): Promise<{ exposed: Exposed[]; next: ExposedPlace | undefined }> {
  const { job, limit } = page;
  const places: (Key & ExposedPlace)[] = [];
  for (let after = page.after; places.length < limit; ) {
    const [bucket] = await keyStore.reader.query<{ bucket: BucketId }>((sql) => {
      const rows = sql('buckets').select('bucket').where({ tenant }).whereNotNull('resealed_for');
      if (job !== undefined) rows.andWhere('resealed_for', job);
      if (after !== undefined) rows.andWhere('bucket', after.record === '' ? '>' : '>=', after.bucket);
      return rows.orderBy('bucket').limit(1);
    });
    if (bucket === undefined) break;
    const from = after?.bucket === bucket.bucket ? after.record : '';
    const wanted = limit - places.length;
    const keys = await keyStore.reader.query<Key>((sql) =>
      sql('record_keys')
        .select('record', 'generation')
        .where({ tenant, bucket: bucket.bucket })
        .andWhere('record', '>', from)
        .orderBy('record')
        .limit(wanted),
    );
    places.push(...keys.map((key) => ({ bucket: bucket.bucket, ...key })));
    if (keys.length === wanted) break;
    after = { bucket: bucket.bucket, record: '' as RecordId };
  }
  const ids = places.map(({ record }) => record);
  const [rows, erased, tokens] = await Promise.all([
    findRecords(recordStore.reader, tenant, ids),
    areErased(recordStore.reader, tenant, ids),
    tokensStoredFor(recordStore.reader, tenant, ids),
  ]);
  const exposed = rows.flatMap((row, i): Exposed[] => {
    // A key that does not stand was made by a try that a crash cut short.
    if (row === undefined || erased[i] || row.generation !== places[i]?.generation) return [];
    const named = { record: row.record as RecordId, subject: (row.subject ?? undefined) as SubjectId | undefined };
    return [{ ...named, type: row.type, tokens: tokens[i] ?? [] }];
  });
  return { exposed, next: places.length === limit ? places.at(-1) : undefined };
}
