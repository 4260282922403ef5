/** What an epoch's row says of its secret: whether it is needed, and whether it may go. */
import type { Reader } from '../../storage/tx.ts';
import type { EpochRow } from '../tables.ts';

/** Whether nothing will ever need the secret of an epoch that was in use. */
export function isOver(row: EpochRow): boolean {
  return row.state === 'destroyed' || isApproved(row);
}

/** Whether the secret of an epoch may be destroyed, as far as its row says: it has been approved, or never used. */
export function isDoomed(row: EpochRow): boolean {
  return row.state === 'pre_activation' || isApproved(row);
}

export function allEpochs(reader: Reader<'keys'>): Promise<EpochRow[]> {
  return reader.query<EpochRow>((sql) => sql('epochs').orderBy('epoch'));
}

/** The epoch under which keys are wrapped now. */
export async function epochInUse(reader: Reader<'keys'>): Promise<number> {
  const [row] = await reader.query<{ epoch: number }>((sql) =>
    sql('epochs').select('epoch').whereNot({ state: 'pre_activation' }).orderBy('epoch', 'desc').limit(1),
  );
  return row?.epoch ?? 1;
}

function isApproved({ state, verified_at }: EpochRow): boolean {
  return state === 'deactivated' && verified_at !== null;
}
