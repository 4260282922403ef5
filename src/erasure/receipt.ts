/** What the vault tells the orderer of an erasure: ids, numbers and times. */
import type { ErasureId, SubjectId, TenantId } from '../ids.ts';
import type { DestructionRow } from './destructions.ts';

/** @param finalAt when its certificate was issued, if it was */
export function receiptOf(row: DestructionRow, finalAt?: Date) {
  return {
    erasure: row.erasure as ErasureId,
    state: finalAt === undefined ? (row.state as 'ordered' | 'completed') : ('final' as const),
    records: row.records,
    ...(row.scope === null ? {} : { tenant: row.tenant as TenantId }),
    ...(row.subject === null ? {} : { subject: row.subject as SubjectId }),
    orderedAt: new Date(row.ordered_at).toISOString(),
    ...(row.shredded_at === null ? {} : { shreddedAt: new Date(row.shredded_at).toISOString() }),
    ...(row.completed_at === null ? {} : { completedAt: new Date(row.completed_at).toISOString() }),
    ...(finalAt === undefined ? {} : { finalAt: finalAt.toISOString() }),
  };
}
