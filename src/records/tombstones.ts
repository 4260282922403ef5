/**
 * Tombstones: one for each record key that was ordered to be destroyed, kept for good in both stores. The record
 * store's is written first and decides: from its commit on the value is gone for every reader, and whatever comes
 * back with an old copy of the key store is destroyed again.
 */
import type { ErasureId, RecordId, TenantId } from '../ids.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyTx, Reader, RecordTx } from '../storage/tx.ts';

export type Cause = 'erased' | 'corrected';

export const tombstones = table(
  'records',
  'tombstones',
  {
    tenant: 'text',
    record: 'text',
    generation: 'int',
    cause: 'text',
    erasure: 'text?',
    buried_at: 'int',
  },
  ['tenant', 'record', 'generation'],
);
export type TombstoneRow = Row<typeof tombstones>;
const tombstonesByRecord = lookup(tombstones, ['tenant', 'record']);

export const keyTombstones = table(
  'keys',
  'tombstones',
  { tenant: 'text', record: 'text', generation: 'int', buried_at: 'int', cause: 'text?', erasure: 'text?' },
  ['tenant', 'record', 'generation'],
);
const keyTombstoneByGeneration = lookup(keyTombstones, ['tenant', 'record', 'generation']);

export interface Burial {
  readonly record: RecordId;
  readonly generation: number;
  readonly cause: Cause;
  readonly erasure: ErasureId;
}

export async function bury(tx: RecordTx, tenant: TenantId, burials: readonly Burial[], at: Date): Promise<void> {
  const rows = burials.map((burial) => ({ tenant, ...burial, buried_at: at.getTime() }));
  await tx.insert(tombstones, rows, 'skip');
}

/** Mirrors tombstones in the key store, in the transaction that destroys the keys. */
export async function mirror(tx: KeyTx, rows: readonly TombstoneRow[]): Promise<void> {
  await tx.insert(
    keyTombstones,
    rows.map(({ tenant, record, generation, buried_at, cause, erasure }) => ({
      ...{ tenant, record, generation, buried_at, cause, erasure },
    })),
    'skip',
  );
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

/** @returns for each record whether it has been erased (not merely corrected) */
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
export async function areMirrored(
  reader: Reader<'keys'>,
  tenant: TenantId,
  keys: readonly { readonly record: string; readonly generation: number }[],
): Promise<boolean[]> {
  const found = await reader.find(
    keyTombstoneByGeneration,
    keys.map(({ record, generation }) => [tenant, record, generation]),
  );
  return found.map((rows) => rows.length > 0);
}

/** A page of an erasure's tombstones, after the record named (exclusive). */
export async function tombstonesOfErasure(
  reader: Reader<'records'>,
  tenant: TenantId,
  erasure: ErasureId,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<TombstoneRow[]> {
  return reader.query((sql) => {
    const rows = sql('tombstones').where({ tenant, erasure }).orderBy('record').limit(page.limit);
    return page.after === undefined ? rows : rows.andWhere('record', '>', page.after);
  });
}
