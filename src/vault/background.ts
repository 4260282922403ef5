/** The vault's background work, started beside a server: jobs that complete, sweep and forget. */
import { type JobReport, runJobs, startWorker, type WorkerOptions } from '../jobs/worker.ts';
import { forgetOldAnswers } from './idempotency.ts';
import type { Vault } from './vault.ts';

const FORGOTTEN_AT_ONCE = 2_000;

/** @returns what stops it and waits for the round under way */
export function startBackground(vault: Vault, report: (report: JobReport) => void): () => Promise<void> {
  return startWorker(options(vault, report));
}

/** One round of every job now. */
export function runBackgroundOnce(vault: Vault): Promise<JobReport[]> {
  return runJobs(options(vault, () => {}));
}

function options(vault: Vault, report: (report: JobReport) => void): WorkerOptions {
  const forget = async (now: Date) => {
    for (let forgotten = 0; ; ) {
      const count = await vault.recordStore.exclusive((tx) => forgetOldAnswers(tx, now, FORGOTTEN_AT_ONCE));
      forgotten += count;
      if (count < FORGOTTEN_AT_ONCE) return forgotten;
    }
  };
  return {
    recordStore: vault.recordStore,
    keyStore: vault.keyStore,
    clock: vault.clock,
    extra: [{ name: 'forget_old_answers', run: forget }],
    report: (done) => {
      vault.signals.emit('job', done);
      report(done);
    },
  };
}
