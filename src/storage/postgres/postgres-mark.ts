/**
 * Whether a store on PostgreSQL is still the one that was opened, with everything that it had acknowledged.
 *
 * Another store in its place is recognised by the number of a table, which no other table in this database or on its
 * server has, and by what each restore, and each `recover` of a store that went back, writes (`incarnation`). An
 * earlier state of the same store is recognised by the marks of this process's transactions (`marks.ts`), or by the
 * word that another process leaves when it misses its own marks (`went_back`).
 *
 * Guarantees: once either was seen, it holds for good. If a store was put back while this process had no connection to
 * it, the first new connection detects it before it serves anything. If it was put back beside an open connection, or a
 * mark was lost, the next `look` detects it. A process stops alone, and leaves no word, if others may have removed the
 * mark that it misses.
 * Does not: take a server that took over without losing anything for another store; it only says so (`server`).
 */
import type pg from 'pg';
import { UnavailableError } from '../../errors.ts';
import { driverCode, storeError, storeOutOfSight, storeReplaced, storeWentBack } from '../errors.ts';
import type { StoreName } from '../table.ts';
import { COUNT } from './mark-statements.ts';
import type { Marks } from './marks.ts';
import { run } from './postgres-calls.ts';

const TABLE = `SELECT to_regclass('vault_facts')::oid::text AS found`;
/** Written into a store that has lost what it had acknowledged, by the process that missed it; `recover` removes it. */
export const WENT_BACK = 'went_back';
const FACTS = `SELECT to_regclass('vault_facts')::oid::text AS found,
  (SELECT value FROM vault_facts WHERE name = 'incarnation') AS incarnation,
  (SELECT value FROM vault_facts WHERE name = '${WENT_BACK}') AS went_back`;
/** Waits for no standby, which may be what is lost. Not written into a store that was recovered or restored. */
const LEAVE_WORD = `INSERT INTO vault_facts (name, value) SELECT '${WENT_BACK}', $1
  WHERE set_config('synchronous_commit', 'local', true) = 'local'
    AND coalesce((SELECT value FROM vault_facts WHERE name = 'incarnation'), '') = $2 ON CONFLICT (name) DO NOTHING`;
/** Any account may ask this. The timeline grows with each server that takes over. */
const SERVER = `SELECT (SELECT system_identifier FROM pg_control_system()) || '/' ||
  substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS server`;
/** The statement is refused or unknown: an engine that only speaks the protocol, or a standby. */
const NOT_SAID = /^(0A|42|55)/;

interface Found {
  readonly found: string | null;
  readonly incarnation?: string | null;
  readonly went_back?: string | null;
}

export class StoreMark {
  readonly #name: StoreName;
  readonly #marks: Marks;
  /** Undefined before the first look. */
  #table: string | undefined;
  #incarnation: string | undefined;
  #displaced: UnavailableError | undefined;
  #server: string | undefined;

  constructor(name: StoreName, marks: Marks) {
    this.#name = name;
    this.#marks = marks;
  }

  /** Once set, it stays. */
  get displaced(): UnavailableError | undefined {
    return this.#displaced;
  }

  /** The server and its timeline, as of the last look and as far as they are said. */
  get server(): string | undefined {
    return this.#server || undefined;
  }

  /** Asked of each new connection. @throws {UnavailableError} where it leads to another store than the first one did */
  async recognise(client: pg.ClientBase): Promise<void> {
    this.#compare((await client.query<Found>(TABLE)).rows[0]);
  }

  /**
   * @param recovering whether to use a store nevertheless that is known to have gone back
   * @returns whether all marks were seen; a lagging reader does not see them either, so only a transaction is sure
   * @throws {UnavailableError}
   */
  async look(pool: pg.Pool, { recovering }: { readonly recovering: boolean }): Promise<boolean> {
    if (this.#displaced !== undefined) throw this.#displaced;
    // Not prepared, so that the name is looked up anew each time.
    const { rows } = await pool.query<Found>(FACTS).catch((error: unknown) => {
      throw storeError(error, this.#name);
    });
    const [row] = rows;
    this.#compare(row);
    const incarnation = row?.incarnation ?? '';
    // `recover` itself writes another incarnation. It recognises another store by the table's number.
    if (recovering) this.#incarnation = incarnation;
    this.#incarnation ??= incarnation;
    if (incarnation !== this.#incarnation) throw this.#displace(storeReplaced());
    if (row?.went_back != null && !recovering) throw this.#displace(storeWentBack());
    this.#server = (await this.#ask(pool)) ?? this.#server;
    const mark = this.#marks.take();
    try {
      const counted = await run(pool, COUNT, [this.#marks.writer, mark.after], this.#name);
      return counted.rows[0]?.n === mark.after.length;
    } finally {
      this.#marks.end(mark);
    }
  }

  /** A transaction missed a mark. @param at the time, for the word to the others @returns the error to report */
  async missed(pool: pg.Pool, at: Date): Promise<UnavailableError> {
    // A restored store misses them, too, and is the simpler case.
    await this.look(pool, { recovering: false }).catch(() => {});
    if (this.#displaced === undefined) {
      // This process may itself have been away too long; that must not stop another.
      if (this.#marks.mayBeRemoved) return this.#displace(storeOutOfSight());
      this.#displace(storeWentBack());
      await run(pool, LEAVE_WORD, [at.toISOString(), this.#incarnation ?? '']).catch(() => {});
    }
    return this.#displaced ?? storeWentBack();
  }

  async #ask(pool: pg.Pool): Promise<string | undefined> {
    if (this.#server === '') return undefined;
    const { rows } = await run(pool, SERVER).catch((error: unknown) => {
      if (NOT_SAID.test(driverCode(error) ?? '')) return { rows: [{ server: this.#server ?? '' }] };
      throw storeError(error, this.#name);
    });
    return rows[0]?.server;
  }

  #compare(row: Found | undefined): void {
    const table = row?.found ?? undefined;
    this.#table ??= table;
    if (this.#displaced !== undefined) throw this.#displaced;
    if (table === this.#table) return;
    if (table === undefined) throw new UnavailableError('store_unavailable', 'The tables of a store are not there.');
    throw this.#displace(storeReplaced());
  }

  #displace(why: UnavailableError): UnavailableError {
    this.#displaced ??= why;
    return this.#displaced;
  }
}
