/**
 * The kinds of long job, and one round of them over an open vault. The server's thread runs it, and so does `lethe keys
 * rotate` in its own process.
 */
import { type AuditEntry, appendAuditEntry } from '../audit/entries.ts';
import { backupKeyStore } from '../backup/backups.ts';
import { openCanaries, shredOne } from '../canaries/canaries.ts';
import { issueCertificates } from '../erasure/certificates/certificate.ts';
import { cutJournal } from '../erasure/cut-journal.ts';
import { newId, type PrincipalId, type TenantId } from '../ids.ts';
import { type CloseEpochParts, closeEpoch } from '../jobs/close-epoch.ts';
import { eraseTenant } from '../jobs/erase-tenant.ts';
import { type JobRow, unfinishedJobs } from '../jobs/job-store.ts';
import type { JobKind } from '../jobs/long-job.ts';
import { reseal } from '../jobs/reseal-compromised.ts';
import { rotateIndex } from '../jobs/rotate-index.ts';
import { type JobEnd, type JobKinds, type RunnerOptions, runLongJobs } from '../jobs/runner.ts';
import type { LookOptions } from '../keyring/nodes/node-silence.ts';
import { waitForNodes } from '../keyring/nodes/node-wait.ts';
import { noteBackup, noteEpoch } from '../records/vault-facts.ts';
import { awaitReplicated } from '../storage/postgres/replication.ts';
import type { RecordTx } from '../storage/tx.ts';
import type { Vault, VaultConfig } from '../vault/vault.ts';
import { backupJob, drillJob } from './copy-jobs.ts';
import { ACTION_OF } from './job-actions.ts';
import { assertNoCanary, noteDamage } from './note-damage.ts';

/** A new kind is a line here. */
function kindsOf(
  vault: Vault,
  { look, config }: { readonly look?: LookOptions; readonly config?: VaultConfig } = {},
): JobKinds {
  return {
    rotate_epoch: closeEpoch(closing(vault, look)),
    rotate_index: rotateIndex(vault),
    compromise: reseal({
      ...vault,
      around: { damaged: (keys, job) => noteDamage(vault, { job, kind: 'compromise' }, keys) },
    }),
    erase_tenant: eraseTenant(vault),
    backup: backupJob(vault),
    // A drill opens the copies by the settings of the vault: a server's thread has them.
    ...(config && { drill: drillJob(vault, config) }),
  };
}

/**
 * What closing an epoch needs besides keys: canaries, a copy of the key store, the other nodes, certificates.
 * @param look how long a node may be silent before nothing waits for it
 */
export function closing(vault: Vault, look?: LookOptions): CloseEpochParts {
  const { recordStore, keyBackupDir } = vault;
  return {
    ...vault,
    around: {
      prepare: async () => void (await shredOne(vault)),
      begun: (epoch) => noteEpoch(recordStore, epoch),
      async altered(keys, job) {
        await noteDamage(vault, { job, kind: 'rotate_epoch' }, keys);
        assertNoCanary(keys);
      },
      async verify() {
        await openCanaries(vault);
        // Earlier copies are useless once the old secret is gone.
        if (keyBackupDir === undefined) return;
        const { manifest } = await backupKeyStore(vault, keyBackupDir);
        await recordStore.exclusive((tx) => noteBackup(tx, manifest));
      },
      async remember(epoch) {
        const isReplicated = await awaitReplicated(vault.keyStore);
        const isNoted = await vault.journal.noteClose(epoch, vault.clock()).then(
          () => true,
          () => false,
        );
        return [...(isReplicated ? [] : ['standby']), ...(isNoted ? [] : ['journal'])];
      },
      async forgotten(stopping) {
        // This server's processes are told at once; the others learn of it at their next beat.
        vault.signals.emit('epochDestroyed');
        return waitForNodes(vault, { ...look, stopping });
      },
      async certify() {
        const issued = await issueCertificates(vault, vault.clock);
        await cutJournal(vault);
        return issued;
      },
    },
  };
}

/** One round; see `runLongJobs`. */
export async function runJobsOnce(
  vault: Vault,
  options: Pick<RunnerOptions, 'stopping' | 'lease'> & { readonly config?: VaultConfig } = {},
): Promise<JobEnd[] | undefined> {
  const { config, ...rest } = options;
  const ended: RunnerOptions['ended'] = (tx, row, end, at) => audit(vault, tx, row, end, at);
  const ends = await runLongJobs(
    vault,
    kindsOf(vault, { ...(options.lease && { look: options.lease }), ...(config && { config }) }),
    { ...rest, ended },
  );
  for (const { kind, state, code, why } of ends ?? []) {
    const forGood = { ...(state === 'failed' && { forGood: true as const }), ...(why !== undefined && { why }) };
    vault.signals.emit('job', { name: kind, failed: code, changed: state === 'completed' ? 1 : 0, ...forGood });
  }
  return ends;
}

/** Whether there is a job to do, or to try again. */
export async function hasWork(vault: Vault, config: VaultConfig): Promise<boolean> {
  const kinds = kindsOf(vault, { config });
  return (await unfinishedJobs(vault.recordStore.reader)).some(({ kind }) => kinds[kind as JobKind] !== undefined);
}

/** Notes that a job has ended, and how, under the principal that ordered it. */
async function audit(vault: Vault, tx: RecordTx, row: JobRow, { job, kind, state, code }: JobEnd, at: Date) {
  const entry: AuditEntry = {
    entry: newId('audit', vault.random, at),
    tenant: row.tenant as TenantId,
    at,
    principal: row.ordered_by as PrincipalId,
    action: ACTION_OF[kind],
    outcome: state === 'completed' ? 'done' : 'failed',
    code,
    target: job,
    request: newId('request', vault.random, at),
  };
  await appendAuditEntry(tx, entry, state === 'completed' ? 'job.completed' : 'job.failed');
}
