/**
 * The job after a compromise, of one subject: the keys of its records are in strange hands, and those of nobody else. Each
 * of its records is sealed anew under a key that is made now, in a bucket that is made now. The old keys die like a
 * correction's, so that their buckets are marked, and take new keys when the epoch closes (K1).
 *
 * Guarantees: done is told by the stores alone: a record whose key is in a bucket of this job was sealed anew by it. So the
 * job may be run again from the start, after a crash anywhere. Records that come to the subject while it runs may be
 * sealed anew, too.
 * Does not: close the old buckets, or touch what else is in them. Where a bucket's key was stolen, everything under it
 * was: that is a range of buckets.
 */
import { addCounts, noCounts, type PageResult, type ResealParts, resealPage } from '../erasure/reseal-page.ts';
import type { BucketId, RecordId, SubjectId, TenantId } from '../ids.ts';
import type { RecordKeyRow } from '../keyring/tables.ts';
import { findBuckets, keysOf } from '../keyring/tree/key-rows.ts';
import { pageOfSubject } from '../records/store.ts';
import { type LongJobContext, stopIfTold } from './long-job.ts';

/** Records sealed anew in one commit. */
const RECORDS = 100;

/** One look at every record of the subject. */
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
