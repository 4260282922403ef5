/** Connections to PostgreSQL, each made ready before anybody is given it. */
import type pg from 'pg';
import { newPool } from './connect.ts';
import type { StoreName } from './table.ts';

/** Longer than the server's own, so that its answer counts where there is one. */
const QUERY_TIMEOUT_MS = 35_000;
const SESSION = [
  'SET synchronous_commit = on',
  "SET default_transaction_isolation = 'read committed'",
  "SET statement_timeout = '30s'",
  // A work that waits for a row that somebody else changes steps back, so that its neighbours need not wait with it.
  "SET lock_timeout = '3s'",
  "SET idle_in_transaction_session_timeout = '60s'",
].join('; ');

/** @param recognise asked of each new connection before it is used; what it throws ends that */
export function openPool(
  name: StoreName,
  url: string,
  max: number,
  recognise: (client: pg.ClientBase) => Promise<void>,
): pg.Pool {
  const pool = newPool(url, `lethe-${name}`, {
    max,
    query_timeout: QUERY_TIMEOUT_MS,
    // Awaited by the pool before the connection is given to anybody; what the role or its database asks for does not weaken it.
    async onConnect(client) {
      await prepareSession(client);
      await recognise(client);
    },
  });
  // A connection that dies while idle is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}

async function prepareSession(client: pg.ClientBase): Promise<void> {
  // One that dies while a work holds it may not end the process: the work's next statement fails, and that is enough said.
  client.on('error', () => {});
  await client.query(SESSION);
}
