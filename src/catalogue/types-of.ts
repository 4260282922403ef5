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

/** @throws {IntegrityError} for a type there is not: the vault has stored no such row */
export async function typesOf(
  catalogue: Catalogue,
  tenant: TenantId,
  rows: readonly Typed[],
): Promise<(row: Typed) => DataType> {
  const known = new Map<string, DataType>();
  for (const row of rows) {
    const name = nameOf(row);
    if (known.has(name)) continue;
    const type = await catalogue.stored(tenant, row.type, row.type_version).catch((error: unknown) => {
      throw error instanceof IntegrityError ? new IntegrityError({ cause: error, record: row.record }) : error;
    });
    known.set(name, type);
  }
  return (row) => known.get(nameOf(row)) as DataType;
}

function nameOf({ type, type_version }: Pick<Typed, 'type' | 'type_version'>): string {
  return `${type}/${type_version}`;
}
