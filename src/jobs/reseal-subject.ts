/**
 * The job after a compromise of one subject: only the keys of its records were stolen. Each of its records is sealed
 * anew under a new key in a new bucket. The old keys are destroyed like those of a correction, so their buckets are
 * marked, and get new keys when the epoch closes (K1).
 *
 * Guarantees: the stores alone say what is done: a record whose key is in a bucket of this job was sealed anew by it.
 * So the job may be run again from the start, after a crash anywhere. Records that the subject gets while it runs may
 * be sealed anew, too.
 * Does not: close the old buckets, or touch what else is in them. If a bucket's key was stolen, so was everything under
 * it; then order the job for a range of buckets.
 */
import { addCounts, noCounts, type PageResult } from '../erasure/reseal-counts.ts';
import { type ResealParts, resealPage } from '../erasure/reseal-page.ts';
import type { BucketId, RecordId, SubjectId, TenantId } from '../ids.ts';
import type { RecordKeyRow } from '../keyring/tables.ts';
import { findBuckets, keysOf } from '../keyring/tree/key-rows.ts';
import { pageOfSubject } from '../records/store.ts';
import { type LongJobContext, stopIfTold } from './long-job.ts';

/** How many records one commit seals anew. */
const RECORDS = 100;

/** Looks once at every record of the subject. */
export async function resealSubject(
  parts: ResealParts,
  context: LongJobContext,
  subject: SubjectId,
): Promise<PageResult> {
  const { tenant } = context;
  const total = noCounts();
  const successors = new Map<BucketId, Promise<BucketId>>();
  let done = 0;
  for (let after: RecordId | undefined; ; ) {
    await context.progress('resealing', done, 0);
    stopIfTold(context);
    const page = await pageOfSubject(parts.recordStore.reader, tenant, subject, { after, limit: RECORDS });
    const records = page.map((row) => row.record as RecordId);
    for (const [bucket, keys] of await oldKeys(parts, context, records)) {
      const successor = () => {
        const made = successors.get(bucket) ?? parts.keyring.buckets.forResealing(tenant, context.job);
        successors.set(bucket, made);
        return made;
      };
      const retired = { tenant, bucket, successor, by: context.orderedBy, fence: context.fence };
      addCounts(total, await resealPage(parts, retired, keys));
    }
    done += page.length;
    if (page.length < RECORDS) return total;
    after = records.at(-1);
  }
}

/** The keys of these records that are in no bucket of this job, by their buckets. */
async function oldKeys(
  { keyStore: { reader } }: ResealParts,
  { job, tenant }: { readonly job: string; readonly tenant: TenantId },
  records: readonly RecordId[],
): Promise<Map<BucketId, RecordKeyRow[]>> {
  const found = await keysOf(reader, tenant, records);
  const byBucket = Map.groupBy(found.flat(), ({ bucket }) => bucket as BucketId);
  const ids = [...byBucket.keys()];
  const rows = await findBuckets(reader, tenant, ids);
  for (const [i, bucket] of ids.entries()) if (rows[i]?.resealed_for === job) byBucket.delete(bucket);
  return byBucket;
}
