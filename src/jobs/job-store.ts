/**
 * The rows of long jobs.
 *
 *   waiting → running → completed
 *      ↑         ↓ ↘
 *      └─────────┘   failed
 *
 * Guarantees: the same unfinished work never exists twice. A second order of it gets the existing job. Only the runner
 * that claimed a row last changes it: each claim carries the runner's fence, and every change names it.
 */

import { z } from 'zod';
import { suspendedTenants } from '../access/store.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import type { JobId, PrincipalId, TenantId } from '../ids.ts';
import { isTransient } from '../storage/errors.ts';
import { change, count, first, select } from '../storage/queries.ts';
import { lookup, packed, type Row, table, unpackRows } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';
import { storedJson } from '../stored-json.ts';
import type { Detail, JobKind } from './long-job.ts';

export const jobs = table(
  'records',
  'jobs',
  {
    job: 'id:job',
    tenant: 'id:tenant',
    kind: 'text',
    params: 'text',
    work: 'text',
    fence: 'int',
    state: 'text',
    step: 'text',
    done: 'int',
    total: 'int',
    rate_milli: 'int?',
    detail: 'text',
    code: 'text?',
    ordered_by: 'id:principal',
    ordered_at: 'int',
    started_at: 'int?',
    updated_at: 'int',
    finished_at: 'int?',
  },
  ['job'],
);
export type JobRow = Row<typeof jobs>;
const jobById = lookup(jobs, ['job']);

/**
 * Jobs that change the whole vault. There is one of each, whichever tenant's principal ordered it, and it names
 * nothing of a tenant. Its counts are over all tenants, and only the first tenant is shown them (`job-view.ts`). Every
 * other job belongs to the tenant in whose name it is ordered, counts that tenant's own, and is shown to it alone. An
 * index key belongs to a tenant. A compromise concerns the tenant's own buckets, or an epoch, which only the first
 * tenant orders. The erasure of a tenant is ordered once in its life, whoever does it, in the first tenant's name.
 */
export const VAULT_WIDE: ReadonlySet<string> = new Set<JobKind>(['rotate_epoch']);

/** Jobs that erasures wait for. These go before the others, and their number is not limited. */
const FIRST: ReadonlySet<string> = new Set<JobKind>(['rotate_epoch', 'erase_tenant']);

/**
 * The most unfinished jobs of one tenant. More would only make every other tenant's jobs wait. Those of `FIRST` do not
 * count, because others may have ordered them in its name.
 */
const MAX_UNFINISHED = 20;

export interface JobOrder {
  readonly job: JobId;
  readonly kind: JobKind;
  readonly tenant: TenantId;
  readonly params: Detail;
  readonly by: PrincipalId;
  readonly at: Date;
}

/**
 * @returns the job's row, or that of an unfinished job which does the same
 * @throws `too_many_jobs`; `already_exists` when another process orders the same now: a repeated call finds it
 */
export async function orderJob(tx: RecordTx, order: JobOrder): Promise<JobRow> {
  const params = JSON.stringify(Object.fromEntries(Object.entries(order.params).sort(([a], [b]) => (a < b ? -1 : 1))));
  const work = VAULT_WIDE.has(order.kind) ? order.kind : `${order.kind} ${order.tenant} ${params}`;
  const standing = await first(tx, jobs, { where: { work, finished_at: null } });
  if (standing !== undefined) return standing;
  if (!FIRST.has(order.kind)) {
    const where = { tenant: order.tenant, kind: { notIn: [...FIRST] }, finished_at: null };
    if ((await count(tx, jobs, { where, limit: MAX_UNFINISHED })) === MAX_UNFINISHED)
      throw new VaultError('too_many_jobs');
  }
  const row: JobRow = {
    ...{ job: order.job, tenant: order.tenant, kind: order.kind, params, work, fence: 0 },
    ...{ state: 'waiting', step: '', done: 0, total: 0, rate_milli: null, detail: '{}', code: null },
    ...{ ordered_by: order.by, ordered_at: order.at.getTime(), started_at: null },
    ...{ updated_at: order.at.getTime(), finished_at: null },
  };
  await tx.insert(jobs, [row]);
  return row;
}

