/**
 * A primary with a standby, for tests of what a fail-over does. Both are real servers of the test's own; they end with it.
 *
 * `address` is what the vault is given: a proxy that leads to the primary until `failOver` has it lead to the standby.
 * Asynchronous as it comes; `setSynchronous` has each commit wait for the standby.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { onTestFinished, vi } from 'vitest';
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';

type Member = 'primary' | 'standby';

export interface Pair {
  /** Superusers' URLs of the database `postgres` of each. */
  readonly primary: string;
  readonly standby: string;
  /** @returns a URL by way of the proxy, of a database that is made if it is not there */
  address(database: string): Promise<string>;
  readonly proxy: TcpProxy;
  ask<R = Record<string, unknown>>(member: Member, statement: string, database?: string): Promise<R[]>;
  /** Each commit waits for the standby from now on, or no longer does. */
  setSynchronous(on: boolean): Promise<void>;
  /** Waits until the standby has all that the primary has now. */
  caughtUp(): Promise<void>;
  /** The standby receives nothing any more: what the primary commits from now on is lost by a fail-over. */
  cutOff(): Promise<void>;
  reconnect(): Promise<void>;
  kill(member: Member): Promise<void>;
  stop(member: Member): Promise<void>;
  start(member: Member): Promise<void>;
  /** The primary is killed, the standby promoted, and the address leads to it. */
  failOver(): Promise<void>;
}

export async function primaryWithStandby(): Promise<Pair> {
  const program = fileURLToPath(new URL('postgres-pair.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The pair of servers has ended. ${complaint}`);
    return value;
  };
  onTestFinished(async () => {
    child.stdin.end();
    await ended;
  });
  const urls = JSON.parse(await answer()) as Record<Member, string>;
  const tell = async (command: string) => {
    child.stdin.write(`${command}\n`);
    await answer();
  };
  const ask = <R>(member: Member, statement: string, database = 'postgres') =>
    query<R>(at(urls[member], database), statement);
  const proxy = await tcpProxy(urls.primary);
  const receivers = "SELECT count(*)::int AS n FROM pg_stat_replication WHERE state = 'streaming'";
  const streams = (n: number) =>
    until(async () => (await ask<{ n: number }>('primary', receivers))[0]?.n === n, 'the standby to come or go');
  await streams(1);
  const set = async (member: Member, setting: string) => {
    await ask(member, `ALTER SYSTEM ${setting}`);
    await ask(member, 'SELECT pg_reload_conf()');
  };
  return {
    ...urls,
    proxy,
    ask,
    async address(database) {
      const there = await ask('primary', `SELECT 1 FROM pg_database WHERE datname = '${database}'`);
      if (there.length === 0) await ask('primary', `CREATE DATABASE ${database}`);
      return at(proxy.url, database);
    },
    async setSynchronous(on) {
      await set('primary', `SET synchronous_standby_names = '${on ? 'standby' : ''}'`);
      const state = on ? 'sync' : 'async';
      const counted = "SELECT string_agg(sync_state, ' ') AS state FROM pg_stat_replication";
      await until(
        async () => (await ask<{ state: string | null }>('primary', counted))[0]?.state === state,
        `the standby to be ${state}`,
      );
    },
    async caughtUp() {
      const [now] = await ask<{ lsn: string }>('primary', 'SELECT pg_current_wal_lsn()::text AS lsn');
      const replayed = `SELECT pg_last_wal_replay_lsn() >= '${now?.lsn}'::pg_lsn AS done`;
      await until(async () => (await ask<{ done: boolean }>('standby', replayed))[0]?.done === true, 'the standby');
    },
    async cutOff() {
      await set('standby', "SET primary_conninfo = ''");
      await streams(0);
    },
    async reconnect() {
      await set('standby', 'RESET primary_conninfo');
      await streams(1);
    },
    kill: (member) => tell(`kill ${member}`),
    stop: (member) => tell(`stop ${member}`),
    start: (member) => tell(`start ${member}`),
    async failOver() {
      await tell('kill primary');
      await ask('standby', 'SELECT pg_promote(true, 15)');
      proxy.moveTo(urls.standby);
    },
  };
}

function at(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

async function query<R>(url: string, statement: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows as R[];
  } finally {
    await client.end();
  }
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const look = async () => {
    if (!(await holds())) throw new Error(`Waited in vain for ${what}.`);
  };
  await vi.waitFor(look, { timeout: 15_000, interval: 50 });
}
