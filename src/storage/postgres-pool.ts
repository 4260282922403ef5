/** Connections to PostgreSQL, each made ready before anybody is given it. */
import pg from 'pg';
import type { StoreName } from './table.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than the server's own, so that its answer counts where there is one. */
const QUERY_TIMEOUT_MS = 35_000;
const SESSION = [
  'SET synchronous_commit = on',
  "SET default_transaction_isolation = 'read committed'",
  "SET statement_timeout = '30s'",
  // Below this, nobody is told that a commit was not replicated.
  'SET client_min_messages = notice',
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
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: `lethe-${name}`,
    keepAlive: true,
    // A server that vanished, and owes an answer, is noticed within half a minute.
    keepAliveInitialDelayMillis: 10_000,
    query_timeout: QUERY_TIMEOUT_MS,
    // Awaited by the pool before the connection is given to anybody; what the URL asks for does not weaken it.
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
