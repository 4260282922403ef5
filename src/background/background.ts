/** The vault's background work, started beside a server: chores that complete, sweep and forget. */
import { keepRevocations } from '../access/revocations.ts';
import { unsettledTenants } from '../access/store.ts';
import { forgetOldAnswers } from '../calls/idempotency.ts';
import { issueCertificates } from '../erasure/certificates/certificate.ts';
import { cutJournal } from '../erasure/cut-journal.ts';
import { forgetOldGuesses } from '../guesses/store.ts';
import { forgetOldEvents } from '../hooks/outbox.ts';
import type { TenantId } from '../ids.ts';
import { destroyEnded } from '../jobs/close-epoch.ts';
import { settleIndexRotations } from '../jobs/rotate-index.ts';
import { type JobReport, runChores, startWorker, type WorkerOptions } from '../jobs/worker.ts';
import { setFact } from '../records/vault-facts.ts';
import { sweepDeadTokens } from '../tokens/sweep.ts';
import type { Vault } from '../vault/vault.ts';
import { startDeliveries } from './deliveries.ts';
import { closing } from './long-jobs.ts';
import { noteEndingKeys } from './note-ending-keys.ts';

const AT_ONCE = 2_000;

/** @returns a function that stops it and waits for the current round */
export function startBackground(vault: Vault, report: (report: JobReport) => void): () => Promise<void> {
  const worker = startWorker(options(vault, report));
  const stopDeliveries = startDeliveries(vault, report);
  vault.signals.on('erasureLeft', worker.wake);
  return async () => {
    vault.signals.off('erasureLeft', worker.wake);
    await Promise.all([worker.stop(), stopDeliveries()]);
  };
}

/** One round of every chore now. */
export function runBackgroundOnce(vault: Vault): Promise<JobReport[]> {
  return runChores(options(vault, () => {}));
}

function options(vault: Vault, report: (report: JobReport) => void): WorkerOptions {
  const { recordStore, keyStore, keyring, journal } = vault;
  return {
    ...{ recordStore, keyStore, keyring, journal },
    clock: vault.clock,
    allAnswered: () => noteSweep(vault),
    prompt: [
      { name: 'shred_windows', run: () => shredWindows(vault) },
      { name: 'forget_epochs', run: () => forgetEpochs(vault) },
    ],
    extra: [
      {
        name: 'keep_revocations',
        run: (now) => inPages((limit) => keepRevocations(vault, now, limit)),
      },
      { name: 'finish_closing', run: async () => (await destroyEnded(closing(vault))).destroyed },
      { name: 'issue_certificates', run: (now) => issue(vault, now) },
      { name: 'cut_journal', run: () => cutJournal(vault) },
      { name: 'forget_erased_tenants', run: () => forgetErased(vault) },
      { name: 'settle_index_rotations', run: () => settleIndexRotations(vault) },
      { name: 'sweep_tokens', run: (now) => inPages((limit) => sweepDeadTokens(recordStore, now, limit)) },
      { name: 'forget_guesses', run: (now) => inPages((limit) => forgetOldGuesses(recordStore, now, limit)) },
      { name: 'note_ending_keys', run: (now) => noteEndingKeys(vault, now) },
      { name: 'forget_hook_events', run: (now) => inPages((limit) => forgetOldEvents(recordStore, now, limit)) },
      {
        name: 'forget_old_answers',
        run: (now) => inPages((limit) => recordStore.exclusive((tx) => forgetOldAnswers(tx, now, limit))),
      },
    ],
    report: (done) => {
      vault.signals.emit('job', done);
      report(done);
    },
  };
}

/**
 * Commits to the record store. A server answers COMMITs that wait for a standby in the order of its log: an answer to
 * this one means that those before it are answered, too.
 */
async function noteSweep({ recordStore, clock }: Vault): Promise<void> {
  await recordStore.exclusive((tx) => setFact(tx, 'last_sweep', clock().toISOString()));
}

/** Destroys the keys of windows that are over, and scrubs the store's files of them. */
async function shredWindows({ keyring: { windows } }: Vault): Promise<number> {
  const shredded = await windows.shred();
  await windows.scrub();
  return shredded;
}

/** Forgets, on every node, what a process remembers of an erased tenant. */
async function forgetErased(vault: Vault): Promise<number> {
  const erased = await unsettledTenants(vault.recordStore.reader, AT_ONCE);
  for (const { tenant } of erased) vault.keyring.forget(tenant as TenantId);
  return erased.length;
}

/** Wipes from this process's memory the epochs that another process has destroyed. */
async function forgetEpochs({ keyring }: Vault): Promise<number> {
  await keyring.refresh();
  return 0;
}

/** Signs certificates that became final while nobody was there to sign them, with a key whose year is not over. */
async function issue(vault: Vault, now: Date): Promise<number> {
  await vault.keyring.signing.newIfDue(now);
  return issueCertificates(vault, vault.clock);
}

/** Runs a chore in pages, until one does less than it could. @returns how much was done */
async function inPages(page: (limit: number) => Promise<number>): Promise<number> {
  for (let done = 0; ; ) {
    const count = await page(AT_ONCE);
    done += count;
    if (count < AT_ONCE) return done;
  }
}
