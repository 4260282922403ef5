/**
 * The long jobs that take backups and try them, in the folders that the operator has set and in no others. Their rows
 * name a copy by its folder's name alone, and never a path.
 *
 * Guarantees: a job that is interrupted begins anew, and leaves no unfinished copy. The vault does not try a failed job
 * again: each try could leave one more copy of the other store, until the disk is full.
 */
import { basename } from 'node:path';
import type { DrillReport } from '../backup/drill.ts';
import { type CopiesTaken, takeBackups } from '../backup/take-backups.ts';
import { codeOf, UnavailableError, VaultError } from '../errors.ts';
import { type Detail, JobFailedError, type LongJob, type LongJobContext, stopIfTold } from '../jobs/long-job.ts';
import { noteBackup } from '../records/vault-facts.ts';
import { CALLED } from '../storage/errors.ts';
import type { StoreName } from '../storage/table.ts';
import type { Vault, VaultConfig } from '../vault/vault.ts';
import { noteDrill, tryNewestCopies } from './try-copies.ts';

class BackupFailedError extends JobFailedError {
  constructor(detail: Detail) {
    super('backup_failed', detail);
  }
}

class DrillFailedError extends JobFailedError {
  constructor(detail: Detail) {
    super('drill_failed', detail);
  }
}

type Dirs = Partial<Record<StoreName, string>>;

/** @returns where the copies of these stores go. @throws `backup_not_configured` where one of them has no folder */
export function copyDirsOf({ backupDir, keyBackupDir }: Vault, stores: readonly StoreName[]): Dirs {
  const set = { records: backupDir, keys: keyBackupDir };
  const missing = (['records', 'keys'] as const).filter((store) => stores.includes(store) && set[store] === undefined);
  if (missing.length === 0) return Object.fromEntries(stores.map((store) => [store, set[store]]));
  const said = missing.map((store) => `${SETTING[store]} for the ${CALLED[store]}`).join(' and ');
  throw new VaultError(
    'backup_not_configured',
    `The server has no folder for these copies: its operator has to set ${said}, and to start it again.`,
  );
}

const SETTING = { records: 'LETHE_BACKUP_DIR', keys: 'LETHE_KEY_BACKUP_DIR' } as const;

/** Takes the parameter `stores`, and `prune` if the key store is among them or has a folder of its own. */
export function backupJob(vault: Vault): LongJob {
  return async (context) => {
    const stores = context.params.stores as readonly StoreName[];
    const prune = context.params.prune === true;
    const dirs = copyDirsOf(vault, prune ? [...stores, 'keys'] : stores);
    const taken = await watching(context, (watch) => takeBackups(vault, { dirs, stores, prune, watch })).catch(
      (error: unknown) => {
        throw endsForGood(error, BackupFailedError);
      },
    );
    await vault.recordStore.exclusive(async (tx) => {
      for (const { manifest } of taken.copies) await noteBackup(tx, manifest);
    });
    return takenDetail(taken);
  };
}

/** @param config with the root key, by which the copies are opened */
export function drillJob(vault: Vault, config: VaultConfig): LongJob {
  return async (context) => {
    const from = copyDirsOf(vault, ['records', 'keys']) as Record<StoreName, string>;
    const report = await watching(context, (watch) =>
      tryNewestCopies(vault, { from, config, watch }, vault.clock()),
    ).catch((error: unknown) => {
      throw endsForGood(error, DrillFailedError);
    });
    await vault.recordStore.exclusive((tx) => noteDrill(tx, report));
    if (!report.ok) throw new DrillFailedError(drillDetail(report));
    return drillDetail(report);
  };
}

/** Runs work that reports its progress but cannot wait for the row. If the row says stop, its next report ends it. */
async function watching<R>(
  { progress, stopping }: LongJobContext,
  work: (watch: (step: string, done: number, total: number) => void) => Promise<R>,
): Promise<R> {
  let broken: unknown;
  let written = Promise.resolve();
  const watch = (step: string, done: number, total: number) => {
    if (broken !== undefined || stopping()) throw new VaultError('interrupted');
    written = progress(step, done, total).catch((error: unknown) => {
      broken ??= error;
    });
  };
  try {
    return await work(watch);
  } catch (error) {
    if (broken !== undefined) throw broken;
    stopIfTold({ stopping });
    throw error;
  } finally {
    await written;
  }
}

/** A backup or drill that cannot reach something fails. If the process stops, the next one does the job. */
function endsForGood(error: unknown, Failed: typeof BackupFailedError | typeof DrillFailedError): unknown {
  if (['shutting_down', 'lease_lost'].includes(codeOf(error))) return error;
  const cause = error instanceof UnavailableError ? error.cause : undefined;
  const why = typeof cause === 'string' && /^E[A-Z0-9]+$/.test(cause) ? cause : codeOf(error);
  return new Failed({ why });
}

function takenDetail({ copies, pruned, swept }: CopiesTaken): Detail {
  const of = Object.fromEntries(
    copies.flatMap(({ folder, manifest: { store, file, tookMs } }) => [
      [`${store}Folder`, basename(folder)],
      [`${store}Bytes`, file.sizeBytes],
      [`${store}Ms`, tookMs],
    ]),
  );
  return { ...of, pruned: pruned.map((folder) => basename(folder)), swept: swept.map((folder) => basename(folder)) };
}

function drillDetail({ ok, at, nextDueAt, steps, records, keys }: DrillReport): Detail {
  const of = Object.fromEntries(
    Object.entries({ records, keys }).flatMap(([store, copy]) =>
      copy === undefined
        ? []
        : [
            [`${store}Folder`, basename(copy.folder)],
            [`${store}TakenAt`, copy.takenAt],
            [`${store}Epoch`, copy.epoch],
          ],
    ),
  );
  // Of a failed step only the code is told: its words may name a folder.
  const told = steps.map((step) =>
    [step.step, step.ok ? 'ok' : 'failed', step.tookMs, step.ok ? step.detail : step.detail.split(':')[0]].join(' '),
  );
  return { at, ok, ...of, steps: told, nextDueAt };
}
