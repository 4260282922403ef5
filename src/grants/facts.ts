/** What the API tells of a grant. One altered row must not hide the others, so it is told as damaged. */
import type { GrantId, PrincipalId, SubjectId } from '../ids.ts';
import { approvalsOf, type GrantKeys, type GrantRow, isUnaltered, stateOf, typesOf } from './rows.ts';
import type { GrantView } from './schema.ts';

/** @param subjects whom it is about, without those who were erased */
export function factsOf(keys: GrantKeys, row: GrantRow, subjects: readonly SubjectId[], now: Date): GrantView {
  const { grant_id, kind, minutes, view, principal, ordered_by, needed, ended_as } = row;
  const approvals = approvalsOf(row);
  const isGone = ended_as === null && subjects.length === 0;
  return {
    ...{ grant: grant_id as GrantId, kind, state: isGone ? 'over' : stateOf(row, now) },
    ...(principal !== null && { principal: principal as PrincipalId }),
    ...{ orderedBy: ordered_by as PrincipalId, subjects: [...subjects], types: typesOf(row), view, minutes },
    approvals: approvals.map(({ by, role, at }) => ({ principal: by, role, at: new Date(at).toISOString() })),
    missing: row.begins_at === null && ended_as === null ? Math.max(0, needed - approvals.length) : 0,
    ...{ orderedAt: new Date(row.ordered_at).toISOString(), endsAt: new Date(row.ends_at).toISOString() },
    ...timeOf('beginsAt', row.begins_at),
    ...timeOf('endedAt', row.ended_at),
    ...(isGone ? { endedAs: 'erased' } : ended_as !== null && { endedAs: ended_as }),
    ...(row.ended_by !== null && { endedBy: row.ended_by as PrincipalId }),
    ...timeOf('reviewBy', row.review_by),
    ...timeOf('reviewedAt', row.reviewed_at),
    ...(row.reviewed_by !== null && { reviewedBy: row.reviewed_by as PrincipalId }),
    ...(isUnaltered(keys, row) ? {} : { damaged: true }),
  };
}

function timeOf<K extends string>(name: K, at: number | null): { [P in K]?: string } {
  return (at === null ? {} : { [name]: new Date(at).toISOString() }) as { [P in K]?: string };
}
