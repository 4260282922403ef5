/** Rows that a restored store gets in the place of those of the copy. */
import { packed, type Table, type Value } from '../table.ts';
import { quote } from './backup.ts';

/** Rows that replace those that the copy has in a table. Skipped where the copy has no such table yet. */
export interface Instead {
  readonly table: Table;
  readonly rows: readonly Readonly<Record<string, Value>>[];
}

/** Statements with `?` for each value, in order. */
export function statementsOf({ table, rows }: Instead): { readonly sql: string; readonly values: readonly Value[] }[] {
  const names = Object.keys(table.columns);
  const places = names.map(() => '?').join(', ');
  const insert = `INSERT INTO ${quote(table.name)} (${names.map(quote).join(', ')}) VALUES (${places})`;
  return [
    { sql: `DELETE FROM ${quote(table.name)}`, values: [] },
    ...rows.map((row) => ({ sql: insert, values: names.map((name) => packed(table, name, row[name] ?? null)) })),
  ];
}
