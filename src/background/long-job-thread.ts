/**
 * Runs long jobs beside a server, in a thread of their own with a vault of its own on the same stores, so that the
 * thread that answers requests wraps none of their keys. A thread is started where there is a job, and ends after it.
 *
 * Guarantees: whatever happens to a thread, the server goes on, and the next thread resumes an unfinished job. A root
 * key that was handed over, and not read from a file, goes to the thread in shared memory. The thread wipes it when it
 * has opened the vault or has failed to, and wipes its own copies, the vault's and a drill's, when it ends. If the
 * thread breaks before that, the shared bytes are wiped here.
 * Does not: keep a passphrase from being copied. A string cannot be wiped, neither here nor in the server.
 */
import { Worker } from 'node:worker_threads';
import { codeOf } from '../errors.ts';
import type { JobReport } from '../jobs/worker.ts';
import { wipe } from '../secret.ts';
import type { Vault, VaultConfig } from '../vault/vault.ts';
import type { FromThread, ThreadData } from './long-job-worker.ts';
import { hasWork } from './long-jobs.ts';
import { scheduledIndexRotation } from './scheduled-index-rotation.ts';
import { scheduledRotation } from './scheduled-rotation.ts';

const ROUND_MS = 60_000;
/** A thread that was asked to stop is ended after this time; its job takes no harm. */
const STOP_MS = 20_000;
const ENTRY = new URL('./long-job-worker.ts', import.meta.url);

export interface LongJobOptions {
  /** How old an epoch grows; undefined: nothing is ordered on schedule, for index keys neither. */
  readonly rotateEveryMs: number | undefined;
  readonly report: (report: JobReport) => void;
  /** The thread's program; tests give others. */
  readonly entry?: URL;
  /** How long a thread may take to stop. */
  readonly stopMs?: number;
  /** After how long a silent runner counts as dead. No setting: too short a time would take jobs from the living. */
  readonly leaseTtlMs?: number | undefined;
}

/** Starts the rounds: one now, one a minute, one at each job ordered here. @returns a function that stops and waits */
export function startLongJobs(vault: Vault, config: VaultConfig, options: LongJobOptions): () => Promise<void> {
  const { rotateEveryMs, entry = ENTRY, stopMs = STOP_MS, leaseTtlMs } = options;
  const schedule = rotateEveryMs === undefined ? undefined : scheduledRotation(vault, rotateEveryMs);
  const indexSchedule = rotateEveryMs === undefined ? undefined : scheduledIndexRotation(vault);
  let stopping = false;
  let thread: Worker | undefined;
  let again = false;
  let underWay: Promise<void> | undefined;
  const broke = (name: string, error: unknown) => {
    const broken = { name, failed: codeOf(error), changed: 0 };
    vault.signals.emit('job', broken);
    options.report(broken);
  };
  const round = async () => {
    // Within a minute, this process forgets what another one closed, including its secret.
    await vault.keyring.refresh();
    await schedule?.();
    // A failure there holds up neither the close of an epoch nor a job that was ordered.
    await indexSchedule?.().catch((error: unknown) => broke('index_schedule', error));
    if (stopping || !(await hasWork(vault, config))) return;
    const handed = handOver(config);
    try {
      thread = new Worker(entry, { workerData: { config: handed.config, leaseTtlMs } satisfies ThreadData });
      await endOf(thread, vault, options.report);
    } finally {
      handed.wipe();
      thread = undefined;
      await vault.keyring.refresh();
    }
  };
  const rounds = async () => {
    do {
      again = false;
      await round().catch((error: unknown) => broke('long_jobs', error));
    } while (again && !stopping);
    underWay = undefined;
  };
  const wake = () => {
    again = true;
    if (!stopping) underWay ??= rounds();
  };
  vault.signals.on('jobOrdered', wake);
  const timer = setInterval(wake, ROUND_MS);
  timer.unref();
  wake();
  return async () => {
    stopping = true;
    clearInterval(timer);
    vault.signals.off('jobOrdered', wake);
    thread?.postMessage('stop');
    const end = setTimeout(() => void thread?.terminate(), stopMs);
    await underWay;
    clearTimeout(end);
  };
}

/** What the thread is given. `wipe` may be called when the thread has ended, in whatever way. */
function handOver(whole: VaultConfig): { readonly config: VaultConfig; wipe(): void } {
  // A vault has no use for the API key of the command line.
  const { apiKey: _, ...config } = whole as VaultConfig & { apiKey?: string };
  const { rootKey } = config;
  if (rootKey.from !== 'environment') return { config, wipe: () => {} };
  // Not transferred: if a thread never reads it, or is ended midway, nobody could wipe what it leaves behind.
  const key = Buffer.from(new SharedArrayBuffer(rootKey.key.length));
  rootKey.key.copy(key);
  return { config: { ...config, rootKey: { from: 'environment', key } }, wipe: () => wipe(key) };
}

/** @throws if the thread broke */
function endOf(thread: Worker, vault: Vault, report: LongJobOptions['report']): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: unknown;
    thread.on('message', ({ signal, said }: FromThread) => {
      vault.signals.emit(signal as 'job', said as JobReport);
      if (signal === 'job') report(said as JobReport);
    });
    thread.on('error', (error) => {
      failure = error;
    });
    thread.on('exit', (code) => (code === 0 ? resolve() : reject(failure ?? new Error('ended'))));
  });
}
