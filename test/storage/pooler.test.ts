/**
 * A vault behind the real PgBouncer, which in transaction mode gives each transaction whichever connection to the server is
 * free: nothing may be left to a session, neither a lock nor a setting nor a prepared statement.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { pino } from 'pino';
import request from 'supertest';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { newApp } from '../../src/http/app.ts';
import type { Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { copyPostgres } from '../../src/storage/copies/backup.ts';
import { migratePostgres } from '../../src/storage/opening/migrate.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { subjects } from '../../src/subjects/subjects.ts';
import { noteCommits } from '../support/commits.ts';
import { close as closeEpoch } from '../support/epochs.ts';
import { appOf, freshHomeAt, tell } from '../support/home.ts';
import { type PgBouncerOptions, pgbouncer, pgbouncerProgram } from '../support/pgbouncer.ts';
import { freshDatabase } from '../support/postgres.ts';
import { askRows } from '../support/spelled.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { tokenize } from '../support/tokenize.ts';

const installed = pgbouncerProgram() !== undefined;
/** What whoever migrates waits for, when it has the lock. */
const TABLE_IN_THE_WAY = 'BEGIN; CREATE TABLE lethe_record_migrations (n int)';
const ADVISORY = `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
  WHERE l.locktype = 'advisory' AND d.datname = current_database()`;
const nameOf = (url: string) => new URL(url).pathname.slice(1);

async function database() {
  const { url, drop } = await freshDatabase();
  onTestFinished(drop);
  return url;
}

/** Two empty databases, whose commits are asynchronous if nobody says otherwise, and a vault on them by way of a pooler. */
async function vaultBehind(options: PgBouncerOptions | string) {
  const [records, keys] = [await database(), await database()];
  const settings =
    typeof options !== 'string'
      ? options
      : options.replace('lethe_records =', `${nameOf(records)} =`).replace('lethe_keys =', `${nameOf(keys)} =`);
  const by = await pgbouncer(inject('postgresUrl'), settings);
  const home = await freshHomeAt({ recordStoreUrl: by(nameOf(records)), keyStoreUrl: by(nameOf(keys)) });
  return { home, records, keys };
}

describe.skipIf(!installed).each([
  { mode: 'transaction', poolSize: 20 },
  { mode: 'transaction', poolSize: 3 },
  { mode: 'session', poolSize: 100 },
] as const)('behind PgBouncer in $mode mode with $poolSize connections', (options) => {
  test('a vault is made, opened again beside itself, and serves many calls at once', async () => {
    const { home, records, keys } = await vaultBehind(options);
    const sent = vi.spyOn(pg.Client.prototype, 'query');
    const [one, two] = [await home.open(), await home.open()];
    const app = await appOf(one, home);
    const other = await appOf(two, home);
    await Promise.all(
      [records, keys].map((url) => tell(url, `ALTER DATABASE ${nameOf(url)} SET statement_timeout = 0`)),
    );
    const call = async (i: number) => {
      const [vault, caller] = i % 2 === 0 ? [one, app] : [two, other];
      const items = [{ type: 'email', value: `v${i}@example.com`, subject: `s${i}` }];
      const { results } = await tokenize(vault, caller, { items });
      const token = results[0]?.token as Token;
      const { results: shown } = await detokenize(vault, caller, { tokens: [token], purpose: 'billing' });
      expect(shown).toEqual([expect.objectContaining({ value: `v${i}@example.com` })]);
      if (i % 5 === 0) await erase(vault, caller, { tokens: [token] });
    };
    await Promise.all(Array.from({ length: 60 }, (_, i) => call(i)));
    await Promise.all([one.beat(), two.beat()]);
    await closeEpoch(one);

    const reply = await request(newApp({ vault: one, log: pino({ level: 'silent' }), closing: () => false })).get(
      '/readyz',
    );
    expect(reply.status).toBe(200);
    one.assertInPlace();
    // Nothing was prepared, not even to find out that it is missed.
    expect(sent.mock.calls.filter(([statement]) => (statement as { name?: string }).name !== undefined)).toEqual([]);
    await Promise.all([one.close(), two.close()]);
    await (await home.open()).close();
  });

  test('each commit is durable, though the database prefers otherwise and another client left it off on every connection', async () => {
    const { home, records, keys } = await vaultBehind(options);
    await (await home.open()).close();
    for (const url of [records, keys]) {
      await noteCommits(url);
      await tell(url, `ALTER DATABASE ${nameOf(url)} SET synchronous_commit = off`);
    }
    const vault = await home.open();
    const app = await appOf(vault, home);
    // As a pooled connection stays that somebody has set something on.
    const leave = (url: string) => tell(url, 'SET synchronous_commit = off');
    await Promise.all(Array.from({ length: 6 }, () => leave(home.recordStoreUrl)));
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        tokenize(vault, app, { items: [{ type: 'email', value: `v${i}@example.com` }] }),
      ),
    );
    await vault.close();

    for (const url of [records, keys]) {
      expect(await tell(url, 'SELECT DISTINCT setting FROM commits')).toEqual([{ setting: 'on' }]);
    }
  });
});

