/**
 * Blind indexes: equality search without a readable value. The index holds a MAC of the canonical form under an index
 * key of the tenant and type, in the key store; who has the record store alone cannot test a guess.
 * Does not: hide which records share a value from whoever reads the key store, nor resist guessing by whoever holds
 * the index key (THREATS.md).
 */
import type { DataType, Json } from '../datatypes/datatype.ts';
import type { RecordId, TenantId } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/index-keys.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyTx, Reader } from '../storage/tx.ts';

const MAC_BYTES = 16;
/** Index rows read for one search: more matches than this are not a search but an export. */
export const MAX_MATCHES = 1_000;

export const blindIndexes = table(
  'keys',
  'blind_indexes',
  { tenant: 'text', name: 'text', version: 'int', mac: 'bytes', record: 'text', generation: 'int' },
  ['tenant', 'name', 'version', 'mac', 'record', 'generation'],
);
export type BlindIndexRow = Row<typeof blindIndexes>;
const rowsByMac = lookup(blindIndexes, ['tenant', 'name', 'version', 'mac'], {
  orderBy: ['record'],
  limit: MAX_MATCHES,
});

/** The index row of a value; its name is the data type's. */
export function indexRow(
  key: IndexKey,
  tenant: TenantId,
  type: DataType,
  value: Json,
  record: RecordId,
  generation: number,
): BlindIndexRow {
  const mac = macOf(key, tenant, type, type.canonical(value));
  return { tenant, name: type.name, version: key.version, mac, record, generation };
}

export async function insertIndexRows(tx: KeyTx, rows: readonly BlindIndexRow[]): Promise<void> {
  await tx.insert(blindIndexes, rows, 'skip');
}

/** Records whose index matches, at most `MAX_MATCHES`; candidates only, until their opened values are compared. */
export async function findCandidates(
  reader: Reader<'keys'>,
  indexes: IndexKeys,
  tenant: TenantId,
  type: DataType,
  canonical: string,
): Promise<RecordId[]> {
  const keys = await indexes.versions(tenant, type.name);
  const found = await reader.find(
    rowsByMac,
    keys.map((key) => [tenant, type.name, key.version, macOf(key, tenant, type, canonical)]),
  );
  return [...new Set(found.flat().map((row) => row.record as RecordId))].slice(0, MAX_MATCHES);
}

function macOf(key: IndexKey, tenant: TenantId, type: DataType, canonical: string): Buffer {
  return key.mac('lethe/blind-index/1', MAC_BYTES, tenant, type.name, type.version, canonical);
}
