/**
 * The rows of the blind indexes, for those who make, move, count and remove them: which record has an entry under which
 * version of which index key (`blind-index.ts`).
 */
import type { RecordId, TenantId } from '../ids.ts';
import type { Generation } from '../keyring/tree/key-rows.ts';
import { first } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyTx, Reader } from '../storage/tx.ts';

export const blindIndexes = table(
  'keys',
  'blind_indexes',
  { tenant: 'id:tenant', name: 'word', version: 'small', mac: 'bytes', record: 'id:record', generation: 'small' },
  ['tenant', 'name', 'version', 'mac', 'record', 'generation'],
);
export type BlindIndexRow = Row<typeof blindIndexes>;
const rowsByRecord = lookup(blindIndexes, ['tenant', 'record']);

/** Only after the buckets of the records are held and `IndexKeys.admit` was asked. */
export async function insertIndexRows(tx: KeyTx, rows: readonly BlindIndexRow[]): Promise<void> {
  await tx.insert(blindIndexes, rows, 'skip');
}

/** Gives records whose value stays the index rows of their new generation, beside those of the old one. */
export async function copyIndexRows(
  tx: KeyTx,
  tenant: TenantId,
  moves: readonly { readonly record: RecordId; readonly from: number; readonly to: number }[],
): Promise<void> {
  const held = await indexRowsOf(
    tx,
    tenant,
    moves.map(({ record }) => record),
  );
  await insertIndexRows(
    tx,
    moves.flatMap(({ from, to }, i) =>
      (held[i] ?? []).filter((row) => row.generation === from).map((row) => ({ ...row, generation: to })),
    ),
  );
}

/** The index rows of each of these records, of every generation. */
export async function indexRowsOf(
  reader: Reader<'keys'>,
  tenant: TenantId,
  records: readonly string[],
): Promise<BlindIndexRow[][]> {
  return reader.find(
    rowsByRecord,
    records.map((record) => [tenant, record]),
  );
}

export async function removeIndexRowsOf(tx: KeyTx, tenant: TenantId, records: readonly string[]): Promise<void> {
  await tx.remove(
    blindIndexes,
    ['tenant', 'record'],
    records.map((record) => [tenant, record]),
  );
}

/** Those of one generation of each record. */
export async function removeIndexRowsAt(tx: KeyTx, tenant: TenantId, places: readonly Generation[]): Promise<void> {
  await tx.remove(
    blindIndexes,
    ['tenant', 'record', 'generation'],
    places.map(({ record, generation }) => [tenant, record, generation]),
  );
}

/** Whether anything is left under a version of an index key. */
export async function hasIndexRows(
  reader: Reader<'keys'>,
  { tenant, name, version }: Pick<BlindIndexRow, 'tenant' | 'name' | 'version'>,
): Promise<boolean> {
  const row = await first(reader, blindIndexes, { columns: ['record'], where: { tenant, name, version } });
  return row !== undefined;
}
