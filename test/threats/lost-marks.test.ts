/**
 * A store on PostgreSQL that has lost what it had acknowledged: a standby that lagged behind took over, or somebody put
 * rows or a server back. A node that lives notices, writes nothing any more, and says what to do. What a start makes of it
 * is in the tests of `recover`. With SQLite a file cannot go back unseen: replaced.test.ts.
 */
import pg from 'pg';
import { pino } from 'pino';
import request from 'supertest';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { newApp } from '../../src/http/app.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { lookup } from '../../src/storage/table.ts';
import type { RecordStore, Tx } from '../../src/storage/tx.ts';
import { subjects } from '../../src/subjects/subjects.ts';
import { recoverHome } from '../backup/folders.ts';
import { appOf, freshHome, tell } from '../support/home.ts';
import { freshDatabase } from '../support/postgres.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';
import { tokenize } from '../support/tokenize.ts';

const WENT_BACK = { code: 'store_went_back', kind: 'unavailable' };
const held = lookup(subjects, ['tenant', 'subject'], { share: true });
const row = (subject: string) => ({
  tenant: 't',
  subject,
  created_at: 0,
  erased_at: null,
  choices: null,
  choices_tag: null,
});

/** No beat but those of the test. */
function withoutTimers(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
}

describe('a store whose marks are gone or older, as a restored dump or a hand in the table leaves them', () => {
  type Write = (store: RecordStore, subject: string) => Promise<unknown>;
  const ways: Record<string, Write> = {
    'a shared work, in one statement': (store, subject) => store.shared((tx) => tx.insert(subjects, [row(subject)])),
    'several shared works': (store, subject) =>
      Promise.all(['', '-2'].map((end) => store.shared((tx) => tx.insert(subjects, [row(`${subject}${end}`)])))),
    'a shared work that holds a row': (store, subject) =>
      store.shared(async (tx: Tx<'records'>) => {
        await tx.find(held, [['t', 'first']]);
        await tx.insert(subjects, [row(subject)]);
      }),
    'a shared work that removes': (store, subject) =>
      store.shared(async (tx) => {
        await tx.insert(subjects, [row(subject)]);
        await tx.remove(subjects, ['tenant', 'subject'], [['t', 'first']]);
      }),
    'an exclusive work': (store, subject) => store.exclusive((tx) => tx.insert(subjects, [row(subject)])),
    'a look': (store) => store.assertInPlace(),
  };
  const losses = {
    'without its marks': 'DELETE FROM marks',
    'with earlier ones': 'UPDATE marks SET n = n - 1 WHERE n > 1',
  };

  describe.each(Object.entries(ways))('%s', (_, write) => {
    test.each(Object.entries(losses))('is refused in a store %s, and so is all that follows', async (__, loss) => {
      const { url, drop } = await freshDatabase(inject('emptyStores').postgres.records);
      const store = await openStore('records', url);
      onTestFinished(async () => {
        await store.close();
        await drop();
      });
      for (const subject of ['first', 'second']) await store.exclusive((tx) => tx.insert(subjects, [row(subject)]));

      await tell(url, loss);

      await expect(write(store, 'lost')).rejects.toMatchObject(WENT_BACK);
      expect(store.displaced?.code).toBe('store_went_back');
      await expect(store.shared((tx) => tx.insert(subjects, [row('later')]))).rejects.toMatchObject(WENT_BACK);
      await expect(store.exclusive((tx) => tx.insert(subjects, [row('later')]))).rejects.toMatchObject(WENT_BACK);
      await expect(store.assertInPlace()).rejects.toMatchObject(WENT_BACK);
      expect(await tell(url, 'SELECT subject FROM subjects ORDER BY 1')).toEqual([
        { subject: 'first' },
        { subject: 'second' },
      ]);
    });
  });
});

