/**
 * Claims: of a type whose values are unique, one row for each value, a MAC in the key store under which only one record
 * can stand. The first to insert it wins, on whichever node.
 *
 * Guarantees: a claim is made in the transaction that makes its record's key, and goes in the one that removes it, so
 * nothing of an erased value stays. It follows a record whose value is sealed anew.
 * Does not: decide that two values are one (`intake/unique-values.ts` opens and compares). A value that was stored
 * before its type became unique has no claim: its blind index finds it. Nor hide from a reader of the key store how
 * many values a type has. The key is one of the vault's own MACs, and stays while index keys are rotated.
 */
import { type DataType, identityOf, type Json } from '../datatypes/datatype.ts';
import type { RecordId, TenantId } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import type { Generation } from '../keyring/tree/key-rows.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyTx, Reader } from '../storage/tx.ts';

const KEY_NAME = '@unique';
/** The whole MAC, unlike some blind indexes: nothing but its equality is compared. */
const MAC_BYTES = 32;

export const valueClaims = table(
  'keys',
  'value_claims',
  { tenant: 'id:tenant', version: 'small', mac: 'bytes', record: 'id:record', generation: 'small' },
  ['tenant', 'version', 'mac'],
);
export type ClaimRow = Row<typeof valueClaims>;
/** What names a value; it is the same for every record. */
export type ClaimOf = Pick<ClaimRow, 'tenant' | 'version' | 'mac'>;
const claimByMac = lookup(valueClaims, ['tenant', 'version', 'mac']);
const claimsByRecord = lookup(valueClaims, ['tenant', 'record']);

/** The index key behind a claim, as `name/version`. */
export function claimKeyName(version: number): string {
  return `${KEY_NAME}/${version}`;
}

export function claimKey(indexes: IndexKeys, tenant: TenantId): Promise<IndexKey> {
  return indexes.current(tenant, KEY_NAME);
}

/** The version of the type does not count: a new version must not let in a value that an older one has. */
export function claimOf(key: IndexKey, tenant: TenantId, type: DataType, value: Json): ClaimOf {
  const mac = key.mac('lethe/unique/1', MAC_BYTES, tenant, type.name, identityOf(type, value));
  return { tenant, version: key.version, mac };
}

/** @returns for each value the claim that stands, or undefined */
export async function findClaims(
  reader: Reader<'keys'>,
  values: readonly ClaimOf[],
): Promise<(ClaimRow | undefined)[]> {
  const found = await reader.find(
    claimByMac,
    values.map(({ tenant, version, mac }) => [tenant, version, mac]),
  );
  return found.map(([row]) => row);
}

/** @throws `already_exists` for a value that another record has claimed meanwhile */
export async function insertClaims(tx: KeyTx, rows: readonly ClaimRow[]): Promise<void> {
  await tx.insert(valueClaims, rows);
}

/**
 * Claims a value for the next generation of a record, which may hold it already. Only in an exclusive transaction.
 * @returns whether the claim is now the record's
 */
export async function claimFor(tx: KeyTx, row: ClaimRow): Promise<boolean> {
  const [standing = row] = await tx.insertOrGet(valueClaims, [row]);
  if (standing.record !== row.record) return false;
  if (standing.generation !== row.generation) await tx.update(valueClaims, ['generation'], [row]);
  return true;
}

/** The claims of each of these records, of every generation. */
export async function claimsOf(
  reader: Reader<'keys'>,
  tenant: TenantId,
  records: readonly string[],
): Promise<ClaimRow[][]> {
  return reader.find(
    claimsByRecord,
    records.map((record) => [tenant, record]),
  );
}

export async function removeClaimsOf(tx: KeyTx, tenant: TenantId, records: readonly string[]): Promise<void> {
  await tx.remove(
    valueClaims,
    ['tenant', 'record'],
    records.map((record) => [tenant, record]),
  );
}

/** Those of one generation of each record. */
export async function removeClaimsAt(tx: KeyTx, tenant: TenantId, places: readonly Generation[]): Promise<void> {
  await tx.remove(
    valueClaims,
    ['tenant', 'record', 'generation'],
    places.map(({ record, generation }) => [tenant, record, generation]),
  );
}

/**
 * Moves claims on to a new generation of records whose value stays. Only in an exclusive transaction.
 * @param moves `from`: the generations that have stood for the same value
 */
export async function leadClaimsOn(
  tx: KeyTx,
  tenant: TenantId,
  moves: readonly { readonly record: RecordId; readonly from: readonly number[]; readonly to: number }[],
): Promise<void> {
  const held = await claimsOf(
    tx,
    tenant,
    moves.map(({ record }) => record),
  );
  const moved = moves.flatMap(({ from, to }, i) =>
    (held[i] ?? []).filter(({ generation }) => from.includes(generation)).map((row) => ({ ...row, generation: to })),
  );
  await tx.update(valueClaims, ['generation'], moved);
}
