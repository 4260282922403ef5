/**
 * Opening records: the one way by which a sealed value becomes plain.
 *
 * Guarantees: a record is opened only while its key row exists and no store holds a tombstone for it. A record without
 * a key, or a key beside its own tombstone, is not an absence but a sign of tampering or of a store put back: it fails
 * with `integrity_failure` and shows nothing.
 */
import type { Plaintext } from '../crypto/plaintext.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import type { RecordId, TenantId } from '../ids.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { Reader } from '../storage/tx.ts';
import { openValue } from './sealing.ts';
import { findRecords, type RecordRow } from './store.ts';
import { areErased, areMirrored } from './tombstones.ts';

/** The record's key has been destroyed on request. */
export class RecordErasedError extends VaultError {
  readonly kind = 'gone';
  readonly code = 'record_erased';

  constructor() {
    super('The value was erased. Nothing can bring it back.');
  }
}

export interface OpenedRecord {
  readonly row: RecordRow;
  /** The holder wipes it. */
  readonly value: Plaintext;
}

/**
 * Reads rows that a token names, which ought to be there.
 * @returns for each id its row, or the error that stands in its place: erased
 * @throws {IntegrityError} for a record that is neither there nor erased
 */
export async function liveRecords(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<(RecordRow | RecordErasedError)[]> {
  const rows = await findLive(reader, tenant, ids);
  return rows.map((row, i) => {
    if (row === undefined) throw new IntegrityError({ record: ids[i] as string });
    return row;
  });
}

/** Reads rows that an index row names, which a crash between the stores may have left without a record. */
export async function liveCandidates(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<RecordRow[]> {
  const rows = await findLive(reader, tenant, ids);
  return rows.filter((row): row is RecordRow => row !== undefined && !(row instanceof RecordErasedError));
}

async function findLive(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<(RecordRow | RecordErasedError | undefined)[]> {
  const [rows, erased] = await Promise.all([findRecords(reader, tenant, ids), areErased(reader, tenant, ids)]);
  return rows.map((row, i) => (erased[i] ? new RecordErasedError() : row));
}

/** @throws {IntegrityError} naming the record; values opened before are wiped */
export async function openRecords(
  keys: { readonly reader: Reader<'keys'>; readonly keyring: Keyring },
  tenant: TenantId,
  rows: readonly RecordRow[],
): Promise<OpenedRecord[]> {
  const places = rows.map((row) => ({ record: row.record as RecordId, generation: row.generation }));
  const [found, buried] = await Promise.all([
    keys.keyring.records.find(keys.reader, tenant, places),
    areMirrored(keys.reader, tenant, places),
  ]);
  const opened: OpenedRecord[] = [];
  try {
    for (const [i, row] of rows.entries()) {
      const key = found[i];
      if (key === undefined || buried[i]) throw new IntegrityError({ record: row.record });
      opened.push({ row, value: openValue(row, key) });
    }
    return opened;
  } catch (error) {
    for (const { value } of opened) value.wipe();
    throw error;
  } finally {
    for (const key of found) key?.fill(0);
  }
}

/** No record of this tenant by that id. */
export class RecordNotFoundError extends VaultError {
  readonly kind = 'not_found';
  readonly code = 'record_not_found';

  constructor(field?: string) {
    super('No such record.', { field });
  }
}

/** The row of a record that a caller names. @throws {RecordNotFoundError} @throws {RecordErasedError} */
export async function findRecord(reader: Reader<'records'>, tenant: TenantId, id: RecordId): Promise<RecordRow> {
  const [row] = await findLive(reader, tenant, [id]);
  if (row instanceof RecordErasedError) throw row;
  if (row === undefined) throw new RecordNotFoundError();
  return row;
}
