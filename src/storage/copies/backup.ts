/**
 * Copies of a store while it works; `put-back.ts` is the way back.
 *
 * SQLite      the backup API, inside one read transaction: the copy is the store as it was at one moment, whoever
 *             writes meanwhile, and needs no second start. One file, without a log beside it.
 * PostgreSQL  one REPEATABLE READ transaction reads every table and writes its rows as lines of text:
 *
 *               M 0001-tables             each migration that made the tables, in order
 *               T record_keys             a table; what it refers to comes before it
 *               R {"tenant":"\\x3f…",…}    a row, as PostgreSQL itself writes it (`row_to_json`): no number is rounded
 *               E 1234                    the end, and how many rows there were: a file without it is half a file
 *
 *             No program of the server's version is needed, and no password leaves this process.
 *
 * Guarantees: a copy is checked before it counts (`integrity_check`; on PostgreSQL, the rows that were counted), synced
 * to the disk, and has mode 0600.
 * Does not: let a transaction that empties SQLite's log run meanwhile: `scrub` has to try again until the copy is made.
 */
import { chmod, open } from 'node:fs/promises';
import Database from 'better-sqlite3';
import type pg from 'pg';
import { StartError, VaultError } from '../../errors.ts';
import { storeError } from '../errors.ts';
import { newClient } from '../postgres/connect.ts';
import { Connection } from '../sqlite/sqlite-tx.ts';
import type { StoreName } from '../table.ts';
import type { CopyWatch, RowCounts } from '../tx.ts';

/** Pages between two turns of the event loop: some 4 MB. */
const PAGES_AT_ONCE = 1_000;
export const ROWS_AT_ONCE = 1_000;
const BOOKKEEPING = /_migrations(_lock)?$/;
export const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** @param to a path that does not exist. @throws {UnavailableError} where the copy cannot be written or is not whole */
export async function copySqlite(path: string, to: string, watch?: CopyWatch): Promise<RowCounts> {
  await (await open(to, 'wx', 0o600)).close();
  try {
    const from = new Connection(path, { readonly: true });
    try {
      // The backup runs in this transaction, too. Without it, each commit of another process would make it start again.
      from.db.exec('BEGIN');
      from.db.prepare('SELECT count(*) FROM sqlite_schema').get();
      await from.db.backup(to, {
        progress({ totalPages, remainingPages }) {
          watch?.(totalPages - remainingPages, totalPages);
          return PAGES_AT_ONCE;
        },
      });
    } finally {
      from.db.close();
    }
    watch?.(1, 1);
    const rows = checkSqlite(to);
    await sync(to);
    return rows;
  } catch (error) {
    throw storeError(error);
  }
}

/** Leaves one file without a log, and counts what is in it. */
function checkSqlite(path: string): RowCounts {
  const copy = new Database(path);
  try {
    copy.pragma('journal_mode = DELETE');
    const verdict = copy.pragma('integrity_check', { simple: true });
    if (verdict !== 'ok') throw new StartError('The copy of the store is not whole: the store itself may be damaged.');
    const tables = copy
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
      .pluck()
      .all() as string[];
    return Object.fromEntries(
      tables
        .filter((name) => !BOOKKEEPING.test(name))
        .map((name) => [
          name,
          copy
            .prepare(`SELECT count(*) FROM ${quote(name)}`)
            .pluck()
            .get() as number,
        ]),
    );
  } finally {
    copy.close();
  }
}

/** @param to a path that does not exist */
export async function copyPostgres(store: StoreName, url: string, to: string, watch?: CopyWatch): Promise<RowCounts> {
  const file = await open(to, 'wx', 0o600);
  try {
    const rows = await onClient(url, async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const counts: Record<string, number> = {};
      for (const name of await migrationsOf(client, store)) await file.write(`M ${name}\n`);
      for (const table of await tablesInOrder(client)) {
        await file.write(`T ${table}\n`);
        counts[table] = 0;
        await client.query(
          `DECLARE copying NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS row FROM ${quote(table)} t`,
        );
        for (;;) {
          const page = await client.query<{ row: string }>(`FETCH ${ROWS_AT_ONCE} FROM copying`);
          if (page.rows.length === 0) break;
          counts[table] += page.rows.length;
          watch?.(total(counts), 0);
          await file.write(page.rows.map(({ row }) => `R ${row}\n`).join(''));
        }
        await client.query('CLOSE copying');
      }
      await file.write(`E ${total(counts)}\n`);
      await client.query('COMMIT');
      return counts;
    });
    await file.sync();
    return rows;
  } catch (error) {
    throw storeError(error);
  } finally {
    await file.close();
  }
}

function total(counts: RowCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function migrationsOf(client: pg.Client, store: StoreName): Promise<string[]> {
  const table = store === 'records' ? 'lethe_record_migrations' : 'lethe_key_migrations';
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${table} ORDER BY id`);
  return rows.map(({ name }) => name);
}

/** Every table of the vault, each after those it refers to. */
async function tablesInOrder(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1`,
  );
  const references = await client.query<{ from: string; to: string }>(
    `SELECT f.relname AS from, t.relname AS to FROM pg_constraint c
       JOIN pg_class f ON f.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid WHERE c.contype = 'f'`,
  );
  const ordered: string[] = [];
  const visit = (name: string) => {
    if (ordered.includes(name)) return;
    for (const { from, to } of references.rows) if (from === name && to !== name) visit(to);
    ordered.push(name);
  };
  for (const { name } of rows) if (!BOOKKEEPING.test(name)) visit(name);
  return ordered;
}

export async function onClient<R>(url: string, work: (client: pg.Client) => Promise<R>): Promise<R> {
  const client = newClient(url, 'lethe-backup');
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw error instanceof VaultError ? error : storeError(error);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Sets mode 0600, and syncs the file to the disk. */
export async function sync(path: string): Promise<void> {
  await chmod(path, 0o600);
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
