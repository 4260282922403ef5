/**
 * By what a store on PostgreSQL is known from another one in its place: the number of a table, which no other table in this
 * database or its server has, and what each restore writes (`incarnation`).
 *
 * Guarantees: a store that was put back while this process had no connection to it is told by its first new connection,
 * before that serves anything; one that was put back beside an open connection, at the next `look`.
 * Does not: tell a whole server that was put back to an earlier time of its own: its numbers are the same.
 */
import type pg from 'pg';
import { UnavailableError } from '../errors.ts';
import { storeError, storeReplaced } from './errors.ts';

const TABLE = `SELECT to_regclass('vault_facts')::oid::text AS found`;
const MARK = `SELECT to_regclass('vault_facts')::oid::text AS found,
  (SELECT value FROM vault_facts WHERE name = 'incarnation') AS incarnation`;

interface Found {
  readonly found: string | null;
  readonly incarnation?: string | null;
}

export class StoreMark {
  /** Undefined before the first look. */
  #table: string | undefined;
  #incarnation: string | undefined;
  #replaced = false;

  /** For good. */
  get replaced(): boolean {
    return this.#replaced;
  }

  /** Asked of each new connection. @throws {UnavailableError} where it leads to another store than the first one did */
  async recognise(client: pg.ClientBase): Promise<void> {
    this.#compare((await client.query<Found>(TABLE)).rows[0]);
  }

  /** @throws {UnavailableError} */
  async look(pool: pg.Pool): Promise<void> {
    if (this.#replaced) throw storeReplaced();
    // Not prepared: the name is to be looked up anew each time.
    const { rows } = await pool.query<Found>(MARK).catch((error: unknown) => {
      throw storeError(error);
    });
    const [row] = rows;
    this.#compare(row);
    const incarnation = row?.incarnation ?? '';
    this.#incarnation ??= incarnation;
    if (incarnation !== this.#incarnation) this.#lost();
  }

  #compare(row: Found | undefined): void {
    const table = row?.found ?? undefined;
    this.#table ??= table;
    if (this.#replaced) this.#lost();
    if (table === this.#table) return;
    if (table === undefined) throw new UnavailableError('store_unavailable', 'The tables of a store are not there.');
    this.#lost();
  }

  #lost(): never {
    this.#replaced = true;
    throw storeReplaced();
  }
}
