/**
 * A COMMIT on PostgreSQL that is not answered, or answered without the standby: what the store says, what it keeps, and how
 * it recovers. With a real primary and standby; where only the answer is lost, with a proxy that holds it back.
 */
import pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { StoreLimits } from '../../src/storage/limits.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { lookup } from '../../src/storage/table.ts';
import type { RecordStore } from '../../src/storage/tx.ts';
import { subjects } from '../../src/subjects/subjects.ts';
import { tell } from '../support/home.ts';
import { freshDatabase } from '../support/postgres.ts';
import { askRows } from '../support/spelled.ts';
import { type Pair, primaryWithStandby } from '../support/standby.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

const LIMITS: StoreLimits = { commitMs: 500, workMs: 10_000, unansweredMs: 60_000, tryMs: 5_000 };
const UNKNOWN = { kind: 'unavailable', code: 'outcome_unknown' };
const MODES = ['shared', 'exclusive'] as const;
const byId = lookup(subjects, ['tenant', 'subject']);

const put = (store: RecordStore, mode: (typeof MODES)[number], subject: string) =>
  store[mode]((tx) =>
    tx.insert(subjects, [{ tenant: 't', subject, created_at: 0, erased_at: null, choices: null, choices_tag: null }]),
  );

/** @param elapsed stands still, unless the test lets it go on */
async function opened(url: string, limits: StoreLimits = LIMITS, elapsed = () => 0): Promise<RecordStore> {
  const store = await openStore('records', url, { limits, elapsed });
  onTestFinished(() => store.close());
  return store;
}

const namesOf = async (store: RecordStore) =>
  (await askRows<{ subject: string }>(store.reader, (sql) => sql('subjects').select('subject')))
    .map(({ subject }) => subject)
    .sort();

/** Has the server do something at the COMMIT of whoever adds a subject. */
async function atCommit(url: string, what: string): Promise<void> {
  await tell(url, `CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${what} END $$`);
  await tell(
    url,
    'CREATE CONSTRAINT TRIGGER late AFTER INSERT ON subjects DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()',
  );
}

async function held(pair: Pair): Promise<number[]> {
  const waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
  return (await pair.ask<{ pid: number }>('primary', waiting)).map(({ pid }) => pid);
}

