/**
 * Selects, counts, pages and changes whose table and columns the compiler knows, for statements off the hot path. (The
 * hot path uses `find`.) Only the folder that defines a table asks it, through functions beside its definition.
 *
 * Guarantees: a condition names a column of its table and has the column's type; a row has the columns that were
 * selected. A condition whose value is missing is refused, and never left out. A walk in pages sees each row once, if
 * the row is there all the time.
 * Does not: join or aggregate; such a statement is composed with `query`.
 */
import type { Knex } from 'knex';
import { StatementError } from './errors.ts';
import { type Columns, packed, type Row, type StoreName, type Table, unpackRows, type Value } from './table.ts';
import type { Reader, Tx } from './tx.ts';

export type ColumnOf<T extends Table> = keyof T['columns'] & string;
type Known<C extends Columns> = { [K in keyof C]: C[K] extends `${string}?` ? never : K }[keyof C] & string;

/** One column of a table's rows, for `in` and `notIn`. */
export interface Values<V> {
  readonly of: Table;
  readonly column: string;
  readonly where: object;
  /** Never set; it carries the type. */
  readonly value?: V;
}

export interface Condition<V> {
  readonly '='?: NonNullable<V>;
  readonly '<'?: NonNullable<V>;
  readonly '<='?: NonNullable<V>;
  readonly '>'?: NonNullable<V>;
  readonly '>='?: NonNullable<V>;
  /** As in SQL: `not` a value does not hold where the column is null. */
  readonly not?: V;
  readonly in?: readonly NonNullable<V>[] | Values<NonNullable<V>>;
  readonly notIn?: readonly NonNullable<V>[] | Values<NonNullable<V>>;
}

/** Every column has this value, or meets each of these conditions. */
export type Where<T extends Table> = { readonly [K in keyof Row<T>]?: Row<T>[K] | Condition<Row<T>[K]> };

/** A column's new value: given, added to, or set only where there is none. */
export type Change<T extends Table> = {
  readonly [K in keyof Row<T>]?: Row<T>[K] | { readonly plus: number } | { readonly unlessSet: NonNullable<Row<T>[K]> };
};

export interface Selection<T extends Table, C extends ColumnOf<T>, O extends ColumnOf<T>> {
  /** Absent for all. */
  readonly columns?: readonly C[];
  readonly where?: Where<T>;
  /** One more condition, spelled exactly like a partial index, or SQLite does not use it. */
  readonly literally?: string;
  readonly orderBy?: readonly O[];
  readonly descending?: boolean;
  /** Only rows after this place in that order. */
  readonly after?: Pick<Row<T>, O> | undefined;
  readonly limit?: number | undefined;
  /** How many rows are skipped before the first. */
  readonly skip?: number;
  /** Locks the rows until the transaction ends; `skip`: only those that nobody holds. SQLite has one writer. */
  readonly lock?: 'wait' | 'skip';
}

export function values<T extends Table, const K extends ColumnOf<T>>(
  of: T,
  column: K,
  where: Where<T> = {},
): Values<NonNullable<Row<T>[K]>> {
  return { of, column, where };
}

export async function select<
  S extends StoreName,
  T extends Table<S>,
  const C extends ColumnOf<T> = ColumnOf<T>,
  const O extends ColumnOf<T> = ColumnOf<T>,
>(reader: Reader<S>, of: T, selection: Selection<T, C, O> = {}): Promise<Pick<Row<T>, C>[]> {
  return unpackRows(of, await reader.query((sql) => rowsOf(sql, of, selection)));
}

/** @returns the first row in that order */
export async function first<
  S extends StoreName,
  T extends Table<S>,
  const C extends ColumnOf<T> = ColumnOf<T>,
  const O extends ColumnOf<T> = ColumnOf<T>,
>(reader: Reader<S>, of: T, selection: Selection<T, C, O> = {}): Promise<Pick<Row<T>, C> | undefined> {
  return (await select(reader, of, { ...selection, limit: 1 }))[0];
}

/** How many rows there are; with a limit, at most that many are looked at. */
export async function count<S extends StoreName, T extends Table<S>, const O extends ColumnOf<T> = ColumnOf<T>>(
  reader: Reader<S>,
  of: T,
  selection: Pick<Selection<T, never, O>, 'where' | 'orderBy' | 'after' | 'limit'> = {},
): Promise<number> {
  const [row] = await reader.query<{ n: number }>((sql) => {
    const rows = scopeOf(sql, of, selection);
    if (selection.limit === undefined) return rows.count('* as n');
    return sql.count('* as n').from(rows.select(sql.raw('1')).limit(selection.limit).as('held'));
  });
  return Number(row?.n ?? 0);
}

/**
 * The rows in pages of at most `limit`, in an order in which no two rows are equal. Each page is a read of its own,
 * made when the caller wants it; no page is empty.
 */
export async function* pages<
  S extends StoreName,
  T extends Table<S>,
  const C extends ColumnOf<T> = ColumnOf<T>,
  const O extends Known<T['columns']> & C = Known<T['columns']> & C,
