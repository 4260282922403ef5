/**
 * Opening records: the only way by which a sealed value becomes plain.
 *
 * Guarantees: a record is opened only while its key row exists and no store holds a tombstone for it. A record without
 * a key, or a key beside its own tombstone, is not simply absent. Either the record store, which decides first, now
 * knows that the record was erased or corrected; or somebody tampered, or a store was put back: then this fails with
 * `integrity_failure` and shows nothing of it. One case is no such sign: the key store notes that a correction
 * destroyed the record's key, and that `recover` found the record store put back to before that correction.
 */
import type { Plaintext } from '../crypto/plaintext.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import { firstIdAt, type RecordId, type SubjectId, type TenantId } from '../ids.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { secrets } from '../secret.ts';
import type { Reader } from '../storage/tx.ts';
import { isNote } from './notes.ts';
import { openValue } from './sealing.ts';
import { findRecords, type RecordRow, recordsOfSubjects } from './store.ts';
import { areErased, areMirrored, arePutBack } from './tombstones.ts';

/** The record's key has been destroyed on request. */
export class RecordErasedError extends VaultError {
  constructor() {
    super('record_erased');
  }
}

/** Stands where no record is, so that asking for its key takes the same statement. No key was ever made for it. */
const NEVER_WAS: RecordRow = {
  ...{ tenant: '', record: firstIdAt('record', new Date(0)), subject: null, label: null, sealed: Buffer.alloc(0) },
  ...{ type: '', type_version: 0, generation: 0, version: 0, created_at: 0, updated_at: 0 },
};

/** Why an existing record has no value. */
export type WithoutValue = VaultError;

export interface OpenedRecord {
  readonly row: RecordRow;
  /** The holder wipes it. */
  readonly value: Plaintext;
}

/**
 * Reads the row that a token names, which must be there.
 * @throws {RecordErasedError} @throws {IntegrityError} for a record that is neither there nor erased
 */
export async function liveRecord(reader: Reader<'records'>, tenant: TenantId, id: RecordId): Promise<RecordRow> {
  const [row = new IntegrityError({ record: id })] = await eachLive(reader, tenant, [id]);
  if (row instanceof VaultError) throw row;
  return row;
}

