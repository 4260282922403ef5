/**
 * Corrections under way: the key of the new value exists, but the record store has not decided yet. The note says so,
 * so that a crash leaves neither a key without a value nor a value without its key.
 */
import type { RecordId, TenantId } from '../ids.ts';
import { recordKeys } from '../keyring/tables.ts';
import { findRecords } from '../records/store.ts';
import { blindIndexes } from '../search/blind-index.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyTx, Reader } from '../storage/tx.ts';
import type { Stores } from './erasures.ts';

export const correctionKeys = table(
  'keys',
  'correction_keys',
  {
    tenant: 'text',
    record: 'text',
    generation: 'int',
    created_at: 'int',
    /** The generation whose value is sealed anew, unchanged; absent in a correction. */
    resealed_from: 'int?',
  },
  ['tenant', 'record', 'generation'],
);
export type CorrectionRow = Row<typeof correctionKeys>;
const notesOfRecord = lookup(correctionKeys, ['tenant', 'record']);
type Key = Pick<CorrectionRow, 'tenant' | 'record' | 'generation'>;

/** After this a new key is given up: `settleCorrections`, a day later, takes it for one that nobody decides on any more. */
export const DECIDE_WITHIN_MS = 60 * 60 * 1000;

export async function noteCorrection(tx: KeyTx, row: CorrectionRow): Promise<void> {
  await tx.insert(correctionKeys, [row]);
}

export async function clearCorrection(tx: KeyTx, key: Key): Promise<void> {
  await tx.remove(correctionKeys, ['tenant', 'record', 'generation'], [[key.tenant, key.record, key.generation]]);
}

/** The new generations, not decided yet, of records whose value is being sealed anew, unchanged. */
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
 * Settles corrections that were noted before `before` and never finished: where the record store has not taken the
 * new value, its key and index row go. @returns how many notes were settled
 */
export async function settleCorrections(stores: Stores, before: Date, limit: number): Promise<number> {
  const notes = await stores.keyStore.reader.query<CorrectionRow>((sql) =>
    sql('correction_keys').where('created_at', '<=', before.getTime()).orderBy('created_at').limit(limit),
  );
  for (const note of notes) {
    const [row] = await findRecords(stores.recordStore.reader, note.tenant as TenantId, [note.record as RecordId]);
    await stores.keyStore.exclusive(async (tx) => {
      // Another node may have settled it since, and the record may be under correction again with the same generation.
      const { tenant, record, generation, created_at } = note;
      const taken = await tx.execute((sql) =>
        sql('correction_keys').where({ tenant, record, generation, created_at }).delete(),
      );
      if (taken === 0) return;
      if (row?.generation !== note.generation) {
        const key = [note.tenant, note.record, note.generation];
        await tx.remove(recordKeys, ['tenant', 'record', 'generation'], [key]);
        await tx.remove(blindIndexes, ['tenant', 'record', 'generation'], [key]);
      }
    });
  }
  return notes.length;
}
