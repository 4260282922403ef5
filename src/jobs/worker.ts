/**
 * The background worker completes what a crash interrupted and sweeps what it left. It runs once at start and then at
 * an interval. Each chore is bounded and may run on several nodes at once; a failed one is tried again in the next
 * round. Long jobs are not its work: they are ordered, and run one at a time (`runner.ts`).
 */
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { liveTenants } from '../access/store.ts';
import type { Clock } from '../clock.ts';
import type { CompletingParts } from '../erasure/complete-destruction.ts';
import { settleCorrections } from '../erasure/corrections.ts';
import { type DestructionRow, type Stores, unfinishedDestructions } from '../erasure/destructions.ts';
import { complete, sweepErasedTenants } from '../erasure/tenants.ts';
import { codeOf } from '../errors.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { ORPHAN_GRACE_MS } from '../storage/limits.ts';
import { storedJson } from '../stored-json.ts';
import { unfinishedJobs } from './job-store.ts';
import { sweepOrphanKeys } from './orphan-keys.ts';

const PAGE = 500;
/** Erasures that are completed at the same moment share their transactions. */
const AT_ONCE = 32;
/** A call that ordered an erasure completes it itself; only one this old was interrupted. */
const ERASURE_GRACE_MS = 30 * 1000;
export const INTERVAL_MS = 60 * 1000;
/** What holds an erasure up is usually over within moments, and otherwise, if it is a copy, within a minute. */
const SOON_MS = [200, 1_000, 5_000, 15_000];

/** Reports a finished chore or long job; metrics and the log say `job` for both. */
export interface JobReport {
  readonly name: string;
  readonly changed: number;
  readonly failed: string | undefined;
  /** Nobody tries it again until somebody orders it again. */
  readonly forGood?: true;
  readonly why?: string;
}

interface Chore {
  readonly name: string;
  readonly run: (now: Date) => Promise<number>;
}

