/**
 * The few words in which the two stores' SQL differs, so that each migration is written once and reads as SQL.
 * Ids, which lie as bytes, and texts (`COLLATE "C"`) sort by their bytes on both, whatever the database's collation.
 */
import type { Knex } from 'knex';

export interface Words {
  readonly text: string;
  readonly bytes: string;
  readonly int: string;
  /** A count below two thousand million, such as a version. */
  readonly small: string;
  /** An id, or a list of them, packed. */
  readonly id: string;
  /** A common word, packed. */
  readonly word: string;
  /** Ends a CREATE TABLE whose rows are small and found by primary key alone. */
  readonly clustered: string;
  /** Ends any other CREATE TABLE. */
  readonly strict: string;
}

export function words(knex: Knex): Words {
  return knex.client.config.client === 'pg'
    ? {
        text: 'text COLLATE "C"',
        bytes: 'bytea',
        int: 'bigint',
        small: 'integer',
        id: 'bytea',
        word: 'bytea',
        clustered: '',
        strict: '',
      }
    : {
        ...{ text: 'text', bytes: 'blob', int: 'integer', small: 'integer', id: 'blob', word: 'blob' },
        ...{ clustered: 'STRICT, WITHOUT ROWID', strict: 'STRICT' },
      };
}

export async function run(knex: Knex, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await knex.schema.raw(statement);
}

/** Columns with few values: by these alone, a lookup would read a whole tenant. */
const COARSE = new Set(['tenant', 'epoch', 'name', 'version', 'generation', 'action', 'state']);

/**
 * Tells SQLite's planner what every index of these tables is good for. Without statistics it takes a tenant to have
 * ten rows and reads all of them where an index would lead to one. PostgreSQL gathers its own.
 * Only estimates: `ANALYZE` may replace them at any time.
 */
export async function describeToPlanner(knex: Knex): Promise<void> {
  const { client, recording } = knex.client.config;
  if (client === 'pg' || recording) return;
  await knex.raw('ANALYZE sqlite_schema');
  // A migration describes all tables, so what an earlier one said of them goes.
  await knex('sqlite_stat1').delete();
  const tables: { name: string }[] = await knex('sqlite_master').select('name').where({ type: 'table' });
  for (const { name: tbl } of tables.filter(({ name }) => !/^sqlite_|^knex_|_migrations/.test(name))) {
    const indexes: { name: string; unique: number; origin: string; partial: number }[] = await knex.raw(
      `PRAGMA index_list("${tbl}")`,
    );
    for (const index of indexes) {
      const columns: { name: string }[] = await knex.raw(`PRAGMA index_info("${index.name}")`);
      const names = columns.map((column) => column.name);
      const fine = names.findIndex((column) => !COARSE.has(column));
      const rows = names.map((_, i) => (index.unique === 1 && i === names.length - 1 ? 1 : i < fine ? 1_000_000 : 10));
      const idx = index.origin === 'pk' && (await isClustered(knex, tbl)) ? tbl : index.name;
      // A partial index holds what waits for work: little, however large the table.
      const stat = index.partial === 1 ? [100, ...names.map(() => 10)] : [1_000_000, ...rows];
      await knex('sqlite_stat1').insert({ tbl, idx, stat: stat.join(' ') });
    }
  }
}

async function isClustered(knex: Knex, table: string): Promise<boolean> {
  const [row] = await knex('sqlite_master').select('sql').where({ type: 'table', name: table });
  return /WITHOUT ROWID\s*$/i.test((row as { sql: string } | undefined)?.sql ?? '');
}