describe('a synchronous standby that is gone', () => {
  test('each commit is of unknown outcome within the limit, nothing is cancelled, and all is there when it is back', async () => {
    const pair = await primaryWithStandby();
    let now = 0;
    const store = await opened(await pair.address('lethe'), LIMITS, () => now);
    await pair.setSynchronous(true);
    await put(store, 'shared', 'before');
    await pair.stop('standby');

    for (const mode of MODES) {
      const startedAt = performance.now();
      await expect(put(store, mode, mode)).rejects.toMatchObject(UNKNOWN);
      expect(performance.now() - startedAt).toBeLessThan(1_500);
    }
    // Nobody sees them, and PostgreSQL still waits: neither its limit of a statement nor this process has ended that.
    expect(await namesOf(store)).toEqual(['before']);
    expect(await held(pair)).toHaveLength(2);

    // Half of the pool owes an answer: nobody else is sent after it, and nobody waits.
    for (const more of ['a', 'b']) await expect(put(store, 'exclusive', more)).rejects.toMatchObject(UNKNOWN);
    const startedAt = performance.now();
    for (const mode of MODES) {
      await expect(put(store, mode, 'refused')).rejects.toMatchObject({ code: 'store_unavailable' });
    }
    expect(performance.now() - startedAt).toBeLessThan(200);
    // But one now and then; never all of the pool.
    for (const one of ['c', 'd', 'e']) {
      now += LIMITS.tryMs;
      await Promise.all([
        expect(put(store, 'exclusive', one)).rejects.toMatchObject(UNKNOWN),
        expect(put(store, 'exclusive', 'refused')).rejects.toMatchObject({ code: 'store_unavailable' }),
      ]);
    }
    now += LIMITS.tryMs;
    await expect(put(store, 'exclusive', 'refused')).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await namesOf(store)).toEqual(['before']);

    await pair.start('standby');
    const all = ['a', 'b', 'before', 'c', 'd', 'e', 'exclusive', 'shared'];
    await vi.waitFor(async () => expect(await namesOf(store)).toEqual(all), { timeout: 15_000 });
    await vi.waitFor(() => put(store, 'shared', 'later'));
    expect(await namesOf(store)).toEqual([...all, 'later'].sort());
    expect(await held(pair)).toEqual([]);
  }, 60_000);

  test('whatever ends the wait, what was not replicated is not acknowledged', async () => {
    const pair = await primaryWithStandby();
    const url = await pair.address('lethe');
    // Somebody who does not want to hear warnings would not hear of this one.
    await tell(url, 'ALTER DATABASE lethe SET client_min_messages = error');
    const store = await opened(url, { ...LIMITS, commitMs: 20_000 });
    await pair.setSynchronous(true);
    await pair.stop('standby');

    for (const end of ['pg_cancel_backend', 'pg_terminate_backend']) {
      for (const mode of MODES) {
        const acknowledged = expect(put(store, mode, `${end} ${mode}`)).rejects.toMatchObject(UNKNOWN);
        await vi.waitFor(async () => expect(await held(pair)).toHaveLength(1), { timeout: 5_000 });
        await pair.ask('primary', `SELECT ${end}(${(await held(pair))[0]})`);
        await acknowledged;
      }
    }
    // That it holds on the primary, and there alone, is what makes an acknowledgement a lie.
    expect(await namesOf(store)).toHaveLength(4);
  }, 60_000);

  test('a limit of the server on statements does not end the wait', async () => {
    const pair = await primaryWithStandby();
    const url = await pair.address('lethe');
    await tell(url, 'CREATE TABLE kept (n int)');
    await pair.setSynchronous(true);
    await pair.stop('standby');

    const goesOn = async (statements: string[]) => {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => {});
      await client.connect();
      await client.query("SET statement_timeout = '200ms'");
      for (const statement of statements.slice(0, -1)) await client.query(statement);
      client.query(statements.at(-1) ?? '').catch(() => {});
      await vi.waitFor(async () => expect(await held(pair)).toHaveLength(1), { timeout: 5_000 });
      await pair.ask('primary', 'SELECT pg_sleep(1)');
      expect(await held(pair)).toHaveLength(1);
      await pair.ask('primary', `SELECT pg_terminate_backend(${(await held(pair))[0]})`);
      await vi.waitFor(async () => expect(await held(pair)).toEqual([]), { timeout: 5_000 });
      await client.end();
    };
    await goesOn(['BEGIN', 'INSERT INTO kept VALUES (1)', 'COMMIT']);
    await goesOn(['INSERT INTO kept VALUES (2)']);
  }, 60_000);
});