export interface WorkerOptions extends CompletingParts {
  readonly keyring: Pick<Keyring, 'indexes'>;
  readonly clock: Clock;
  /** Further chores, from the composition root. */
  readonly extra?: readonly Chore[];
  /** Chores with a time to keep: first in a round, and also run at the interval while a long round is under way. */
  readonly prompt?: readonly Chore[];
  readonly report: (report: JobReport) => void;
  /**
   * Resolves when every COMMIT that the record store was sent before is visible or void. A COMMIT may wait for a
   * standby, unseen, longer than any grace, and still hold. What is not there after this is not on its way.
   */
  readonly allAnswered: () => Promise<void>;
  /** Waits before the next try of what was left. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/**
 * One round of every chore.
 * @param atStart completes every unfinished erasure at once. What a crash left must not wait for a grace, and one that
 *   is under way on another node is not harmed by being completed twice
 */
export async function runChores(options: WorkerOptions, atStart = false): Promise<JobReport[]> {
  return [...(await runPrompt(options)), ...(await runOthers(options, atStart))];
}

function runPrompt(options: WorkerOptions): Promise<JobReport[]> {
  return runAll(options, options.prompt ?? []);
}

function runOthers(options: WorkerOptions, atStart: boolean): Promise<JobReport[]> {
  const now = options.clock();
  let asked: Promise<void> | undefined;
  const onceAnswered = (run: () => Promise<number>) => async () => {
    asked ??= options.allAnswered();
    await asked;
    return run();
  };
  return runAll(options, [
    { name: 'complete_erasures', run: () => completeDestructions(options, atStart ? 0 : ERASURE_GRACE_MS, now) },
    {
      name: 'settle_corrections',
      run: onceAnswered(() => settleCorrections(options, options.keyring.indexes, before(now, ORPHAN_GRACE_MS), PAGE)),
    },
    { name: 'sweep_orphan_keys', run: onceAnswered(() => sweepTenants(options, now)) },
    {
      name: 'sweep_erased_tenants',
      run: onceAnswered(() => sweepErasedTenants(options, options.clock, ORPHAN_GRACE_MS, PAGE)),
    },
    ...(options.extra ?? []),
  ]);
}

async function runAll(options: WorkerOptions, chores: readonly Chore[]): Promise<JobReport[]> {
  const now = options.clock();
  const reports: JobReport[] = [];
  for (const { name, run } of chores) {
    const report = await run(now).then(
      (changed) => ({ name, changed, failed: undefined }),
      (error: unknown) => ({ name, changed: 0, failed: codeOf(error) }),
    );
    options.report(report);
    reports.push(report);
  }
  return reports;
}

export interface Worker {
  /** Completes what a call had to leave, soon and repeatedly; after some tries the interval takes over. */
  readonly wake: () => void;
  /** Waits for a round under way. */
  readonly stop: () => Promise<void>;
}

/** Starts the interval. */
export function startWorker(options: WorkerOptions): Worker {
  let prompt: Promise<unknown> = runPrompt(options);
  let others: Promise<unknown> = prompt.then(() => runOthers(options, true));
  const timer = setInterval(() => {
    prompt = prompt.then(() => runPrompt(options));
    others = Promise.all([prompt, others]).then(() => runOthers(options, false));
  }, INTERVAL_MS);
  timer.unref();
  const { wake, stop } = completeSoon(options);
  return {
    wake,
    async stop() {
      clearInterval(timer);
      await Promise.all([others, stop()]);
    },
  };
}

/** Runs beside the rounds, which may be long: whoever asked for an erasure would wait for their end. */
function completeSoon(options: WorkerOptions): Worker {
  const stopping = new AbortController();
  const { signal } = stopping;
  const pause = options.pause ?? ((ms: number) => setTimeout(ms, undefined, { signal }).catch(() => {}));
  let asked = false;
  let working: Promise<void> | undefined;
  const work = async () => {
    while (asked) {
      asked = false;
      for (const ms of SOON_MS) {
        await pause(ms);
        if (signal.aborted) return;
        // A call never leaves a tenant's erasure: its job is about to be ordered.
        const run = () => completeDestructions(options, 0, options.clock(), ({ scope }) => scope === null);
        const [done] = await runAll(options, [{ name: 'complete_erasures', run }]);
        if (done?.failed === undefined) break;
      }
    }
  };
  return {
    wake() {
      asked = true;
      working ??= work().finally(() => {
        working = undefined;
      });
    },
    async stop() {
      stopping.abort();
      await working;
    },
  };
}

async function completeDestructions(
  options: WorkerOptions,
  graceMs: number,
  now: Date,
  meant: (row: DestructionRow) => boolean = () => true,
): Promise<number> {
  const due = await unfinishedDestructions(options.recordStore.reader, before(now, graceMs), PAGE);
  const rows = due.filter(meant);
  let failure: unknown;
  const finish = async (row: DestructionRow) => {
    if (await hasJob(options, row)) return;
    // One that cannot be completed must not hold up the others.
    await complete(options, row, options.clock).catch((error: unknown) => {
      failure = error;
    });
  };
  for (let at = 0; at < rows.length; at += AT_ONCE) await Promise.all(rows.slice(at, at + AT_ONCE).map(finish));
  if (failure !== undefined) throw failure;
  return rows.length;
}

const ErasureParams = z.object({ erasure: z.string() });

/** A long job erases a whole tenant. If there is none, the erasure was interrupted before one was ordered. */
async function hasJob({ recordStore }: Stores, { scope, erasure }: DestructionRow): Promise<boolean> {
  if (scope === null) return false;
  const unfinished = await unfinishedJobs(recordStore.reader);
  const jobs = unfinished.filter(({ kind }) => kind === 'erase_tenant');
  // One that cannot be read fails as soon as it is run, and does not erase.
  return jobs.some(({ params }) => storedJson(ErasureParams, params)?.erasure === erasure);
}

async function sweepTenants(options: WorkerOptions, now: Date): Promise<number> {
  let swept = 0;
  for (const tenant of await liveTenants(options.recordStore.reader)) {
    for (let more = true; more; ) {
      const result = await sweepOrphanKeys(options, tenant, now, PAGE);
      swept += result.swept;
      more = result.more;
    }
  }
  return swept;
}

function before(now: Date, ms: number): Date {
  return new Date(now.getTime() - ms);
}
