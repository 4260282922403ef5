/** An approval as the API shows it, at this moment. */
import { IntegrityError } from '../../errors.ts';
import type { ApprovalId, PrincipalId } from '../../ids.ts';
import { storedJson } from '../../stored-json.ts';
import type { AccessKeys } from '../keys.ts';
import { approvedBy, type Circle, neededFor } from './needed.ts';
import { type ApprovalRow, isUnaltered } from './rows.ts';
import { AboutSchema, type ApprovalView } from './schema.ts';

/** @param circle of the tenant @param rules whether to show those of a role, which may be many */
export function viewOf(
  row: ApprovalRow,
  { principals: keys }: Pick<AccessKeys, 'principals'>,
  circle: Circle,
  now: Date,
  rules: 'with rules' | 'without rules' = 'without rules',
): ApprovalView {
  const about = isUnaltered(keys, row) ? storedJson(AboutSchema, row.about) : undefined;
  const { rules: told, ...rest } = about ?? {};
  const approved = about === undefined ? [] : approvedBy(circle, row);
  // What needs nobody any more is done when it is asked for again.
  const needed = Math.max(1, neededFor(circle, row.ordered_by));
  const isOver = row.expires_at <= now.getTime();
  return {
    approval: row.approval as ApprovalId,
    kind: row.kind,
    action: row.action,
    state: row.ended ?? (isOver ? 'expired' : approved.length >= needed ? 'approved' : 'waiting'),
    about: rules === 'with rules' && told !== undefined ? { ...rest, rules: told } : rest,
    orderedBy: row.ordered_by as PrincipalId,
    orderedAt: new Date(row.ordered_at).toISOString(),
    expiresAt: new Date(row.expires_at).toISOString(),
    needed,
    approvedBy: approved,
    ...(row.ended_at !== null && { endedAt: new Date(row.ended_at).toISOString() }),
    ...(row.ended_by !== null && { endedBy: row.ended_by as PrincipalId }),
    ...(about === undefined && { damaged: true }),
  };
}

/** The damage of those that say so, for the audit log. */
export function damagedAmong(views: readonly ApprovalView[]): IntegrityError[] {
  return views.filter(({ damaged }) => damaged).map(({ approval }) => new IntegrityError({ target: approval }));
}
