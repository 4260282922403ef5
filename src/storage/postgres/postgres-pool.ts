/**
 * Connections to PostgreSQL, each made ready before anybody is given it.
 *
 * Guarantees: where something stands between that may give each transaction another session, such as PgBouncer in
 * transaction mode, nothing is left to a session: no setting and no prepared statement (`isAnother`). If it first gives
 * the right session and moves sessions later, the first missing statement reveals it.
 */
import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { isPreparedElsewhere } from '../errors.ts';
import type { StoreName } from '../table.ts';
import { ANSWERING, BareClient, isAnother, newPool } from './connect.ts';
import { SESSION } from './mark-statements.ts';

/** Longer than the server's own limit, so that the server's answer counts where there is one. */
const QUERY_TIMEOUT_MS = 35_000;
/** For a connection that was just made. */
const LOOK_TIMEOUT_MS = 5_000;

/** What stands between, as far as is known; shared by the connections of a pool. */
interface Way {
  /** Whether a statement may find another session than the one before it. */
  movesSessions: boolean;
}

class Connection extends BareClient {
  /** Nothing is prepared until the way has been looked at. */
  way: Way = { movesSessions: true };
  #isGathering = false;

  override query(...given: unknown[]): never {
    const { way } = this;
    this.#sendTogether();
    const notice = (error: unknown) => {
      if (isPreparedElsewhere(error)) way.movesSessions = true;
    };
    const [first, ...rest] = given.map((one) => {
      if (typeof one !== 'function') return one;
      return (error: unknown, ...more: unknown[]) => {
        notice(error);
        one(error, ...more);
      };
    });
    const statement = way.movesSessions && hasName(first) ? { ...first, name: undefined } : first;
    const result = super.query(...([statement, ...rest] as [string])) as Promise<unknown> | undefined;
    result?.catch?.(notice);
    return result as never;
  }

  /** Statements that are given in this tick, or by those whom it wakes, leave in one packet, with one system call. */
  #sendTogether(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    const { stream } = (this as unknown as { readonly connection: { readonly stream: Duplex } }).connection;
    stream.cork();
    process.nextTick(() =>
      process.nextTick(() => {
        this.#isGathering = false;
        stream.uncork();
      }),
    );
  }
}

function hasName(statement: unknown): statement is { readonly name: string } {
  return (statement as { name?: unknown } | null)?.name !== undefined;
}

/** @param recognise is asked of each new connection before its use; what it throws ends the connection */
export function openPool(
  name: StoreName,
  url: string,
  max: number,
  recognise: (client: pg.ClientBase) => Promise<void>,
): pg.Pool {
  return poolOf(url, `lethe-${name}`, { max, query_timeout: QUERY_TIMEOUT_MS }, async (client, way) => {
    if (!way.movesSessions) await client.query(SESSION);
    await recognise(client);
  });
}

/** For a mere look: it changes no setting of a session, which a pooler could hand on to others. */
export function openLookingPool(url: string, queryTimeoutMs: number): pg.Pool {
  return poolOf(url, 'lethe-doctor', { max: 2, query_timeout: queryTimeoutMs }, async () => {});
}

function poolOf(
  url: string,
  applicationName: string,
  more: pg.PoolConfig,
  prepare: (client: pg.ClientBase, way: Way) => Promise<void>,
): pg.Pool {
  const way: Way = { movesSessions: false };
  const pool = newPool(url, applicationName, {
    ...more,
    // The driver's types do not allow a client class whose options are always given.
    Client: Connection as unknown as NonNullable<pg.PoolConfig['Client']>,
    pipeline: true,
    // A server that vanished and owes an answer is noticed within half a minute.
    keepAliveInitialDelayMillis: 10_000,
    // The pool awaits this before it lends the connection, so a setting of the role or database cannot weaken it.
    async onConnect(client) {
      // A connection that dies while a work holds it must not end the process: its next statement fails.
      client.on('error', () => {});
      if (await isMoved(client)) way.movesSessions = true;
      (client as Connection).way = way;
      await prepare(client, way);
    },
  });
  // A connection that dies while idle is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}

async function isMoved(client: pg.ClientBase): Promise<boolean> {
  // This is part of connecting, and has the same limit.
  const statement = { text: ANSWERING, query_timeout: LOOK_TIMEOUT_MS };
  const { rows } = await client.query<{ it: number }>(statement);
  return isAnother(client, rows[0]?.it);
}