describe('a process that was cut off, or stopped in its tracks', () => {
  /** Two that have the store open, the first of which wakes without its marks. */
  const woken = async (hours: number) => {
    const { url, drop } = await freshDatabase(inject('emptyStores').postgres.records);
    let now = 0;
    const [late, healthy] = [await openStore('records', url, { elapsed: () => now }), await openStore('records', url)];
    onTestFinished(async () => {
      await Promise.all([late.close(), healthy.close()]);
      await drop();
    });
    await late.exclusive((tx) => tx.insert(subjects, [row('first')]));
    const [mark] = await tell<{ writer: string }>(url, 'SELECT writer FROM marks');
    await healthy.exclusive((tx) => tx.insert(subjects, [row('second')]));
    await tell(url, 'DELETE FROM marks WHERE writer = $1', [mark?.writer]);
    now = hours * 3_600_000;
    const word = () => tell(url, "SELECT 1 FROM vault_facts WHERE name = 'went_back'");
    return { late, healthy, word };
  };

  test('for a day finds its marks removed, and stops alone: nobody else is told that the store went back', async () => {
    const { late, healthy, word } = await woken(25);
    await expect(late.assertInPlace()).rejects.toMatchObject({ code: 'store_replaced' });
    await expect(late.shared((tx) => tx.insert(subjects, [row('late')]))).rejects.toMatchObject({
      code: 'store_replaced',
    });
    expect(await word()).toEqual([]);
    await healthy.assertInPlace();
    await healthy.exclusive((tx) => tx.insert(subjects, [row('third')]));
  });

  test('for some hours knows that they should be there, and tells everybody', async () => {
    const { late, healthy, word } = await woken(19);
    await expect(late.assertInPlace()).rejects.toMatchObject(WENT_BACK);
    expect(await word()).toHaveLength(1);
    await expect(healthy.assertInPlace()).rejects.toMatchObject(WENT_BACK);
  });
});

