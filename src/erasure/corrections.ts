/**
 * Corrections under way: the key of the new value exists, but the record store has not decided yet. The note says so,
 * so that a crash leaves neither a key without a value nor a value without its key.
 */
import type { RecordId, TenantId } from '../ids.ts';
import type { IndexKeys } from '../keyring/indexes/index-keys.ts';
import { recordKeys } from '../keyring/tables.ts';
import { findRecords } from '../records/store.ts';
import { blindIndexes } from '../search/blind-index.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyTx, Reader } from '../storage/tx.ts';
import { leadOn, reuses } from '../tokens/reuse.ts';
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
 * new value, its key and index rows go. A link that was led on to a generation that never came is led back to the one
 * whose value it is, if that still stands, and goes if not: the next correction takes this generation's number, and the
 * link would lead from the old value to the new one.
 * @returns how many notes were settled
 * @throws what kept a note from being settled, when the others are
 */
export async function settleCorrections(
  stores: Stores,
  indexes: IndexKeys,
  before: Date,
  limit: number,
): Promise<number> {
  const notes = await stores.keyStore.reader.query<CorrectionRow>((sql) =>
    sql('correction_keys').where('created_at', '<=', before.getTime()).orderBy('created_at').limit(limit),
  );
  const failures: unknown[] = [];
  for (const note of notes) await settle(stores, indexes, note).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
  return notes.length;
}

async function settle({ recordStore, keyStore }: Stores, indexes: IndexKeys, note: CorrectionRow): Promise<void> {
  const { generation, created_at, resealed_from: from } = note;
  const [tenant, record] = [note.tenant as TenantId, note.record as RecordId];
  const [row] = await findRecords(recordStore.reader, tenant, [record]);
  await keyStore.exclusive(async (tx) => {
    // Another node may have settled it since, and the record may be under correction again with the same generation.
    const taken = await tx.execute((sql) =>
      sql('correction_keys').where({ tenant, record, generation, created_at }).delete(),
    );
    if (taken === 0 || row?.generation === generation) return;
    if (from !== null && row?.generation === from) {
      await leadOn(tx, indexes, tenant, [{ record, from: [generation], to: from }]);
    }
    for (const table of [recordKeys, blindIndexes, reuses]) {
      await tx.remove(table, ['tenant', 'record', 'generation'], [[tenant, record, generation]]);
    }
  });
}