/** @throws `job_not_found` */
export async function readJob(reader: Reader<'records'>, job: JobId): Promise<JobRow> {
  const [[row] = []] = await reader.find(jobById, [[job]]);
  if (row === undefined) throw new VaultError('job_not_found');
  return row;
}

/** A page of a tenant's jobs, and the whole vault's if wanted, the newest first, after the one named (exclusive). */
export async function listJobs(
  reader: Reader<'records'>,
  tenant: TenantId,
  page: { readonly wholeVault: boolean; readonly before: JobId | undefined; readonly limit: number },
): Promise<JobRow[]> {
  const found = await reader.query<JobRow>((sql) => {
    const rows = sql(jobs.name)
      .where((row) =>
        row.where({ tenant: packed(jobs, 'tenant', tenant) }).orWhereIn('kind', page.wholeVault ? [...VAULT_WIDE] : []),
      )
      .orderBy('job', 'desc')
      .limit(page.limit);
    return page.before === undefined ? rows : rows.andWhere('job', '<', packed(jobs, 'job', page.before));
  });
  return unpackRows(jobs, found);
}

/**
 * Every unfinished job: first those that erasures wait for, then those that a runner began, then the oldest. They are
 * few, because the same is not ordered twice, and each tenant's number is limited.
 */
export async function unfinishedJobs(reader: Reader<'records'>): Promise<JobRow[]> {
  const rows = await select(reader, jobs, { where: { finished_at: null }, orderBy: ['state', 'job'] });
  const others = rows.filter(({ kind }) => !FIRST.has(kind));
  const resting: readonly string[] = others.length === 0 ? [] : await suspendedTenants(reader);
  return [...rows.filter(({ kind }) => FIRST.has(kind)), ...others.filter(({ tenant }) => !resting.includes(tenant))];
}

/** What the job is to do. @throws {IntegrityError} where the row was altered so that it cannot be read */
export function paramsOf({ job, params }: Pick<JobRow, 'job' | 'params'>): Detail {
  const read = storedJson(z.record(z.string(), z.unknown()), params);
  if (read === undefined) throw new IntegrityError({ target: job });
  return read as Detail;
}

/** What a runner that holds the lease writes about its job. */
type Changed = Partial<Pick<JobRow, 'state' | 'step' | 'done' | 'total' | 'rate_milli' | 'detail' | 'code'>>;

/** Makes the job this runner's. @returns the row, or undefined where it is finished, or claimed by a later runner */
export async function claimJob(tx: RecordTx, job: JobId, fence: number, at: Date): Promise<JobRow | undefined> {
  const open = { job, finished_at: null, fence: { '<=': fence } };
  const begun = { started_at: { unlessSet: at.getTime() }, updated_at: at.getTime() };
  const blank = { code: null, step: '', done: 0, total: 0, rate_milli: null };
  const claimed = await change(tx, jobs, open, { state: 'running', fence, ...blank, ...begun });
  return claimed === 0 ? undefined : readJob(tx, job);
}

/** @throws `lease_lost` where another runner has claimed the job since */
export async function changeJob(tx: RecordTx, job: JobId, fence: number, changed: Changed, at: Date): Promise<void> {
  const { state } = changed;
  const finished = state === 'completed' || state === 'failed';
  const set = { ...changed, updated_at: at.getTime(), ...(finished ? { finished_at: at.getTime() } : {}) };
  const rows = await change(tx, jobs, { job, fence, state: 'running' }, set);
  if (rows === 0) throw new VaultError('lease_lost');
}

/** Whether the same job may well succeed later: something is out of reach, or another process was first. */
export function mayBeTriedAgain(error: unknown): boolean {
  if (isTransient(error)) return true;
  return error instanceof VaultError && (error.kind === 'unavailable' || error.kind === 'conflict');
}