describe('an answer that is lost', () => {
  /** A store whose COMMITs of new subjects take some time on the server. */
  async function wired(limits = LIMITS) {
    const { url, drop } = await freshDatabase();
    onTestFinished(drop);
    const wire = await tcpProxy(url);
    const store = await opened(wire.url, limits);
    await atCommit(url, 'PERFORM pg_sleep(0.8); RETURN NULL;');
    return { url, wire, store };
  }
  async function committing(url: string, number = 1): Promise<void> {
    const active = `SELECT 1 FROM pg_stat_activity
      WHERE (query = 'COMMIT' OR query LIKE 'WITH mark AS %, i0 AS (INSERT%') AND state = 'active' AND datname = current_database()`;
    await vi.waitFor(async () => expect(await tell(url, active)).toHaveLength(number), { interval: 10 });
  }
  const countIn = async (url: string) =>
    Number((await tell<{ n: string }>(url, 'SELECT count(*) AS n FROM subjects'))[0]?.n);

  test.each(MODES)('with the connection is of unknown outcome, and the work is not done again (%s)', async (mode) => {
    const { url, wire, store } = await wired({ ...LIMITS, commitMs: 10_000 });
    let runs = 0;
    // Two of them, for what is alone is not run again.
    const works = ['a', 'b'].map((subject) =>
      store[mode](async (tx) => {
        runs += 1;
        await tx.insert(subjects, [
          { tenant: 't', subject, created_at: 0, erased_at: null, choices: null, choices_tag: null },
        ]);
      }),
    );
    const told = Promise.all(works.map((work) => expect(work).rejects.toMatchObject(UNKNOWN)));
    await committing(url, mode === 'shared' ? 1 : 2);
    wire.cut();
    await told;
    await vi.waitFor(async () => expect(await countIn(url)).toBe(2), { timeout: 5_000 });
    expect(runs).toBe(2);
    wire.mend();
    await put(store, mode, 'c');
    expect(await store.reader.find(byId, [['t', 'c']])).toMatchObject([[{ subject: 'c' }]]);
  });

  test('is not waited for by a store that closes', async () => {
    const { url, wire, store } = await wired();
    const told = expect(put(store, 'exclusive', 'a')).rejects.toMatchObject(UNKNOWN);
    await committing(url);
    wire.silence();
    await told;
    const startedAt = performance.now();
    const closing = store.close();
    store.close = () => closing;
    await closing;
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('is not waited for by its connection for ever: a frozen server may long have been replaced', async () => {
    const { url, wire, store } = await wired({ ...LIMITS, unansweredMs: 200 });
    const told = expect(put(store, 'exclusive', 'a')).rejects.toMatchObject(UNKNOWN);
    await committing(url);
    wire.silence();
    await told;
    const ours =
      "SELECT 1 FROM pg_stat_activity WHERE query = 'COMMIT' AND application_name = 'lethe-records' AND datname = current_database()";
    await vi.waitFor(async () => expect(await tell(url, ours)).toEqual([]));
  });
});

describe('a server that is gone without a word, with COMMITs that TCP still tries to bring it', () => {
  /** As many as are waited for at most. `isGone` is of the connections that commit meanwhile; other ones are answered. */
  async function stranded(elapsed: () => number) {
    const { url, drop } = await freshDatabase();
    onTestFinished(drop);
    const store = await opened(url, { ...LIMITS, commitMs: 50 }, elapsed);
    const wire = { isGone: true, server: undefined as string | undefined };
    const query = pg.Client.prototype.query;
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
      const [{ text }, ...rest] = given as [{ text?: string }];
      if (wire.isGone && text === 'COMMIT') return new Promise(() => {}) as never;
      const isMoved = wire.server !== undefined && text?.includes('pg_control_system');
      const asked = isMoved ? [{ text: `SELECT '${wire.server}' AS server` }, ...rest] : given;
      return (query as (...all: unknown[]) => unknown).call(this, ...asked) as never;
    });
    onTestFinished(() => void vi.restoreAllMocks());
    const four = ['a', 'b', 'c', 'd'].map((one) => put(store, 'exclusive', one));
    await Promise.all(four.map((one) => expect(one).rejects.toMatchObject(UNKNOWN)));
    wire.isGone = false;
    const refused = () => expect(put(store, 'exclusive', 'no')).rejects.toMatchObject({ code: 'store_unavailable' });
    await refused();
    return { store, wire, refused };
  }

  test('is tried again after a few seconds; once another one answers, nothing is refused', async () => {
    let now = 0;
    const { store, refused } = await stranded(() => now);
    now = LIMITS.tryMs - 1;
    await refused();
    now = LIMITS.tryMs;
    for (const one of ['e', 'f', 'g']) await put(store, 'exclusive', one);
    expect(await namesOf(store)).toEqual(['e', 'f', 'g']);
  });

  test('is not waited for once a look finds another in its place', async () => {
    const { store, wire, refused } = await stranded(() => 0);
    await store.assertInPlace();
    await refused();
    wire.server = '1/00000002';
    await store.assertInPlace();
    await put(store, 'exclusive', 'e');
    expect(await namesOf(store)).toEqual(['e']);
  });
});

test('a COMMIT that the server refuses is no unknown outcome', async () => {
  const { url, drop } = await freshDatabase();
  onTestFinished(drop);
  const store = await opened(url);
  await atCommit(url, "RAISE 'no' USING ERRCODE = '23514';");
  for (const mode of MODES) await expect(put(store, mode, mode)).rejects.toMatchObject({ code: 'internal_error' });
  expect(await namesOf(store)).toEqual([]);
});

test('a slow work does not hold up those that share its commit', async () => {
  const { url, drop } = await freshDatabase();
  onTestFinished(drop);
  const store = await opened(url, { ...LIMITS, workMs: 200 });
  const { promise: never, resolve } = Promise.withResolvers<void>();
  let late: unknown;
  const slow = store.shared(async (tx) => {
    await never;
    late = await tx.find(byId, [['t', 'a']]).catch((error: unknown) => error);
  });
  const told = expect(slow).rejects.toMatchObject({ kind: 'unavailable', code: 'timed_out' });
  await Promise.all(['a', 'b'].map((name) => put(store, 'shared', name)));
  await told;
  resolve();
  await vi.waitFor(() => expect(late).toMatchObject({ code: 'internal_error' }));
  expect(await namesOf(store)).toEqual(['a', 'b']);
});
