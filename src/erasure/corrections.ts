/**
 * Corrections under way: the key of the new value exists, but the record store has not decided yet. A note says so, so
 * that a crash leaves neither a key without a value nor a value without its key.
 */
import type { RecordId, TenantId } from '../ids.ts';
import type { IndexKeys } from '../keyring/indexes/index-keys.ts';
import { type Generation, removeKeysAt } from '../keyring/tree/key-rows.ts';
import { findRecords } from '../records/store.ts';
import { leadClaimsOn } from '../search/value-claims.ts';
import { removeWhere, select } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyTx, Reader } from '../storage/tx.ts';
import { leadOn } from '../tokens/reuse.ts';
import type { Stores } from './destructions.ts';
import { removeTracesAt } from './traces.ts';

export const correctionKeys = table(
  'keys',
  'correction_keys',
  {
    tenant: 'id:tenant',
    record: 'id:record',
    generation: 'small',
    created_at: 'int',
    /** The generation whose value is sealed anew, unchanged; absent in a correction. */
    resealed_from: 'int?',
  },
  ['tenant', 'record', 'generation'],
);
export type CorrectionRow = Row<typeof correctionKeys>;
const notesOfRecord = lookup(correctionKeys, ['tenant', 'record']);
type Key = Pick<CorrectionRow, 'tenant' | 'record' | 'generation'>;

/** After this time a new key is given up. A day later `settleCorrections` settles it as undecided. */
export const DECIDE_WITHIN_MS = 60 * 60 * 1000;

export async function noteCorrection(tx: KeyTx, row: CorrectionRow): Promise<void> {
  await tx.insert(correctionKeys, [row]);
}

export async function clearCorrection(tx: KeyTx, key: Key): Promise<void> {
  await tx.remove(correctionKeys, ['tenant', 'record', 'generation'], [[key.tenant, key.record, key.generation]]);
}

/** The undecided new generations of records whose value is being sealed anew, unchanged. */
export async function resealsUnderWay(
  reader: Reader<'keys'>,
  tenant: TenantId,
  records: readonly RecordId[],
): Promise<CorrectionRow[]> {
  const notes = await reader.find(
    notesOfRecord,
    records.map((record) => [tenant, record]),
  );
  return notes.flat().filter((note) => note.resealed_from !== null);
}

/**
 * Settles corrections that were noted before `before` and never finished. Where the record store has not taken the new
 * value, its key and index rows are removed. A link that already leads to a generation that never came is led back to
 * the generation whose value it is, if that still stands, and is removed if not. Otherwise the next correction, which
 * takes this generation's number, would make the link lead from the old value to the new one.
 * @returns how many notes were settled
 * @throws what kept a note from being settled, after the others are settled
 */
export async function settleCorrections(
  stores: Stores,
  indexes: IndexKeys,
  before: Date,
  limit: number,
): Promise<number> {
  const where = { created_at: { '<=': before.getTime() } };
  const notes = await select(stores.keyStore.reader, correctionKeys, { where, orderBy: ['created_at'], limit });
  const failures: unknown[] = [];
  for (const note of notes) await settle(stores, indexes, note).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
  return notes.length;
}

/** Settles the note of one generation, if there is one. */
export async function takeBackCorrection(
  stores: Pick<Stores, 'recordStore' | 'keyStore'>,
  indexes: IndexKeys,
  { tenant, record, generation }: Key,
): Promise<void> {
  const [notes = []] = await stores.keyStore.reader.find(notesOfRecord, [[tenant, record]]);
  for (const note of notes) if (note.generation === generation) await settle(stores, indexes, note);
}

async function settle({ recordStore, keyStore }: Stores, indexes: IndexKeys, note: CorrectionRow): Promise<void> {
  const { generation, created_at, resealed_from: from } = note;
  const [tenant, record] = [note.tenant as TenantId, note.record as RecordId];
  const [row] = await findRecords(recordStore.reader, tenant, [record]);
  await keyStore.exclusive(async (tx) => {
    // Another node may have settled it, and a new correction of the record may use the same generation.
    const taken = await removeWhere(tx, correctionKeys, { tenant, record, generation, created_at });
    if (taken === 0 || row?.generation === generation) return;
    if (from !== null && row?.generation === from) {
      const back = [{ record, from: [generation], to: from }];
      await leadOn(tx, indexes, tenant, back);
      await leadClaimsOn(tx, tenant, back);
    }
    await removeMade(tx, tenant, [{ record, generation }]);
  });
}

/** Removes what was made for generations that never became current: their keys, index rows, claims and links. */
export async function removeMade(tx: KeyTx, tenant: TenantId, places: readonly Generation[]): Promise<void> {
  await removeKeysAt(tx, tenant, places);
  await removeTracesAt(tx, tenant, places);
}
