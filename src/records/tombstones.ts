/**
 * Tombstones: one for each record key that was ordered to be destroyed, kept for good in both stores. The one in the
 * record store is written first and decides: from its commit on the value is gone for every reader, and whatever comes
 * back with an old copy of the key store is destroyed again.
 */
import type { ErasureId, RecordId, TenantId } from '../ids.ts';
import { count, first, pages } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyTx, Reader, RecordTx } from '../storage/tx.ts';

export type Cause = 'erased' | 'corrected';

export const tombstones = table(
  'records',
  'tombstones',
  {
    tenant: 'id:tenant',
    record: 'id:record',
    generation: 'small',
    cause: 'text',
    erasure: 'id:erasure?',
    buried_at: 'int',
  },
  ['tenant', 'record', 'generation'],
);
export type TombstoneRow = Row<typeof tombstones>;
const tombstonesByRecord = lookup(tombstones, ['tenant', 'record']);
const tombstonesByErasure = lookup(tombstones, ['tenant', 'erasure']);
const tombstoneByGeneration = lookup(tombstones, ['tenant', 'record', 'generation']);

export const keyTombstones = table(
  'keys',
  'tombstones',
  {
    tenant: 'id:tenant',
    record: 'id:record',
    generation: 'small',
    buried_at: 'int',
    cause: 'text?',
    erasure: 'id:erasure?',
    /** When `recover` found the record store put back to this generation, whose key is destroyed. */
    put_back_at: 'int?',
  },
  ['tenant', 'record', 'generation'],
);
export type KeyTombstoneRow = Row<typeof keyTombstones>;
const keyTombstoneByGeneration = lookup(keyTombstones, ['tenant', 'record', 'generation']);

export interface Burial {
  readonly record: RecordId;
  readonly generation: number;
  readonly cause: Cause;
  readonly erasure: ErasureId;
}

export async function bury(tx: RecordTx, tenant: TenantId, burials: readonly Burial[], at: Date): Promise<void> {
  await insertTombstones(
    tx,
    burials.map((burial) => ({ tenant, ...burial, buried_at: at.getTime() })),
  );
}

/** One that is there stays as it is. */
export async function insertTombstones(tx: RecordTx, rows: readonly TombstoneRow[]): Promise<void> {
  await tx.insert(tombstones, rows, 'skip');
}

/** Mirrors tombstones in the key store, in the transaction that destroys the keys. */
export async function mirror(tx: KeyTx, rows: readonly TombstoneRow[]): Promise<void> {
  await tx.insert(
    keyTombstones,
    rows.map(({ tenant, record, generation, buried_at, cause, erasure }) => ({
      ...{ tenant, record, generation, buried_at, cause, erasure, put_back_at: null },
    })),
    'skip',
  );
}

/** @returns for each key its tombstone in the record store, or undefined */
export async function tombstonesAt(
  reader: Reader<'records'>,
  keys: readonly (Key & { readonly tenant: string })[],
): Promise<(TombstoneRow | undefined)[]> {
  const found = await reader.find(
    tombstoneByGeneration,
    keys.map(({ tenant, record, generation }) => [tenant, record, generation]),
  );
  return found.map(([row]) => row);
}

