/**
 * Bytes on disk a value: 20,000 e-mail addresses of new persons, each of its own, stored in batches; what each table and
 * index of both stores has grown by since the vault was empty, divided by their number. Whole pages are counted, with
 * what is free in them. On SQLite its `dbstat` says it, and where that is not built in, the file as a whole; on
 * PostgreSQL the sum over a table and its indexes is `pg_total_relation_size`. Logs that are written ahead are not counted.
 */
import Database from 'better-sqlite3';
import pg from 'pg';
import { emailOfNewPerson, storeAll } from './client.ts';
import { openSide, type Run, withSides } from './run.ts';

export const VALUES = 20_000;

export interface Relation {
  readonly store: 'records' | 'keys';
  readonly table: string;
  /** The table itself, or one of its indexes. */
  readonly relation: string;
  readonly bytesAValue: number;
}

export interface Disk {
  readonly values: number;
  readonly bytesAValue: number;
  /** The largest first. */
  readonly relations: readonly Relation[];
}

export type Size = Omit<Relation, 'bytesAValue'> & { readonly bytes: number };

export async function measureDisk(run: Run): Promise<Disk[]> {
  return withSides(
    run,
    (checkout) => openSide(run, checkout),
    async (sides) => {
      const disks: Disk[] = [];
      for (const { client, checkout, stores } of sides) {
        const sizes = async () => [
          ...(await sizesOf('records', stores.recordStoreUrl)),
          ...(await sizesOf('keys', stores.keyStoreUrl)),
        ];
        const before = await sizes();
        await storeAll(client, VALUES, emailOfNewPerson);
        const disk = growth(before, await sizes(), VALUES);
        run.said(`${Math.round(disk.bytesAValue)} bytes a value (${checkout.name})`);
        disks.push(disk);
      }
      return disks;
    },
  );
}

export function growth(before: readonly Size[], after: readonly Size[], values: number): Disk {
  const relations = after
    .map(({ bytes, ...of }): Relation => {
      const was = before.find(({ store, relation }) => store === of.store && relation === of.relation)?.bytes ?? 0;
      return { ...of, bytesAValue: (bytes - was) / values };
    })
    .filter(({ bytesAValue }) => bytesAValue > 0)
    .sort((a, b) => b.bytesAValue - a.bytesAValue);
  return { values, bytesAValue: relations.reduce((sum, { bytesAValue }) => sum + bytesAValue, 0), relations };
}

async function sizesOf(store: Relation['store'], url: string): Promise<Size[]> {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  const sizes = path === undefined ? await sizesOfDatabase(url) : sizesOfFile(path);
  return sizes.map((size) => ({ store, ...size }));
}

const BY_TREE = `
  SELECT s.name AS relation, coalesce(m.tbl_name, s.name) AS "table", s.pgsize AS bytes
  FROM dbstat s LEFT JOIN sqlite_schema m ON m.name = s.name WHERE s.aggregate = TRUE`;

function sizesOfFile(path: string): Omit<Size, 'store'>[] {
  const db = new Database(path, { readonly: true });
  try {
    const options = db.pragma('compile_options') as { compile_options: string }[];
    if (options.some(({ compile_options: option }) => option === 'ENABLE_DBSTAT_VTAB')) {
      return db.prepare(BY_TREE).all() as Omit<Size, 'store'>[];
    }
    const of = (pragma: string) => Number(db.pragma(pragma, { simple: true }));
    return [{ table: 'the file', relation: 'the file', bytes: of('page_count') * of('page_size') }];
  } finally {
    db.close();
  }
}

const BY_RELATION = `
  SELECT c.relname AS relation, coalesce(t.relname, c.relname) AS "table",
         (CASE c.relkind WHEN 'i' THEN pg_relation_size(c.oid) ELSE pg_table_size(c.oid) END)::float8 AS bytes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid
  WHERE c.relkind IN ('r', 'i') AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')`;

async function sizesOfDatabase(url: string): Promise<Omit<Size, 'store'>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(BY_RELATION)).rows;
  } finally {
    await client.end();
  }
}
