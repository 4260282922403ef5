/**
 * Puts the rows of a copy in the place of a store on PostgreSQL; `put-back.ts` says what it promises.
 *
 * The schema of the present store is renamed, and a new one is filled in one transaction.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type pg from 'pg';
import { StartError } from '../../errors.ts';
import { migratePostgres } from '../opening/migrate.ts';
import { BEGIN_DURABLE } from '../postgres/mark-statements.ts';
import { IN_USE } from '../sqlite/settle.ts';
import type { StoreName } from '../table.ts';
import type { CopyWatch } from '../tx.ts';
import { onClient, quote, ROWS_AT_ONCE } from './backup.ts';
import { type Instead, statementsOf } from './instead.ts';

const MAX_LOOKS = 10;
const LOOK_MS = 200;

export async function tablesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()`,
  );
  return rows.map(({ name }) => name);
}

/** @throws {StartError} while a vault has the store open, as far as this user may see the server's sessions */
async function assertAlone(client: pg.Client): Promise<void> {
  for (let looks = 1; ; looks += 1) {
    const { rows } = await client.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name IN ('lethe-records', 'lethe-keys')`,
    );
    if (rows.length === 0) return;
    if (looks === MAX_LOOKS) throw new StartError(IN_USE);
    // A closed session stays in the list for a moment.
    await new Promise((resume) => setTimeout(resume, LOOK_MS));
  }
}

/** Fills an empty schema with the copy. After a failure, what was there is back in its place. */
export async function putRowsBack(
  store: StoreName,
  copy: string,
  url: string,
  facts: Readonly<Record<string, string>>,
  aside: string | undefined,
  instead: Instead | undefined,
  watch: CopyWatch | undefined,
): Promise<string | undefined> {
  await onClient(url, assertAlone);
  const schema = await onClient(url, schemaOf);
  const moved = aside === undefined ? undefined : { schema, aside: quote(aside) };
  if (moved !== undefined) {
    await onClient(url, (client) =>
      client.query(
        `${BEGIN_DURABLE}; ALTER SCHEMA ${schema} RENAME TO ${moved.aside}; CREATE SCHEMA ${schema}; COMMIT`,
      ),
    );
  }
  try {
    const migrations = await firstLines(copy);
    await migratePostgres(store, url, migrations);
    await onClient(url, async (client) => {
      await client.query(BEGIN_DURABLE);
      await fill(client, copy, watch);
      for (const [name, value] of Object.entries(facts)) {
        await client.query(
          'INSERT INTO vault_facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
          [name, value],
        );
      }
      if (instead !== undefined && (await tablesOf(client)).includes(instead.table.name)) {
        for (const { sql, values } of statementsOf(instead)) {
          let place = 0;
          await client.query(
            sql.replaceAll('?', () => `$${++place}`),
            [...values],
          );
        }
      }
      await client.query('COMMIT');
    });
    return aside;
  } catch (error) {
    await onClient(url, (client) => undo(client, moved));
    throw error;
  }
}

/** The schema of the store's tables, quoted. */
async function schemaOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ schema: string }>('SELECT quote_ident(current_schema()) AS schema');
  return rows[0]?.schema as string;
}

/** No table was in the schema at the beginning, so every table that is there now is the copy's. */
export async function undo(client: pg.Client, moved: { schema: string; aside: string } | undefined): Promise<void> {
  await client.query(BEGIN_DURABLE);
  for (const table of await tablesOf(client)) await client.query(`DROP TABLE IF EXISTS ${quote(table)} CASCADE`);
  if (moved !== undefined) {
    await client.query(`DROP SCHEMA ${moved.schema}; ALTER SCHEMA ${moved.aside} RENAME TO ${moved.schema}`);
  }
  await client.query('COMMIT');
}

/** Reads the migrations of a copy, which are its first lines. */
async function firstLines(copy: string): Promise<string[]> {
  const names: string[] = [];
  for await (const line of linesOf(copy)) {
    if (!line.startsWith('M ')) break;
    names.push(line.slice(2));
  }
  return names;
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
}

async function fill(client: pg.Client, copy: string, watch: CopyWatch | undefined): Promise<void> {
  let table = '';
  let page: string[] = [];
  let written = 0;
  let expected: number | undefined;
  const flush = async () => {
    if (page.length === 0) return;
    const name = quote(table);
    await client.query(`INSERT INTO ${name} SELECT * FROM json_populate_recordset(NULL::${name}, $1::json)`, [
      `[${page.join(',')}]`,
    ]);
    written += page.length;
    watch?.(written, 0);
    page = [];
  };
  for await (const line of linesOf(copy)) {
    const rest = line.slice(2);
    if (line.startsWith('R ')) {
      page.push(rest);
      if (page.length === ROWS_AT_ONCE) await flush();
    } else if (line.startsWith('T ')) {
      await flush();
      table = rest;
    } else if (line.startsWith('E ')) {
      await flush();
      expected = Number(rest);
    }
  }
  if (written !== expected) throw new StartError('The copy is not whole: its last rows are missing.');
}
