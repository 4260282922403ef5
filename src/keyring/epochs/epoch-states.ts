/**
 * The rows of epochs as others ask for them, and what each says of its secret: whether it is needed, and whether it
 * may go.
 */
import { change, count, first, select, values } from '../../storage/queries.ts';
import type { KeyTx, Reader } from '../../storage/tx.ts';
import { type EpochRow, type EpochSlotRow, epochByNumber, epochSlots, epochs } from '../tables.ts';

/** Whether nothing will ever need the secret of an epoch that was in use. */
export function isOver(row: EpochRow): boolean {
  return row.state === 'destroyed' || isApproved(row);
}

/** Whether the secret of an epoch may be destroyed, as far as its row says: it has been approved, or never used. */
export function isDoomed(row: EpochRow): boolean {
  return row.state === 'pre_activation' || isApproved(row);
}

export async function findEpoch(reader: Reader<'keys'>, epoch: number): Promise<EpochRow | undefined> {
  return (await reader.find(epochByNumber, [[epoch]]))[0]?.[0];
}

/** Locks an epoch against every other change until the transaction ends. */
export async function lockEpoch(tx: KeyTx, epoch: number): Promise<void> {
  await select(tx, epochs, { columns: ['epoch'], where: { epoch }, lock: 'wait' });
}

/** Every epoch, the first one first. */
export async function allEpochs(reader: Reader<'keys'>): Promise<EpochRow[]> {
  return select(reader, epochs, { orderBy: ['epoch'] });
}

/** The epochs whose secret may still be somewhere, the first one first. */
export async function openEpochs(reader: Reader<'keys'>): Promise<EpochRow[]> {
  return select(reader, epochs, { where: { state: { not: 'destroyed' } }, orderBy: ['epoch'] });
}

/** The last epoch that has a row, begun or not; undefined in a key store without epochs. */
export async function lastEpoch(reader: Reader<'keys'>): Promise<EpochRow | undefined> {
  return first(reader, epochs, { orderBy: ['epoch'], descending: true });
}

/** The last epoch that was begun; undefined where none was. */
export async function lastBegun(reader: Reader<'keys'>): Promise<number | undefined> {
  const begun = { state: { not: 'pre_activation' } };
  return (await first(reader, epochs, { columns: ['epoch'], where: begun, orderBy: ['epoch'], descending: true }))
    ?.epoch;
}

/** The epoch under which keys are wrapped now. */
export async function epochInUse(reader: Reader<'keys'>): Promise<number> {
  return (await lastBegun(reader)) ?? 1;
}

/** The last epoch that was destroyed before this moment, in milliseconds; 0 where none was. */
export async function lastDestroyedBefore(reader: Reader<'keys'>, at: number): Promise<number> {
  const where = { state: 'destroyed', closed_at: { '<': at } };
  const last = await first(reader, epochs, { columns: ['epoch'], where, orderBy: ['epoch'], descending: true });
  return last?.epoch ?? 0;
}

/** How many epochs after this one were destroyed before that moment, in milliseconds. */
export async function countDestroyed(
  reader: Reader<'keys'>,
  { after, before }: { readonly after: number; readonly before: number },
): Promise<number> {
  const where = { state: 'destroyed', epoch: { '>': after }, closed_at: { '<': before } };
  return count(reader, epochs, { where });
}

/** When the last destruction of an epoch was, in milliseconds. */
export async function lastClosedAt(reader: Reader<'keys'>): Promise<number | undefined> {
  const where = { closed_at: { not: null } };
  const last = await first(reader, epochs, { columns: ['closed_at'], where, orderBy: ['closed_at'], descending: true });
  return last?.closed_at ?? undefined;
}

/** An epoch that is marked keeps its first mark. @param at milliseconds */
export async function markEpochCompromised(tx: KeyTx, epoch: number, at: number): Promise<void> {
  await change(tx, epochs, { epoch, compromised_at: null }, { compromised_at: at });
}

/** The slots that have not stated that they destroyed the secrets of epochs that have ended, up to this one. */
export async function slotsThatHold(reader: Reader<'keys'>, through: number): Promise<string[]> {
  const ended = values(epochs, 'epoch', { state: { in: ['deactivated', 'destroyed'] } });
  const where = { epoch: { '<=': through, in: ended }, destroyed_at: null };
  const rows = await select(reader, epochSlots, { columns: ['slot'], where, orderBy: ['slot'] });
  return [...new Set(rows.map(({ slot }) => slot))];
}

/** What slots stated of the secrets of epochs after this one. */
export async function destroyedAfter(reader: Reader<'keys'>, epoch: number): Promise<EpochSlotRow[]> {
  return select(reader, epochSlots, { where: { epoch: { '>': epoch }, destroyed_at: { not: null } } });
}

/** When an epoch's use began and ended, in milliseconds. */
export function timesOf({ activated_at, created_at, deactivated_at }: EpochRow) {
  return { began: activated_at ?? created_at, ended: deactivated_at };
}

function isApproved({ state, verified_at }: EpochRow): boolean {
  return state === 'deactivated' && verified_at !== null;
}
