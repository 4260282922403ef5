/**
 * The job after a compromise. Whoever had a copy of the key store and the secret of an epoch, or the keys of buckets,
 * has the record keys in them for good, under whatever those are wrapped since. So every record in such a bucket is
 * sealed anew, under a key and in a bucket that were made later.
 *
 *   marking    the epoch and its buckets are marked; from here on no key goes into such a bucket
 *   resealing  bucket by bucket, 100 records a commit, until a look at all of them finds nothing to do
 *
 * An epoch's compromise covers every bucket that existed when the epoch ended. A later bucket key does not help,
 * because the record keys under it are the old ones. For one subject see `reseal-subject.ts`.
 *
 * Guarantees: the stores alone say what is done, because a record that was sealed anew has no key in a marked bucket.
 * So the job may be run again from the start, after a crash anywhere.
 * Does not: end the life of the old keys in backups of the key store; the next close of the epoch does.
 */
import { allTenants } from '../access/store.ts';
import { BUCKET_SKEW_MS } from '../clock.ts';
import { type Exposed, type ExposedPlace, pageOfExposed } from '../erasure/exposure.ts';
import { addCounts, noCounts, type PageResult } from '../erasure/reseal-counts.ts';
import { type ResealParts, resealPage } from '../erasure/reseal-page.ts';
import { VaultError } from '../errors.ts';
import type { BucketId, JobId, SubjectId, TenantId } from '../ids.ts';
import { type AlteredKey, NamedKeys } from '../keyring/epochs/altered-keys.ts';
import { findEpoch, markEpochCompromised } from '../keyring/epochs/epoch-states.ts';
import {
  type BucketRange,
  countResealed,
  markCompromised,
  pagesOfMarked,
  pagesOfRange,
} from '../keyring/tree/compromised-buckets.ts';
import { pagesOfBucket } from '../keyring/tree/key-rows.ts';
import type { Reader } from '../storage/tx.ts';
import { type Detail, type LongJob, type LongJobContext, stopIfTold } from './long-job.ts';
import { resealSubject } from './reseal-subject.ts';

/** How many records one commit seals anew. */
const RECORDS = 100;
const BUCKETS = 500;
const EXPOSED = 1_000;
/** Each look after the first finds what calls did meanwhile; this many are enough for a busy vault. */
const LOOKS = 20;

/** What is compromised; `params` of the job. */
type Compromise = CompromisedBuckets | { readonly subject: SubjectId };
type CompromisedBuckets = { readonly epoch: number } | { readonly from: BucketId; readonly to: BucketId };

/** @throws `epoch_not_found`, `epoch_not_ended` */
export async function assertEnded(reader: Reader<'keys'>, epoch: number): Promise<void> {
  const row = await findEpoch(reader, epoch);
  if (row === undefined) throw new VaultError('epoch_not_found');
  if (row.state === 'active' || row.state === 'pre_activation') throw new VaultError('epoch_not_ended');
}

/**
 * @returns `records`, `tokens` and `buckets`: sealed anew, of the tenant that ordered it; `complete`: nothing is left
 *   under an old key; `damaged`, `underWay`: what is left there, see `PageResult`; `closeEpoch`: what must be done next
 */
export function reseal(all: ResealParts & { readonly around?: AroundReseal }): LongJob {
  return async (context) => {
    const parts = { ...all, damaged: naming(all.around, context) };
    const compromise = context.params as unknown as Compromise;
    const look =
      'subject' in compromise ? ofSubject(parts, context, compromise) : await marked(parts, context, compromise);
    let complete = false;
    // No number of other tenants' records is told.
    let left = { damaged: 0, underWay: 0 };
    for (let looks = 1; looks <= LOOKS; looks += 1) {
      const { all, own } = await look();
      complete = all.raced + all.damaged + all.underWay === 0;
      left = { damaged: own.damaged, underWay: own.underWay };
      if (all.resealed + all.completed + all.raced === 0) break;
    }
    return { ...(await outcome(parts, context)), complete, ...left, closeEpoch: true };
  };
}

export interface AroundReseal {
  /** Names values that no longer open for anybody, each once in a run. */
  readonly damaged?: (keys: readonly AlteredKey[], job: JobId) => Promise<void>;
}

/** Each look finds the same again. */
function naming(around: AroundReseal | undefined, { job }: LongJobContext): NonNullable<ResealParts['damaged']> {
  const named = new NamedKeys();
  return async (tenant, records) => {
    const keys = records.map((record) => ({ tenant, record })).filter((key) => !named.has(key));
    if (keys.length > 0) await around?.damaged?.(keys, job);
    for (const key of keys) named.add(key);
  };
}

type Look = () => Promise<{ readonly all: PageResult; readonly own: PageResult }>;

