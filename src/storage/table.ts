/**
 * Tables as the code sees them: a name, the columns with their types, and the primary key. The same definition
 * types the rows, writes the statements of both stores and casts the arrays PostgreSQL gets. The tables themselves
 * are made by `migrations/`; a test compares the two.
 *
 * Column types are those that both stores share without surprise, and three that lie packed in bytes
 * (`packed.ts`), which only statements composed by hand ever see:
 *   text       TEXT             text
 *   bytes      BLOB             bytea
 *   int        INTEGER (64 bit) bigint     times are milliseconds since 1970, UTC
 *   small      INTEGER          integer    of 32 bits on PostgreSQL: versions and generations
 *   id:KIND    BLOB             bytea      an id of this kind
 *   ids:KIND   BLOB             bytea      a list of them
 *   word       BLOB             bytea      one of the closed words
 * A trailing `?` marks a column that may be NULL.
 */
import type { IdKind } from '../ids.ts';
import { idPacking, idsPacking, type Packing, wordPacking } from './packed.ts';

type Kind = 'text' | 'bytes' | 'int' | 'small' | 'word' | `id:${IdKind}` | `ids:${IdKind}`;
export type ColumnType = Kind | `${Kind}?`;

type KindValue<K> = K extends 'bytes'
  ? Buffer
  : K extends 'int' | 'small'
    ? number
    : K extends `ids:${string}`
      ? readonly string[]
      : string;
type ColumnValue<C> = C extends `${infer K}?` ? KindValue<K> | null : KindValue<C>;

export type Columns = Readonly<Record<string, ColumnType>>;
/** The store a table lives in; a transaction of one store does not accept a table of the other. */
export type StoreName = 'records' | 'keys';

export interface Table<S extends StoreName = StoreName, C extends Columns = Columns> {
  readonly store: S;
  readonly name: string;
  readonly columns: C;
  readonly primaryKey: readonly string[];
  /** The columns that lie packed. */
  readonly packings: ReadonlyMap<string, Packing<never>>;
}

export type Row<T extends Table> = { -readonly [K in keyof T['columns']]: ColumnValue<T['columns'][K]> };
/** As the drivers take and give it. */
export type Value = string | number | Buffer | null;

export function table<S extends StoreName, const C extends Columns>(
  store: S,
  name: string,
  columns: C,
  primaryKey: readonly (keyof C & string)[],
): Table<S, C> {
  return { store, name, columns, primaryKey, packings: packingsOf(columns) };
}

export function packingsOf(columns: Columns): Table['packings'] {
  const packed = Object.entries(columns).flatMap(([column, type]) => {
    const packing = packingOf(type);
    return packing === undefined ? [] : [[column, packing] as const];
  });
  return new Map(packed);
}

const PACKINGS = { id: idPacking, ids: idsPacking };
function packingOf(type: ColumnType): Packing<never> | undefined {
  const kind = type.replace('?', '');
  if (kind === 'word') return wordPacking as Packing<never>;
  const [shape = '', of] = kind.split(':');
  return of === undefined ? undefined : (PACKINGS[shape as 'id' | 'ids'](of as IdKind) as Packing<never>);
}

/** A column's value as the store has it. */
export function packed(table: Table, column: string, value: unknown): Value {
  const packing = table.packings.get(column);
  return packing === undefined || value === null || value === undefined
    ? (value as Value)
    : packing.pack(value as never);
}

/** The columns of a key or a condition by their names, as the store has them: for statements composed by hand. */
export function packedColumns(table: Table, columns: object): Record<string, Value> {
  return Object.fromEntries(Object.entries(columns).map(([column, value]) => [column, packed(table, column, value)]));
}

/** Turns rows, as a store gave them, into rows as the code has them, in place. @param rows with any of the columns */
export function unpackRows<R>(table: Table, rows: R[]): R[] {
  for (const [column, packing] of table.packings) {
    for (const row of rows as Record<string, unknown>[]) {
      const value = row[column];
      if (value !== null && value !== undefined) row[column] = packing.unpack(value as Buffer);
    }
  }
  return rows;
}

/**
 * The same for rows that a lookup has found, of which the store gave no column that was asked by, and packed ones in
 * hexadecimal: a driver makes a text in a tenth of the time of a buffer.
 */
export function unpackFound<R>({ table, by }: Lookup, rows: R[], keyOf: (row: R) => readonly unknown[]): R[] {
  for (const row of rows as Record<string, unknown>[]) {
    const key = keyOf(row as R);
    for (const [i, column] of by.entries()) row[column] = key[i];
  }
  for (const [column, packing] of table.packings) {
    if (by.includes(column)) continue;
    for (const row of rows as Record<string, unknown>[]) {
      const hex = row[column];
      if (hex !== null) row[column] = packing.unpack(Buffer.from(hex as string, 'hex'));
    }
  }
  return rows;
}

/** A select by equality on the same columns for many keys at once; made once, at module level. */
export interface Lookup<T extends Table = Table, K extends string = string> {
  readonly table: T;
  readonly by: readonly K[];
  readonly orderBy: readonly string[];
  /** The most rows for each key. */
  readonly limit: number | undefined;
  /** Locks the rows against a concurrent exclusive transaction until this one ends (PostgreSQL `FOR SHARE`). */
  readonly share: boolean;
}

export function lookup<T extends Table, const K extends keyof T['columns'] & string>(
  of: T,
  by: readonly K[],
  options: { orderBy?: readonly (keyof T['columns'] & string)[]; limit?: number; share?: boolean } = {},
): Lookup<T, K> {
  return {
    table: of,
    by,
    orderBy: options.orderBy ?? [],
    limit: options.limit,
    share: options.share ?? false,
  };
}