/** The same of several tokens: for each id its row, or the error in its place. */
export async function eachLive(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<(RecordRow | RecordErasedError | IntegrityError)[]> {
  const rows = await findLive(reader, tenant, ids);
  return rows.map((row, i) => row ?? new IntegrityError({ record: ids[i] as string }));
}

/** Reads rows that an index row names; a crash between the stores may have left that without a record. */
export async function liveCandidates(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<RecordRow[]> {
  const rows = await findLive(reader, tenant, ids);
  return rows.filter((row): row is RecordRow => row !== undefined && !(row instanceof RecordErasedError));
}

/** The first records of one data type of each of these subjects. */
export async function liveOfSubjects(
  reader: Reader<'records'>,
  tenant: TenantId,
  subjects: readonly SubjectId[],
  type: string,
): Promise<RecordRow[]> {
  const rows = await recordsOfSubjects(reader, tenant, subjects, type);
  const ids = rows.map((row) => row.record as RecordId);
  const erased = await areErased(reader, tenant, ids);
  return rows.filter((_, i) => !erased[i]);
}

async function findLive(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<(RecordRow | RecordErasedError | undefined)[]> {
  const [rows, erased] = await Promise.all([findRecords(reader, tenant, ids), areErased(reader, tenant, ids)]);
  const absent = ids.filter((_, i) => rows[i] === undefined && !erased[i]);
  // Outside a transaction the two reads may be on two connections, with an erasure between them.
  const since = absent.length === 0 ? [] : await areErased(reader, tenant, absent);
  const gone = new Set(absent.filter((_, i) => since[i]));
  return rows.map((row, i) => (erased[i] || gone.has(ids[i] as RecordId) ? new RecordErasedError() : row));
}

/** What records are opened from. */
export interface Sources {
  readonly records: Reader<'records'>;
  readonly keys: Reader<'keys'>;
  readonly keyring: Keyring;
}

/**
 * @returns for each row the record, in its present state if it was corrected since the row was read, or why it has no
 *   value: it was erased since, or is older than its last correction
 * @throws {IntegrityError} naming the record; values opened before are wiped
 */
export async function openRecords(
  from: Sources,
  tenant: TenantId,
  rows: readonly RecordRow[],
): Promise<(OpenedRecord | WithoutValue)[]> {
  const opened = await openEach(from, tenant, rows);
  const broken = opened.find((entry) => entry instanceof IntegrityError);
  if (broken === undefined) return opened as (OpenedRecord | WithoutValue)[];
  wipe(opened);
  throw broken;
}

/**
 * As `openRecords`, by the same statements whether a row is there or not. Only a record whose key is gone takes more.
 * @returns undefined where there is no row, or no value
 */
export async function openIfThere(
  from: Sources,
  tenant: TenantId,
  rows: readonly (RecordRow | undefined)[],
): Promise<(OpenedRecord | undefined)[]> {
  const opened = await openRecords(
    from,
    tenant,
    rows.map((row) => row ?? NEVER_WAS),
  );
  return opened.map((entry) => (entry instanceof VaultError ? undefined : entry));
}

/**
 * As `openRecords`, but each row has its own answer. If a row or its key was altered, moved or put back, its answer is
 * an `IntegrityError` that names its record, and the others open. This is safe: each value is authenticated under a key
 * of its own, so one failure says nothing of another value.
 * @throws what concerns all of them: a store or an epoch out of reach; values opened before are wiped
 */
export async function openEach(
  from: Sources,
  tenant: TenantId,
  rows: readonly RecordRow[],
): Promise<(OpenedRecord | WithoutValue | IntegrityError)[]> {
  const opened = await openHeld(from, tenant, rows);
  const isLost = opened.map((entry, i) => entry === undefined && rows[i] !== NEVER_WAS);
  const lost = rows.filter((_, i) => isLost[i]);
  try {
    const again = lost.length === 0 ? [] : await openChanged(from, tenant, lost);
    return opened.map((entry, i) => (isLost[i] ? again.shift() : entry) ?? new VaultError('record_not_found'));
  } catch (error) {
    wipe(opened);
    throw error;
  }
}

/** Wipes what a block has opened when the block, which declares it with `using`, ends in any way. */
export function wiping(entries: readonly (OpenedRecord | VaultError | undefined)[]): Disposable {
  return { [Symbol.dispose]: () => wipe(entries) };
}

function wipe(entries: readonly (OpenedRecord | VaultError | undefined)[]): void {
  for (const entry of entries) if (entry !== undefined && 'value' in entry) entry.value.wipe();
}

/** @returns undefined for a record whose key is gone */
async function openHeld(
  { keys, keyring }: Sources,
  tenant: TenantId,
  rows: readonly RecordRow[],
): Promise<(OpenedRecord | IntegrityError | undefined)[]> {
  const places = rows.map((row) => ({ record: row.record as RecordId, generation: row.generation }));
  const mirrored = areMirrored(keys, tenant, places);
  // Awaited below, when the keys have an owner: what it throws must not leave them behind.
  mirrored.catch(() => {});
  using found = secrets(await keyring.records.findEach(keys, tenant, places));
  const buried = await mirrored;
  const opened: (OpenedRecord | IntegrityError | undefined)[] = [];
  try {
    for (const [i, row] of rows.entries()) {
      const key = found[i];
      opened.push(key === undefined || buried[i] ? undefined : openOne(row, key));
    }
    return opened;
  } catch (error) {
    wipe(opened);
    throw error;
  }
}

function openOne(row: RecordRow, key: Buffer | IntegrityError): OpenedRecord | IntegrityError {
  if (key instanceof IntegrityError) return key;
  try {
    return { row, value: openValue(row, key) };
  } catch (error) {
    if (error instanceof IntegrityError) return error;
    throw error;
  }
}

/** Reads rows again whose keys are gone. A record that has not changed since was tampered with, or put back. */
async function openChanged(
  from: Sources,
  tenant: TenantId,
  rows: readonly RecordRow[],
): Promise<(OpenedRecord | WithoutValue | IntegrityError)[]> {
  const ids = rows.map((row) => row.record as RecordId);
  const [fresh, putBack] = [
    await eachLive(from.records, tenant, ids),
    await arePutBack(
      from.keys,
      tenant,
      rows.map(({ record, generation }) => ({ record, generation })),
    ),
  ];
  const changed: RecordRow[] = [];
  const answers = fresh.map((row, i): WithoutValue | IntegrityError | undefined => {
    if (row instanceof VaultError) return row;
    if (row.generation !== rows[i]?.generation) changed.push(row);
    else if (putBack[i]) return new VaultError('record_superseded');
    else return new IntegrityError({ record: row.record });
    return undefined;
  });
  const opened = await openEach(from, tenant, changed);
  return answers.map((answer) => answer ?? (opened.shift() as OpenedRecord | WithoutValue | IntegrityError));
}

/**
 * The row of a record that a caller names; never one of the vault's own notes.
 * @throws `record_not_found` @throws {RecordErasedError}
 */
export async function findRecord(reader: Reader<'records'>, tenant: TenantId, id: RecordId): Promise<RecordRow> {
  const [row] = await findLive(reader, tenant, [id]);
  if (row instanceof RecordErasedError) throw row;
  if (row === undefined || isNote(row)) throw new VaultError('record_not_found');
  return row;
}