function ofSubject(parts: ResealParts, context: LongJobContext, { subject }: { readonly subject: SubjectId }): Look {
  return async () => {
    const found = await resealSubject(parts, context, subject);
    return { all: found, own: found };
  };
}

/** Marks the buckets first. */
async function marked(parts: ResealParts, context: LongJobContext, compromise: CompromisedBuckets): Promise<Look> {
  const tenants = 'epoch' in compromise ? await allTenants(parts.recordStore.reader) : [context.tenant];
  await mark(parts, context, compromise, tenants);
  return () => resealAll(parts, context, compromise, tenants);
}

/** Marks in pages; a marked bucket keeps its first mark. */
async function mark(
  { keyStore, clock }: ResealParts,
  context: LongJobContext,
  compromise: CompromisedBuckets,
  tenants: readonly TenantId[],
): Promise<void> {
  const at = clock().getTime();
  let range: BucketRange;
  if ('epoch' in compromise) {
    const { epoch } = compromise;
    await keyStore.exclusive(async (tx) => {
      await context.fence(tx);
      await markEpochCompromised(tx, epoch, at);
    });
    const row = await findEpoch(keyStore.reader, epoch);
    range = { until: (row?.deactivated_at ?? at) + BUCKET_SKEW_MS };
  } else range = compromise;
  for (const [i, tenant] of tenants.entries()) {
    const step = async () => {
      await context.progress('marking', i, tenants.length);
      stopIfTold(context);
    };
    await step();
    for await (const page of pagesOfRange(keyStore.reader, tenant, range, BUCKETS)) {
      await keyStore.exclusive(async (tx) => {
        await context.fence(tx);
        await markCompromised(tx, tenant, page, { at, job: context.job });
      });
      if (page.length === BUCKETS) await step();
    }
  }
}

/** Looks once at every marked bucket. */
async function resealAll(
  parts: ResealParts,
  context: LongJobContext,
  compromise: CompromisedBuckets,
  tenants: readonly TenantId[],
): Promise<{ all: PageResult; own: PageResult }> {
  const [all, own] = [noCounts(), noCounts()];
  const total = await countMarked(parts.keyStore.reader, compromise, tenants);
  let done = 0;
  for (const tenant of tenants) {
    for await (const page of pagesOfMarked(parts.keyStore.reader, tenant, rangeOf(compromise), BUCKETS)) {
      for (const bucket of page) {
        await context.progress('resealing', done, Math.max(total, done));
        const found = await resealBucket(parts, context, tenant, bucket);
        addCounts(all, found);
        if (tenant === context.tenant) addCounts(own, found);
        done += 1;
      }
    }
  }
  await context.progress('resealing', done, done);
  return { all, own };
}

async function resealBucket(
  parts: ResealParts,
  context: LongJobContext,
  tenant: TenantId,
  bucket: BucketId,
): Promise<PageResult> {
  const total = noCounts();
  let made: Promise<BucketId> | undefined;
  const successor = () => {
    made ??= parts.keyring.buckets.forResealing(tenant, context.job);
    return made;
  };
  // An empty bucket has no page, and a job that was told to stop stops there, too.
  stopIfTold(context);
  for await (const keys of pagesOfBucket(parts.keyStore.reader, tenant, bucket, RECORDS)) {
    stopIfTold(context);
    const retired = { tenant, bucket, successor, by: context.orderedBy, fence: context.fence };
    addCounts(total, await resealPage(parts, retired, keys));
  }
  return total;
}

function rangeOf(compromise: CompromisedBuckets) {
  return 'from' in compromise ? compromise : undefined;
}

async function countMarked(
  reader: Reader<'keys'>,
  compromise: CompromisedBuckets,
  tenants: readonly TenantId[],
): Promise<number> {
  let count = 0;
  for (const tenant of tenants) {
    for await (const page of pagesOfMarked(reader, tenant, rangeOf(compromise), BUCKETS)) count += page.length;
  }
  return count;
}

/** Counted from the stores, so that the numbers are right after a crash, too. */
async function outcome(parts: ResealParts, context: LongJobContext): Promise<Detail> {
  const { job, tenant } = context;
  const buckets = await countResealed(parts.keyStore.reader, tenant, job);
  let [records, tokens] = [0, 0];
  for (let after: ExposedPlace | undefined; ; ) {
    stopIfTold(context);
    const page = await pageOfExposed(parts, tenant, { job, after, limit: EXPOSED });
    records += page.exposed.length;
    tokens += page.exposed.reduce((sum: number, exposed: Exposed) => sum + exposed.tokens.length, 0);
    await context.progress('counting', records, records);
    after = page.next;
    if (after === undefined) break;
  }
  return { records, tokens, buckets };
}
