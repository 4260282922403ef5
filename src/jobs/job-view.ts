/**
 * A job's row as the API shows it.
 *
 * Guarantees: of a job of the whole vault only the first tenant is shown numbers. They count over all tenants: whoever
 * closes epochs often could otherwise count the erasures of others. Every tenant is shown the state, the step, and what
 * holds the close up; certificates and `GET /v1/keys` name these slots and nodes, too.
 * A row is under no MAC. If its detail cannot be read, the job is shown without it, and says that it is damaged.
 * Does not: hide how long a job took, and with it roughly how much there was to do; or notice a detail that was altered
 * and can be read.
 */
import { z } from 'zod';
import { IntegrityError } from '../errors.ts';
import type { JobId } from '../ids.ts';
import { storedJson } from '../stored-json.ts';
import { type JobRow, VAULT_WIDE } from './job-store.ts';
import type { JobKind } from './long-job.ts';
import { paceOf } from './progress.ts';
import { JobReply, type JobState, type JobView } from './schema.ts';

/** What every tenant is shown of the outcome: no number but that of the epoch. */
const FOR_ALL = ['epoch', 'without', 'waitsFor', 'waitsForNodes', 'returned'] as const;

/** Whose people it is shown to. */
export interface Audience {
  readonly isFirstTenant: boolean;
}

/** What a later release has added to a detail is shown, too: ids, numbers and closed words, as all of it. */
const DETAIL = JobReply.shape.detail.catchall(z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));

export function viewOf(row: JobRow, { isFirstTenant }: Audience): JobView {
  const countsOthers = VAULT_WIDE.has(row.kind) && !isFirstTenant;
  const detail = storedJson(DETAIL, row.detail);
  return {
    job: row.job as JobId,
    kind: row.kind as JobKind,
    state: row.state as JobState,
    ...paceOf(countsOthers ? { ...row, ...NO_COUNT } : row.state === 'running' ? row : { ...row, rate_milli: null }),
    orderedAt: timeOf(row.ordered_at),
    ...(row.started_at === null ? {} : { startedAt: timeOf(row.started_at) }),
    updatedAt: timeOf(row.updated_at),
    ...(row.finished_at === null ? {} : { finishedAt: timeOf(row.finished_at) }),
    ...(row.code === null ? {} : { code: row.code }),
    detail: countsOthers ? only(detail ?? {}, FOR_ALL) : (detail ?? {}),
    ...(detail === undefined ? { damaged: true as const } : {}),
  };
}

/** An error for each job whose row is damaged, for the alarm. */
export function damageIn(views: readonly JobView[]): IntegrityError[] {
  return views.filter(({ damaged }) => damaged).map(({ job }) => new IntegrityError({ target: job }));
}

const NO_COUNT = { done: 0, total: 0, rate_milli: null };

function only(detail: JobView['detail'], names: readonly string[]): JobView['detail'] {
  return Object.fromEntries(Object.entries(detail).filter(([name]) => names.includes(name)));
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