test.skipIf(!installed)('the settings that the handbook shows are enough', async () => {
  const handbook = await readFile(new URL('../../src/deploy/README.md', import.meta.url), 'utf8');
  const [, settings = ''] = /^## A pooler\n[^#]*?```ini\n(.*?)```/ms.exec(handbook) ?? [];
  expect(settings).toContain('pool_mode = transaction');
  const { home } = await vaultBehind(settings);
  const vault = await home.open();
  const app = await appOf(vault, home);
  await tokenize(vault, app, { items: [{ type: 'email', value: 'ada@example.com' }] });
  await vault.close();
});

describe.skipIf(!installed)('the lock under which a store is migrated, behind PgBouncer in transaction mode', () => {
  test('goes with a process that is killed while it holds it: the next start waits for nothing', async () => {
    const url = await database();
    const by = await pgbouncer(inject('postgresUrl'), { mode: 'transaction', poolSize: 2 });
    const { holder, release } = await holding(url, TABLE_IN_THE_WAY);
    const program = fileURLToPath(new URL('migrate-once.ts', import.meta.url));
    const child = spawn(process.execPath, [program, 'records', by(nameOf(url))], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stdin.end('go\n');
    await waits(url, holder);
    expect(await tell(url, ADVISORY)).toHaveLength(1);
    child.kill('SIGKILL');
    await release();

    const started = performance.now();
    await (await openStore('records', by(nameOf(url)))).close();
    await (await openStore('records', by(nameOf(url)))).close();
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await tell(url, ADVISORY)).toEqual([]);
  });

  test('with one connection to the server, a store is migrated, copied, and read', async () => {
    const url = await database();
    const by = await pgbouncer(inject('postgresUrl'), { mode: 'transaction', poolSize: 1 });
    const store = await openStore('records', by(nameOf(url)));
    await store.exclusive((tx) =>
      tx.insert(subjects, [
        { tenant: 't', subject: 's', created_at: 0, erased_at: null, choices: null, choices_tag: null },
      ]),
    );
    const { path, remove } = await temporaryFolder();
    onTestFinished(remove);
    expect(await copyPostgres('records', by(nameOf(url)), `${path}/copy`)).toMatchObject({ subjects: 1 });
    await store.close();
  });
});

test('whoever waits for another process’s migration gives up in time, and says for what it waited', async () => {
  const url = await database();
  const { release } = await holding(url, 'SELECT pg_advisory_lock(7300001)');
  await expect(migratePostgres('records', url, undefined, 200)).rejects.toThrow(
    /record store cannot be opened: another process has been migrating it for 1 s/,
  );
  await release();
  const other = await holding(url, TABLE_IN_THE_WAY);
  await expect(migratePostgres('records', url, undefined, 200)).rejects.toThrow(/has held a table of it for 1 s/);
  await other.release();
  await migratePostgres('records', url);
  expect(await tell(url, ADVISORY)).toEqual([]);
});

test('a start that has nothing to write waits for no lock of migrations, and opens one connection', async () => {
  const url = await database();
  await migratePostgres('records', url);
  const { release } = await holding(url, 'SELECT pg_advisory_lock(7300001)');
  const connect = vi.spyOn(pg.Client.prototype, 'connect');
  const store = await openStore('records', url);
  expect(connect).toHaveBeenCalledTimes(1);
  await store.close();
  await release();
});

test('a migration that fails leaves nothing of it: no table, and no lock', async () => {
  const url = await database();
  await tell(url, 'CREATE TABLE tokens (n int)');
  await expect(migratePostgres('records', url)).rejects.toThrow();
  expect(await tell(url, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).toEqual([
    { tablename: 'tokens' },
  ]);
});

test('where prepared statements go although the connection stays, they are prepared no more, and nothing fails', async () => {
  const url = await database();
  const store = await openStore('records', url);
  const put = (subject: string) => ({
    tenant: 't',
    subject,
    created_at: 0,
    erased_at: null,
    choices: null,
    choices_tag: null,
  });
  await store.shared((tx) => tx.insert(subjects, [put('a')]));
  await store.exclusive((tx) => tx.insert(subjects, [put('b')]));
  const drop = (sql: { raw(text: string): unknown }) => sql.raw('DEALLOCATE ALL') as never;
  await store.exclusive((tx) => tx.query(drop));

  await store.shared((tx) => tx.insert(subjects, [put('c')]));
  await askRows(store.reader, drop).catch(() => {});
  await store.exclusive((tx) => tx.insert(subjects, [put('d')]));
  const rows = await askRows<{ subject: string }>(store.reader, (sql) =>
    sql('subjects').select('subject').orderBy('subject'),
  );
  expect(rows.map(({ subject }) => subject)).toEqual(['a', 'b', 'c', 'd']);
  await store.close();
});

/** A connection of somebody else that holds a lock until it is told to let go. */
async function holding(url: string, statement: string): Promise<{ holder: number; release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  await client.query(statement);
  let open = true;
  const release = async () => {
    if (open) await client.end();
    open = false;
  };
  onTestFinished(release);
  return { holder: rows[0].pid, release };
}

async function waits(url: string, holder: number): Promise<void> {
  const blocked = `SELECT 1 FROM pg_stat_activity WHERE ${holder} = ANY(pg_blocking_pids(pid))`;
  const deadline = Date.now() + 10_000;
  while ((await tell(url, blocked)).length === 0) {
    if (Date.now() > deadline) throw new Error('Nobody waits for the lock.');
  }
}
