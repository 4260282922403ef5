/** The data types of stored records, each looked up once. */
import type { DataType } from '../datatypes/datatype.ts';
import { IntegrityError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import type { Catalogue } from './catalogue.ts';

interface Typed {
  readonly record: string;
  readonly type: string;
  readonly type_version: number;
}

/** @throws {IntegrityError} for an unknown type: the vault has stored no such row */
export async function typesOf(
  catalogue: Catalogue,
  tenant: TenantId,
  rows: readonly Typed[],
): Promise<(row: Typed) => DataType> {
  const typeOf = await eachTypeOf(catalogue, tenant, rows);
  for (const row of rows) {
    const type = typeOf(row);
    if (type instanceof IntegrityError) throw type;
  }
  return (row) => typeOf(row) as DataType;
}

/** As `typesOf`, but an unknown type is the error of its own row. */
export async function eachTypeOf(
  catalogue: Catalogue,
  tenant: TenantId,
  rows: readonly Typed[],
): Promise<(row: Typed) => DataType | IntegrityError> {
  const known = new Map<string, DataType | IntegrityError>();
  for (const row of rows) {
    const name = nameOf(row);
    if (known.has(name)) continue;
    const type = await catalogue.stored(tenant, row.type, row.type_version).catch((error: unknown) => {
      if (error instanceof IntegrityError) return error;
      throw error;
    });
    known.set(name, type);
  }
  return (row) => {
    const type = known.get(nameOf(row)) as DataType | IntegrityError;
    return type instanceof IntegrityError ? new IntegrityError({ cause: type, record: row.record }) : type;
  };
}

function nameOf({ type, type_version }: Pick<Typed, 'type' | 'type_version'>): string {
  return `${type}/${type_version}`;
}
