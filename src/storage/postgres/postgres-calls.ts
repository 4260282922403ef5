/**
 * The keyed operations on one PostgreSQL connection. Each is one statement, whatever the number of keys or rows, and is
 * prepared once for each connection. Rows are written in the order of their keys, so that two transactions that touch
 * the same rows lock them in the same order.
 */
import knex, { type Knex } from 'knex';
import pg from 'pg';
import { storeError } from '../errors.ts';
import { postgres as sql } from '../statements.ts';
import { type Lookup, packed, type StoreName, type Table, unpackFound, unpackRows } from '../table.ts';

const builder: Knex = knex({ client: 'pg' });
const int8 = 20;
const types = {
  getTypeParser: ((oid: number, format: 'text' | 'binary') =>
    oid === int8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

export type Queryable = Pick<pg.ClientBase, 'query'>;

const names = new Map<string, string>();
/** A short stable name makes the driver prepare the statement once for each connection. */
function named(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `lethe_${names.size}`;
    names.set(text, name);
  }
  return name;
}

export async function run(
  client: Queryable,
  text: string,
  values: unknown[] = [],
  store?: StoreName,
): Promise<pg.QueryResult> {
  try {
    return await client.query({ name: named(text), text, values, types } as pg.QueryConfig);
  } catch (error) {
    throw storeError(error, store);
  }
}

/** Each is composed once. */
const finds = new WeakMap<Lookup, string>();
const insertions = new Map<string, string>();
const numbers = new WeakMap<Table, number>();
let tables = 0;

function findText(lookup: Lookup): string {
  let text = finds.get(lookup);
  if (text === undefined) {
    text = sql.find(lookup);
    finds.set(lookup, text);
  }
  return text;
}

function insertText(inserts: readonly Insert[], isAlone: boolean): string {
  const name = `${inserts.map(({ table, onConflict }) => `${numberOf(table)} ${onConflict}`)} ${isAlone}`;
  let text = insertions.get(name);
  if (text === undefined) {
    text = sql.insertAll(inserts, isAlone);
    insertions.set(name, text);
  }
  return text;
}

/** Tables of the two stores have the same names. */
function numberOf(table: Table): number {
  const number = numbers.get(table) ?? tables++;
  numbers.set(table, number);
  return number;
}

function columnArrays(table: Table, columns: readonly string[], rows: readonly Record<string, unknown>[]): unknown[][] {
  return columns.map((column) => rows.map((row) => packed(table, column, row[column])));
}

function keyArrays(table: Table, by: readonly string[], keys: readonly (readonly unknown[])[]): unknown[][] {
  return by.map((column, at) => keys.map((key) => packed(table, column, key[at])));
}

/** Sorted by primary key, so that two transactions that touch the same rows lock them in the same order. */
function inKeyOrder<T extends Record<string, unknown>>(table: Table, rows: readonly T[]): T[] {
  if (rows.length < 2) return [...rows];
  const keyed = rows.map((row) => ({ row, key: primaryKeyOf(table, row) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ row }) => row);
}

function primaryKeyOf(table: Table, row: Record<string, unknown>): string {
  return table.primaryKey
    .map((name) => {
      const value = row[name];
      return Buffer.isBuffer(value) ? value.toString('latin1') : String(value);
    })
    .join('\u0000');
}

export async function findNow(client: Queryable, lookup: Lookup, keys: readonly (readonly unknown[])[]) {
  const found: Record<string, unknown>[][] = keys.map(() => []);
  if (keys.length === 0) return found;
  const { rows } = await run(client, findText(lookup), keyArrays(lookup.table, lookup.by, keys));
  for (const { '#': position, ...row } of unpackFound(lookup, rows, (one) => keys[one['#'] - 1] ?? []))
    found[position - 1]?.push(row);
  return found;
}

export interface Insert {
  readonly table: Table;
  readonly rows: readonly object[];
  readonly onConflict: 'fail' | 'skip';
}

export async function insertNow(client: Queryable, insert: Insert): Promise<void> {
  await insertAll(client, [insert]);
}

/**
 * Inserts into several tables in one statement: together or not at all.
 * @param mark outside a transaction: the writer and its marks, checked by the same statement
 */
export async function insertAll(
  client: Queryable,
  inserts: readonly Insert[],
  mark?: readonly [writer: number, numbers: readonly number[]],
): Promise<void> {
  const filled = inserts.filter(({ rows }) => rows.length > 0);
  if (filled.length === 0) return;
  const arrays = filled.flatMap(({ table, rows, onConflict }) => {
    const given = rows as readonly Record<string, unknown>[];
    // New rows belong to nobody else. Only rows that others may write, too, need one order.
    return columnArrays(table, Object.keys(table.columns), onConflict === 'skip' ? inKeyOrder(table, given) : given);
  });
  await run(client, insertText(filled, mark !== undefined), [...(mark ?? []), ...arrays]);
}

export async function insertOrGetNow(client: Queryable, table: Table, rows: readonly object[]) {
  const distinct = new Map<string, Record<string, unknown>>();
  // The first row offered for a key wins, as it would if they came one after another.
  for (const row of [...rows].reverse() as Record<string, unknown>[]) distinct.set(primaryKeyOf(table, row), row);
  if (distinct.size === 0) return [];
  const ordered = inKeyOrder(table, [...distinct.values()]);
  const arrays = columnArrays(table, Object.keys(table.columns), ordered);
  const { rows: found } = await run(client, sql.insertOrGet(table), arrays);
  const standing = new Map(unpackRows(table, found).map((row) => [primaryKeyOf(table, row), row]));
  return (rows as Record<string, unknown>[]).map((row) => standing.get(primaryKeyOf(table, row)) ?? row);
}

export async function removeNow(
  client: Queryable,
  table: Table,
  by: readonly string[],
  keys: readonly (readonly unknown[])[],
) {
  if (keys.length === 0) return;
  await run(client, sql.remove(table, by), keyArrays(table, by, keys));
}

export async function updateNow(
  client: Queryable,
  table: Table,
  columns: readonly string[],
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return;
  const ordered = inKeyOrder(table, rows as readonly Record<string, unknown>[]);
  await run(client, sql.update(table, columns), columnArrays(table, [...columns, ...table.primaryKey], ordered));
}

export function compose(build: (sql: Knex) => Knex.QueryBuilder): [string, unknown[]] {
  const { sql: text, bindings } = build(builder).toSQL().toNative();
  return [text, [...bindings]];
}
