/**
 * Long jobs: work that takes seconds to hours, is ordered by a principal, survives crashes, and is done by one process
 * at a time. They close an epoch, rotate an index key, re-seal what is compromised, erase a tenant, take backups or
 * try them. A job is a row in the record store. A lease in the key store says who runs it.
 */
import { UnavailableError, VaultError } from '../errors.ts';
import type { JobId, PrincipalId, TenantId } from '../ids.ts';
import type { KeyTx } from '../storage/tx.ts';

export const JOB_KINDS = ['rotate_epoch', 'rotate_index', 'compromise', 'erase_tenant', 'backup', 'drill'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** Ids, numbers and closed words, which the API shows. */
export type Detail = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What a running job is given. */
export interface LongJobContext {
  readonly job: JobId;
  readonly tenant: TenantId;
  readonly orderedBy: PrincipalId;
  readonly params: Detail;
  /**
   * Must come first in every key-store transaction of the job, which must be exclusive. It proves in that transaction
   * that no other runner has taken over since. @throws `lease_lost`
   */
  fence(tx: KeyTx): Promise<void>;
  /**
   * Says how far the job is. It is cheap enough to call after every page: it writes at most twice a second, and always
   * when the step changes. @param step a closed word; @param done and `total` in units of the step
   */
  progress(step: string, done: number, total: number): Promise<void>;
  /** Whether the process is stopping: call `stopIfTold` after each page. */
  readonly stopping: () => boolean;
}

/**
 * The work of a kind of job. After a crash anywhere, another process may run it again from the start: it finds out from
 * the stores what is done. @returns what the job's row says of its outcome
 */
export type LongJob = (context: LongJobContext) => Promise<Detail>;

/** What a job has found, or tried in vain: it is not tried again by itself, and its row says what it found. */
export abstract class JobFailedError extends VaultError {
  readonly detail: Detail;

  constructor(code: 'backup_failed' | 'drill_failed', detail: Detail) {
    super(code, 'A long job has failed; its row says why.');
    this.detail = detail;
  }
}

/** @throws {UnavailableError} where the process is stopping: the job waits, and the next round continues it */
export function stopIfTold({ stopping }: Pick<LongJobContext, 'stopping'>): void {
  if (stopping()) throw new UnavailableError('shutting_down');
}
