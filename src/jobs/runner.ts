/**
 * Runs long jobs: one runner at a time on the whole vault, the interrupted first, then the oldest.
 *
 * Guarantees: the next runner continues a job that was begun, wherever the last one died. A runner that has been
 * overtaken changes neither the key store (`fence`) nor a job's row. A job that fails because something is out of reach
 * waits for the next round, shows the code, and holds up no other job. One that fails for a defect or for altered data
 * is not tried again until somebody orders it again. The end of a job is audited in the commit that ends it.
 * Does not: continue a job while the process ends; the next round of any process does.
 */
import type { Clock } from '../clock.ts';
import type { RandomSource } from '../crypto/random.ts';
import { codeOf, UnavailableError, VaultError } from '../errors.ts';
import type { JobId, PrincipalId, TenantId } from '../ids.ts';
import type { KeyStore, RecordStore, RecordTx } from '../storage/tx.ts';
import { changeJob, claimJob, type JobRow, mayBeTriedAgain, paramsOf, unfinishedJobs } from './job-store.ts';
import { type Lease, type LeaseOptions, takeLease } from './lease.ts';
import { type Detail, JobFailedError, type JobKind, type LongJob, type LongJobContext } from './long-job.ts';
import { Progress } from './progress.ts';

export const JOBS_LEASE = 'jobs';

/**
 * An embedded store has one writer at a time and no queue: a waiting writer looks again every few milliseconds. If a
 * job began its next page at once, calls would meet it only inside a page. They would wait for the whole job, and fail
 * after five seconds (`SQLITE_BUSY`). So it pauses for a quarter of the time that a page takes. PostgreSQL locks rows
 * and has a queue.
 */
const BREATH_MS = 2;

