/**
 * Reads a table of a store as it stands, without opening the store: for a look before the store is replaced.
 *
 * Guarantees: a store that exists and does not answer is not taken for an absent one.
 */
import Database from 'better-sqlite3';
import type pg from 'pg';
import { StartError } from '../../errors.ts';
import { driverCode, StoreCorruptError, storeError } from '../errors.ts';
import { isNoTable, sizeOf } from '../opening/look-at.ts';
import { sqlitePath } from '../opening/url.ts';
import { type Row, type Table, unpackRows } from '../table.ts';
import { onClient, quote } from './backup.ts';

/** PostgreSQL's `invalid_catalog_name`. */
const NO_DATABASE = '3D000';

/**
 * Reads the rows of a table of a store that is not opened.
 * @returns undefined where there is no such store or table, or where its bytes are damaged; a restore is made for these
 * @throws {StartError} where they cannot be read for another reason, which says nothing about what is in them
 */
export async function rowsAt<T extends Table>(url: string, of: T): Promise<Row<T>[] | undefined> {
  const select = `SELECT * FROM ${quote(of.name)}`;
  const path = sqlitePath(url);
  try {
    if (path === undefined) {
      const rows = await onClient(url, (client) => rowsOrNone(client, select));
      return rows && unpackRows(of, rows);
    }
    if ((await sizeOf(path)) === 0) return undefined;
    const db = new Database(path, { readonly: true, fileMustExist: true });
    try {
      return unpackRows(of, db.prepare(select).all() as Row<T>[]);
    } finally {
      db.close();
    }
  } catch (error) {
    if (isNoTable(error as Error)) return undefined;
    const known = storeError(error);
    if (known instanceof StoreCorruptError || driverCode(known) === NO_DATABASE) return undefined;
    throw new StartError(
      'Who runs on this vault cannot be told: its store is there, and cannot be read. Nothing has been changed.',
      { cause: known },
    );
  }
}

async function rowsOrNone(client: pg.Client, select: string) {
  const found = await client.query(select).catch((error: { code?: string }) => {
    if (isNoTable(error)) return undefined;
    throw error;
  });
  return found?.rows;
}