/** The tombstones of each of these records. */
export async function tombstonesOf(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<TombstoneRow[][]> {
  return reader.find(
    tombstonesByRecord,
    ids.map((id) => [tenant, id]),
  );
}

/** @returns for each record whether it was erased (not merely corrected) */
export async function areErased(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<boolean[]> {
  const found = await reader.find(
    tombstonesByRecord,
    ids.map((id) => [tenant, id]),
  );
  return found.map((rows) => rows.some((row) => row.cause === 'erased'));
}

/** @returns for each key whether the key store knows that it was destroyed */
export async function areMirrored(reader: Reader<'keys'>, tenant: TenantId, keys: readonly Key[]): Promise<boolean[]> {
  return (await mirroredOf(reader, tenant, keys)).map((row) => row !== undefined);
}

type Key = { readonly record: string; readonly generation: number };

/** @returns for each key its tombstone in the key store, or undefined */
export async function mirroredOf(
  reader: Reader<'keys'>,
  tenant: TenantId,
  keys: readonly Key[],
): Promise<(KeyTombstoneRow | undefined)[]> {
  return mirroredAt(
    reader,
    keys.map((key) => ({ tenant, ...key })),
  );
}

/** The same for keys of several tenants. */
export async function mirroredAt(
  reader: Reader<'keys'>,
  keys: readonly (Key & { readonly tenant: string })[],
): Promise<(KeyTombstoneRow | undefined)[]> {
  const found = await reader.find(
    keyTombstoneByGeneration,
    keys.map(({ tenant, record, generation }) => [tenant, record, generation]),
  );
  return found.map(([row]) => row);
}

/** @returns for each key whether a correction destroyed it, and `recover` found a record store that has its value */
export async function arePutBack(reader: Reader<'keys'>, tenant: TenantId, keys: readonly Key[]): Promise<boolean[]> {
  return (await mirroredOf(reader, tenant, keys)).map((row) => row !== undefined && row.put_back_at !== null);
}

/** How many keys were ordered to be destroyed by an erasure. */
export async function countTombstones(reader: Reader<'records'>, tenant: string, erasure: string): Promise<number> {
  return count(reader, tombstones, { where: { tenant, erasure } });
}

/** The tombstone of an erasure's first record. */
export async function firstTombstone(
  reader: Reader<'records'>,
  tenant: string,
  erasure: string,
): Promise<TombstoneRow | undefined> {
  return first(reader, tombstones, { where: { tenant, erasure }, orderBy: ['record'] });
}

/** The tombstone of an erasure's last record. */
export async function lastTombstone(
  reader: Reader<'records'>,
  tenant: string,
  erasure: string,
): Promise<TombstoneRow | undefined> {
  return first(reader, tombstones, { where: { tenant, erasure }, orderBy: ['record'], descending: true });
}

/** How many tombstones the key store has, of every tenant. */
export async function sizeOfMirror(reader: Reader<'keys'>): Promise<number> {
  return count(reader, keyTombstones);
}

/** The tombstones of the key store, of every tenant. */
export function pagesOfMirror(reader: Reader<'keys'>, limit: number): AsyncGenerator<KeyTombstoneRow[]> {
  return pages(reader, keyTombstones, { orderBy: ['tenant', 'record', 'generation'], limit });
}

/** How many keys the key store notes as destroyed for an erasure. */
export async function countMirrored(reader: Reader<'keys'>, tenant: string, erasure: string): Promise<number> {
  return count(reader, keyTombstones, { where: { tenant, erasure } });
}

/** Notes that an older record store still has the values of destroyed keys. @param rows of the mirror */
export async function markPutBack(tx: KeyTx, rows: readonly KeyTombstoneRow[], at: Date): Promise<void> {
  const put_back_at = at.getTime();
  await tx.update(
    keyTombstones,
    ['put_back_at'],
    rows.map((row) => ({ ...row, put_back_at })),
  );
}

/** All tombstones of an erasure, in the order of their records. */
export async function tombstonesOfErasure(
  reader: Reader<'records'>,
  { tenant, erasure }: { readonly tenant: string; readonly erasure: string },
): Promise<TombstoneRow[]> {
  const [rows = []] = await reader.find(tombstonesByErasure, [[tenant, erasure]]);
  return rows.sort((a, b) => (a.record < b.record ? -1 : 1));
}

/** The same in pages. */
export function pagesOfTombstones(
  reader: Reader<'records'>,
  { tenant, erasure }: { readonly tenant: string; readonly erasure: string },
  limit: number,
): AsyncGenerator<TombstoneRow[]> {
  return pages(reader, tombstones, { where: { tenant, erasure }, orderBy: ['record'], limit });
}