export interface RunnerParts {
  readonly recordStore: RecordStore;
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** How a job's run ended; `waiting` is tried again. */
export interface JobEnd {
  readonly job: JobId;
  readonly kind: JobKind;
  readonly state: 'completed' | 'failed' | 'waiting';
  readonly code: string | undefined;
  /** What a backup or a drill has met: a code of the system's or of the list. */
  readonly why?: string;
}

export interface RunnerOptions {
  readonly stopping?: () => boolean;
  readonly lease?: LeaseOptions;
  /** Waits after each page: see `BREATH_MS`. */
  readonly breathe?: () => Promise<void>;
  /** Runs in the commit that ends a job for good: writes the audit entry of what was done. */
  readonly ended?: (tx: RecordTx, job: JobRow, end: JobEnd, at: Date) => Promise<void>;
}

export type JobKinds = Readonly<Partial<Record<JobKind, LongJob>>>;

/**
 * Runs one round over every unfinished job of the given kinds.
 * @returns how each ended, or undefined where another process runs jobs
 * @throws `lease_lost` when another has taken over meanwhile; @throws {UnavailableError} when a store does not answer
 */
export async function runLongJobs(
  parts: RunnerParts,
  kinds: JobKinds,
  options: RunnerOptions = {},
): Promise<JobEnd[] | undefined> {
  const ends: JobEnd[] = [];
  const due = async () =>
    (await unfinishedJobs(parts.recordStore.reader)).find(
      ({ job, kind }) => kinds[kind as JobKind] !== undefined && ends.every((end) => end.job !== job),
    );
  if ((await due()) === undefined) return ends;
  const stopping = options.stopping ?? (() => false);
  // A restored key store has an older lease than the jobs of the record store have seen.
  const above = Math.max(0, ...(await unfinishedJobs(parts.recordStore.reader)).map(({ fence }) => fence));
  const lease = await takeLease(parts.keyStore, JOBS_LEASE, parts.random, { stopping, above, ...options.lease });
  if (lease === undefined) return undefined;
  try {
    for (let row = await due(); row !== undefined && !stopping(); row = await due()) {
      ends.push(await runOne(parts, lease, row, kinds[row.kind as JobKind] as LongJob, { ...options, stopping }));
    }
    return ends;
  } finally {
    // The next runner takes over as soon as it hears nothing of this one.
    await lease.release().catch(() => {});
  }
}

/**
 * Runs work on the keys while no long job and no other such work runs.
 * @throws {UnavailableError} while another process is at it; nothing has been done
 */
export async function besideNoJob<R>(
  { keyStore, random }: Pick<RunnerParts, 'keyStore' | 'random'>,
  options: LeaseOptions | undefined,
  work: (lease: Lease) => Promise<R>,
): Promise<R> {
  const lease = await takeLease(keyStore, JOBS_LEASE, random, options);
  if (lease === undefined) {
    throw new UnavailableError(
      'overloaded',
      'A long job is at work on the keys, and nothing has been done. Wait until it is finished (`npm run lethe -- jobs list`), then call again.',
      { retryAfterSeconds: 10 },
    );
  }
  try {
    return await work(lease);
  } finally {
    await lease.release();
  }
}

type Options = RunnerOptions & { readonly stopping: () => boolean };

async function runOne(
  parts: RunnerParts,
  lease: Lease,
  { job: id, kind }: JobRow,
  work: LongJob,
  options: Options,
): Promise<JobEnd> {
  const { recordStore, keyStore, clock } = parts;
  const job = id as JobId;
  await keyStore.exclusive(lease.assertHeld);
  const row = await recordStore.exclusive((tx) => claimJob(tx, job, lease.fence, clock()));
  // A later claim means a later holder of the lease: if the row cannot be had, the lease is lost.
  if (row === undefined) throw new VaultError('lease_lost');
  const elapsed = options.lease?.elapsed ?? (() => performance.now());
  const change = (to: Parameters<typeof changeJob>[3]) =>
    recordStore.exclusive((tx) => changeJob(tx, job, lease.fence, to, clock()));
  const progress = new Progress(change, elapsed);
  const breathe = options.breathe ?? breathIn(parts);
  const stopping = () => options.stopping() || lease.lost();
  const end = async ({ state, code }: Pick<JobEnd, 'state' | 'code'>, detail: Detail): Promise<JobEnd> => {
    const why = state === 'failed' && typeof detail.why === 'string' ? { why: detail.why } : {};
    const ended: JobEnd = { job, kind: kind as JobKind, state, code, ...why };
    const at = clock();
    await recordStore.exclusive(async (tx) => {
      const outcome = { state, code: code ?? null, detail: JSON.stringify(detail) };
      await changeJob(tx, job, lease.fence, { ...progress.unwritten, ...outcome }, at);
      if (state !== 'waiting') await options.ended?.(tx, row, ended, at);
    });
    return ended;
  };
  const context: Omit<LongJobContext, 'params'> = {
    job,
    tenant: row.tenant as TenantId,
    orderedBy: row.ordered_by as PrincipalId,
    fence: lease.assertHeld,
    async progress(step, done, total) {
      await progress.at(step, done, total);
      await breathe();
    },
    stopping,
  };
  const begin = async () => work({ ...context, params: paramsOf(row) });
  const outcome = await begin().then(
    (detail) => ({ state: 'completed' as const, code: undefined, detail }),
    (error: unknown) => {
      if (codeOf(error) === 'lease_lost' || lease.lost()) throw new VaultError('lease_lost');
      const state = mayBeTriedAgain(error) ? ('waiting' as const) : ('failed' as const);
      return { state, code: codeOf(error), detail: error instanceof JobFailedError ? error.detail : {} };
    },
  );
  // If the row cannot be written now, it stays `running`, and the next round learns from the stores that all is done.
  return end(outcome, outcome.detail);
}

function breathIn({ recordStore, keyStore }: RunnerParts): () => Promise<void> {
  if (recordStore.engine !== 'sqlite' && keyStore.engine !== 'sqlite') return async () => {};
  return () => new Promise((resume) => setTimeout(resume, BREATH_MS));
}
