/**
 * Tables as the code sees them: a name, the columns with their types, and the primary key. The same definition
 * types the rows, writes the statements of both stores and casts the arrays PostgreSQL gets. The tables themselves
 * are made by `migrations/`; a test compares the two.
 *
 * Column types are the three that both stores share without surprise:
 *   text   TEXT             text
 *   bytes  BLOB             bytea
 *   int    INTEGER (64 bit) bigint     times are milliseconds since 1970, UTC
 * A trailing `?` marks a column that may be NULL.
 */
export type ColumnType = 'text' | 'bytes' | 'int' | 'text?' | 'bytes?' | 'int?';

interface ColumnValue {
  text: string;
  bytes: Buffer;
  int: number;
  'text?': string | null;
  'bytes?': Buffer | null;
  'int?': number | null;
}

export type Columns = Readonly<Record<string, ColumnType>>;
/** The store a table lives in; a transaction of one store does not accept a table of the other. */
export type StoreName = 'records' | 'keys';

export interface Table<S extends StoreName = StoreName, C extends Columns = Columns> {
  readonly store: S;
  readonly name: string;
  readonly columns: C;
  readonly primaryKey: readonly string[];
}

export type Row<T extends Table> = { -readonly [K in keyof T['columns']]: ColumnValue[T['columns'][K]] };
export type Value = string | number | Buffer | null;

export function table<S extends StoreName, const C extends Columns>(
  store: S,
  name: string,
  columns: C,
  primaryKey: readonly (keyof C & string)[],
): Table<S, C> {
  return { store, name, columns, primaryKey };
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