test('transactions side by side, failing ones, cut connections and looks meanwhile: nothing is taken for a loss, and no marks are left', async () => {
  const { url, drop } = await freshDatabase(inject('emptyStores').postgres.records);
  onTestFinished(drop);
  const [store, other] = await Promise.all([openStore('records', url), openStore('records', url)]);
  let cuts = 0;
  const cut = async () => {
    await tell(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
         AND pid <> pg_backend_pid() AND application_name = 'lethe-records'`,
    );
    cuts += 1;
  };
  const works = Array.from({ length: 60 }, (_, i) => async () => {
    const of = i % 2 === 0 ? store : other;
    for (let n = 0; n < 8; n += 1) {
      const [one, two] = [row(`a${i}-${n}`), row(`b${i}-${n}`)];
      await of.shared((tx) => tx.insert(subjects, [one])).catch(unlessCut);
      await of.exclusive((tx) => tx.insert(subjects, [two])).catch(unlessCut);
      await of.shared((tx) => tx.insert(subjects, [row('same')])).catch(() => {});
      await of.assertInPlace().catch(unlessCut);
    }
  });
  await Promise.all([...works.map((work) => work()), cut(), cut()]);
  await store.assertInPlace();
  await other.assertInPlace();

  expect([store.displaced, other.displaced, cuts]).toEqual([undefined, undefined, 2]);
  const [counted] = await tell<{ n: number }>(url, 'SELECT count(*)::int AS n FROM marks');
  expect(counted?.n).toBeLessThan(50);
  await Promise.all([store.close(), other.close()]);
  expect(await tell(url, 'SELECT * FROM marks')).toEqual([]);
});

function unlessCut(error: { code?: string }): void {
  if (!['store_unavailable', 'outcome_unknown'].includes(error.code ?? '')) throw error;
}

test('a reader that lags behind is not taken for a store that went back: only a transaction is sure', async () => {
  const { url, drop } = await freshDatabase(inject('emptyStores').postgres.records);
  onTestFinished(drop);
  const store = await openStore('records', url);
  await store.exclusive((tx) => tx.insert(subjects, [row('first')]));
  const query = pg.Client.prototype.query;
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    const [config] = given as [{ text?: string; values?: unknown[] }];
    // What a replica answers that has not heard of the newest transaction.
    const lags = config.text?.startsWith('SELECT count(*)::int AS n FROM marks');
    const [asked, ...rest] = lags ? [{ ...config, values: [0, config.values?.[1]] }, ...given.slice(1)] : given;
    return (query as (...all: unknown[]) => unknown).call(this, asked, ...rest) as never;
  });

  await expect(store.assertInPlace()).resolves.toBeUndefined();
  await store.exclusive((tx) => tx.insert(subjects, [row('second')]));
  await store.close();
});

test('a store that is closed while its server is silent does not wait for it', async () => {
  const { url, drop } = await freshDatabase(inject('emptyStores').postgres.records);
  onTestFinished(drop);
  const proxy = await tcpProxy(url);
  const store = await openStore('records', proxy.url);
  await store.exclusive((tx) => tx.insert(subjects, [row('first')]));
  proxy.silence();
  const began = performance.now();
  await store.close();
  expect(performance.now() - began).toBeLessThan(10_000);
});

describe('a vault whose store went back', () => {
  const altered = {
    'of a value, which fails alone': "UPDATE record_keys SET wrapped = decode(repeat('00', length(wrapped)), 'hex')",
    'of a person, which fails the call': "UPDATE subject_refs SET tag = '\\x00'",
  };
  test.each(Object.entries(altered))(
    'is named where bytes %s do not open, and raises no alarm of its own',
    async (_, sql) => {
      withoutTimers();
      const home = await freshHome('postgres');
      const vault = await home.open();
      const app = await appOf(vault, home);
      const items = [{ type: 'email', value: 'ada@example.com', subject: 'ada' }];
      const { results } = await tokenize(vault, app, { items });
      const alarms: unknown[] = [];
      vault.signals.on('integrityFailure', (found) => void alarms.push(found));
      const meet = () =>
        sql.includes('record_keys')
          ? detokenize(vault, app, { tokens: results.map(({ token }) => token), purpose: 'billing' })
          : tokenize(vault, app, { items });

      await tell(home.keyStoreUrl, sql);
      await tell(home.keyStoreUrl, 'DELETE FROM marks');

      await expect(meet()).rejects.toMatchObject(WENT_BACK);
      expect(alarms).toEqual([]);
    },
  );

  const openTwo = async () => {
    withoutTimers();
    const home = await freshHome('postgres');
    const [one, two] = [await home.open(), await home.open()];
    return { home, one, two };
  };

  test.each(['records', 'keys'] as const)(
    '(%s) serves nothing, is not ready and names the store; every other node stops, no node starts, until it was recovered',
    async (name) => {
      const { home, one, two } = await openTwo();
      const url = name === 'records' ? home.recordStoreUrl : home.keyStoreUrl;
      const key = await home.adminKey();
      const displaced: unknown[] = [];
      for (const vault of [one, two]) vault.signals.on('storeDisplaced', (what) => void displaced.push(what));
      const app = newApp({ vault: one, log: pino({ level: 'silent' }), closing: () => false });
      const get = (path: string) => request(app).get(path).set('Authorization', `Bearer ${key}`);
      expect((await get('/readyz')).status).toBe(200);

      await tell(url, 'DELETE FROM marks WHERE writer = (SELECT min(writer) FROM marks)');
      // One of the two has lost its marks; the other one is told.
      await one.beat();
      await two.beat();
      await one.beat();

      const ready = await get('/readyz');
      expect([ready.status, JSON.stringify(ready.body)]).toEqual([503, expect.stringContaining('store_went_back')]);
      const reply = await get('/v1/status');
      expect([reply.status, reply.body.code]).toEqual([503, 'store_went_back']);
      expect(reply.body.detail).toMatch(/Stop every node, run `npm run lethe -- recover`/);
      expect(displaced).toEqual([
        { store: name, code: 'store_went_back' },
        { store: name, code: 'store_went_back' },
      ]);
      await Promise.all([one.close(), two.close()]);
      await expect(home.open()).rejects.toThrow(/lethe -- recover/);
      await recoverHome(home);
      await expect((await home.open()).close()).resolves.toBeUndefined();
    },
  );

  test('is recovered beside a process that nobody stopped: that one stops alone, and those that were started since go on', async () => {
    const { home, one, two: late } = await openTwo();
    const urls = [home.recordStoreUrl, home.keyStoreUrl];
    for (const url of urls) await tell(url, 'DELETE FROM marks');
    await one.beat();
    await one.close();
    await recoverHome(home);
    const started = await home.open();

    await late.beat();

    expect(() => late.assertInPlace()).toThrow(expect.objectContaining({ code: 'store_replaced' }));
    for (const url of urls) expect(await tell(url, "SELECT 1 FROM vault_facts WHERE name = 'went_back'")).toEqual([]);
    await started.beat();
    expect(() => started.assertInPlace()).not.toThrow();
  });
});