>(
  reader: Reader<S>,
  of: T,
  selection: Selection<T, C, O> & { readonly orderBy: readonly O[]; readonly limit: number },
): AsyncGenerator<Pick<Row<T>, C>[], void, undefined> {
  for (let after = selection.after; ; ) {
    const page = await select(reader, of, { ...selection, after });
    if (page.length > 0) yield page;
    if (page.length < selection.limit) return;
    after = page.at(-1);
  }
}

/** Only in an exclusive transaction. @returns how many rows have changed */
export async function change<S extends StoreName, T extends Table<S>>(
  tx: Tx<S>,
  of: T,
  where: Where<T>,
  set: Change<T>,
): Promise<number> {
  return tx.execute((sql) => narrow(sql, of, sql(of.name), where).update(changes(sql, of, set)));
}

/** Only in an exclusive transaction. @returns how many rows there were */
export async function removeWhere<S extends StoreName, T extends Table<S>>(
  tx: Tx<S>,
  of: T,
  where: Where<T>,
): Promise<number> {
  return tx.execute((sql) => narrow(sql, of, sql(of.name), where).delete());
}

interface AnySelection {
  readonly columns?: readonly string[];
  readonly where?: object;
  readonly literally?: string;
  readonly orderBy?: readonly string[];
  readonly descending?: boolean;
  readonly after?: object | undefined;
  readonly limit?: number | undefined;
  readonly skip?: number;
  readonly lock?: 'wait' | 'skip';
}

function rowsOf(sql: Knex, of: Table, selection: AnySelection): Knex.QueryBuilder {
  const { columns = [], orderBy = [], descending, limit, skip, lock } = selection;
  const rows = scopeOf(sql, of, selection).select(columns);
  if (orderBy.length > 0) rows.orderBy(orderBy.map((column) => ({ column, order: descending ? 'desc' : 'asc' })));
  if (limit !== undefined) rows.limit(limit);
  if (skip !== undefined) rows.offset(skip);
  if (lock === undefined || sql.client.config.client !== 'pg') return rows;
  return lock === 'skip' ? rows.forUpdate().skipLocked() : rows.forUpdate();
}

/** The conditions of a selection, without order, columns and limit. */
function scopeOf(sql: Knex, of: Table, selection: AnySelection): Knex.QueryBuilder {
  const { where = {}, literally, orderBy = [], descending, after } = selection;
  const rows = sql(of.name);
  if (literally !== undefined) rows.whereRaw(literally);
  narrow(sql, of, rows, where);
  if (after !== undefined) {
    const place = orderBy.map((name) => given(of, name, (after as Record<string, unknown>)[name]));
    const marks = (mark: string) => orderBy.map(() => mark).join(', ');
    rows.whereRaw(`(${marks('??')}) ${descending ? '<' : '>'} (${marks('?')})`, [...orderBy, ...place]);
  }
  return rows;
}

function narrow(sql: Knex, of: Table, rows: Knex.QueryBuilder, where: object): Knex.QueryBuilder {
  for (const [column, meets] of Object.entries(where)) {
    if (!isPlain(meets)) {
      rows.where(column, given(of, column, meets));
      continue;
    }
    for (const [how, value] of Object.entries(meets)) narrowBy(sql, of, rows, column, how, value);
  }
  return rows;
}

function narrowBy(sql: Knex, of: Table, rows: Knex.QueryBuilder, column: string, how: string, value: unknown): void {
  const operand = () =>
    Array.isArray(value)
      ? value.map((one) => given(of, column, one))
      : columnOf(sql, definite(value) as Values<unknown>);
  if (how === 'not') {
    if (value === null) rows.whereNotNull(column);
    else rows.whereNot(column, given(of, column, value));
  } else if (how === 'in') rows.whereIn(column, operand() as never);
  else if (how === 'notIn') rows.whereNotIn(column, operand() as never);
  else rows.where(column, how, given(of, column, value));
}

function columnOf(sql: Knex, { of, column, where }: Values<unknown>): Knex.QueryBuilder {
  return narrow(sql, of, sql(of.name).select(column), where);
}

function changes(sql: Knex, of: Table, set: object): Record<string, unknown> {
  const changed = Object.entries(set).map(([column, value]) => {
    if (!isPlain(value)) return [column, given(of, column, value)];
    if ('plus' in value) return [column, sql.raw('?? + ?', [column, given(of, column, value.plus)])];
    return [column, sql.raw('coalesce(??, ?)', [column, given(of, column, value.unlessSet)])];
  });
  return Object.fromEntries(changed);
}

function isPlain(value: unknown): value is Record<string, never> {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Array.isArray(value);
}

/** As the store has it. */
function given(of: Table, column: string, value: unknown): NonNullable<Value> {
  return packed(of, column, definite(value)) as NonNullable<Value>;
}

function definite(value: unknown): unknown {
  if (value === undefined) throw new StatementError('A statement lacks a value.');
  return value;
}
