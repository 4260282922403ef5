/** What an epoch's row says of its secret: whether it is needed, and whether it may go. */
import type { EpochRow } from './tables.ts';

/** Whether nothing will ever need the secret of an epoch that was in use. */
export function isOver(row: EpochRow): boolean {
  return row.state === 'destroyed' || isApproved(row);
}

/** Whether the secret of an epoch may be destroyed, as far as its row says: it has been approved, or never used. */
export function isDoomed(row: EpochRow): boolean {
  return row.state === 'pre_activation' || isApproved(row);
}

function isApproved({ state, verified_at }: EpochRow): boolean {
  return state === 'deactivated' && verified_at !== null;
}
