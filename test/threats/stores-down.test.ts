/**
 * A store that cannot write, or cannot be reached. The vault must fail closed (no value without its audit entry),
 * keep what it has acknowledged, and go on by itself when the store is back.
 */
import request from 'supertest';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { freshDatabase } from '../support/postgres.ts';
import { smallDisk } from '../support/small-disk.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder } from '../support/temporary.ts';
import type { TestCaller, TestVault } from '../support/vault.ts';
import { handOn } from './hand.ts';
import { openAt } from './place.ts';

const UNAVAILABLE = { status: 503, code: 'store_unavailable' };
const SECRET = 'ada@example.com';

function vaultAt(engine: 'sqlite' | 'postgres', recordStoreUrl: string, keyStoreUrl: string, folder: string) {
  return openAt({ engine, recordStoreUrl, keyStoreUrl, folder });
}

async function outcome(call: Promise<{ status: number; body: { code?: string }; text: string }>) {
  const { status, body, text } = await call;
  expect(text).not.toContain('ada@');
  return { status, code: body.code };
}

/** What `/readyz` says when it looks anew: nothing, or which parts are not well. */
async function unready(vault: TestVault): Promise<unknown> {
  vault.advance(5_000);
  const { status, body } = await request(vault.app).get('/readyz');
  expect([status, body.status]).toEqual(body.unavailable === undefined ? [200, 'ready'] : [503, 'unavailable']);
  return body.unavailable;
}

describe('a full disk', () => {
  test('under the record store shows and stores nothing, loses nothing, and is over when there is room again', async (context) => {
    const [disk, home] = [await smallDisk(4), await temporaryFolder()];
    onTestFinished(home.remove);
    if (disk === undefined) return context.skip('no tmpfs can be mounted here');
    const vault = await vaultAt(
      'sqlite',
      `sqlite:${disk.path}/records.db`,
      `sqlite:${home.path}/keys/keystore.db`,
      home.path,
    );
    const app = vault.as('app');
    const [ada] = await app.tokenize({ type: 'email', value: SECRET, subject: 'cust_1' });
    const acknowledged = [ada?.token as string];

    await disk.fill();
    // Room left in pages and in the log is used up first; every value shown until then has its entry.
    let shown = 0;
    let refused = 0;
    for (let i = 0; i < 500 && refused < 3; i += 1) {
      const { status, body, text } = await app.detokenize(ada?.token as string);
      if (status === 200) shown += 1;
      else {
        expect({ status, code: body.code }).toEqual(UNAVAILABLE);
        expect(text).not.toContain('ada@');
        // Whoever sends calls here or elsewhere is told as soon as the smallest call fails.
        expect(await unready(vault)).toEqual({ recordStore: 'store_unavailable' });
        refused += 1;
      }
    }
    expect(refused).toBe(3);
    expect(
      await outcome(app.call('post', '/v1/tokenize', { items: [{ type: 'email', value: 'x@example.com' }] })),
    ).toEqual(UNAVAILABLE);
    expect(await outcome(app.call('post', '/v1/erasures', { tokens: [ada?.token] }))).toEqual(UNAVAILABLE);
    expect(await outcome(app.search('email', SECRET))).toEqual(UNAVAILABLE);

    // Room for a page or two is room for no call, and is not taken for it.
    for (let blocks = 1; blocks < 100; blocks += 1) {
      disk.freeBlock();
      const readyBefore = (await unready(vault)) === undefined;
      const { status } = await app.detokenize(ada?.token as string);
      expect([blocks, readyBefore && status !== 200]).toEqual([blocks, false]);
      if (status !== 200) continue;
      shown += 1;
      break;
    }

    await disk.free();
    expect(await unready(vault)).toBeUndefined();
    const entries = await vault.auditEntries();
    expect(entries.filter(({ action, outcome }) => action === 'detokenize' && outcome === 'done')).toHaveLength(shown);
    const [bob] = await app.tokenize({ type: 'email', value: 'bob@example.com' });
    acknowledged.push(bob?.token as string);
    const { body } = await app.detokenize(acknowledged);
    expect(body.results.map(({ value }: { value: string }) => value)).toEqual([SECRET, 'bob@example.com']);
    const after = await vault.reopen();
    expect((await after.as('app').detokenize(acknowledged)).body.results).toHaveLength(2);
  });

  test('under the key store still reveals, erases for every reader at once, and destroys the keys when there is room again', async (context) => {
    const [disk, home] = [await smallDisk(4), await temporaryFolder()];
    onTestFinished(home.remove);
    if (disk === undefined) return context.skip('no tmpfs can be mounted here');
    const vault = await vaultAt(
      'sqlite',
      `sqlite:${home.path}/data/records.db`,
      `sqlite:${disk.path}/keystore.db`,
      home.path,
    );
    const app = vault.as('app');
    const [ada, bob] = await app.tokenize(
      { type: 'email', value: SECRET, subject: 'cust_1' },
      { type: 'email', value: 'bob@example.com', subject: 'cust_2' },
    );

    await disk.fill();
    const store = () => app.call('post', '/v1/tokenize', { items: [{ type: 'text', value: 'x'.repeat(500) }] });
    let refused = 0;
    for (let i = 0; i < 500 && refused < 3; i += 1) {
      const { status, body } = await store();
      if (status === 200) continue;
      expect({ status, code: body.code }).toEqual(UNAVAILABLE);
      refused += 1;
    }
    expect(refused).toBe(3);
    expect(await unready(vault)).toEqual({ keyStore: 'store_unavailable' });
    expect((await app.detokenize(ada?.token as string)).body.results[0].value).toBe(SECRET);
    const receipt = await app.call('post', '/v1/erasures', { tokens: [ada?.token] });
    expect([receipt.status, receipt.body.state]).toEqual([201, 'ordered']);
    expect((await app.detokenize(ada?.token as string)).body.results[0]).toEqual({
      token: ada?.token,
      form: 'none',
      error: { code: 'record_erased' },
    });

    await disk.free();
    expect(await unready(vault)).toBeUndefined();
    await completesLater(vault, app, receipt.body.erasure, ada?.record as string);
    expect((await store()).status).toBe(200);
    expect((await app.detokenize(bob?.token as string)).body.results[0].value).toBe('bob@example.com');
  });
});

/** The job destroys the keys of an erasure that was only ordered. */
async function completesLater(vault: TestVault, app: TestCaller, erasure: string, record: string): Promise<void> {
  const keys = handOn(vault.vault.keyStore);
  expect(await keys.rows('record_keys', { record })).toHaveLength(1);
  expect(await keys.rows('tombstones', { record })).toEqual([]);
  vault.advance(31_000);
  const reports = await runBackgroundOnce(vault.vault);
  expect(reports.find(({ name }) => name === 'complete_erasures')).toMatchObject({ changed: 1, failed: undefined });
  expect((await app.call('get', `/v1/erasures/${erasure}`)).body).toMatchObject({ state: 'completed', records: 1 });
  expect(await keys.rows('record_keys', { record })).toEqual([]);
  expect(await keys.rows('blind_indexes', { record })).toEqual([]);
  expect(await keys.rows('tombstones', { record })).toHaveLength(1);
  expect(await handOn(vault.vault.recordStore).rows('records', { record })).toEqual([]);
}

describe('PostgreSQL out of reach', () => {
  let vault: TestVault;
  let app: TestCaller;
  let wire: { records: TcpProxy; keys: TcpProxy };
  let ada: { token: string; record: string };

  beforeEach(async () => {
    const [records, keys, home] = [await freshDatabase(), await freshDatabase(), await temporaryFolder()];
    onTestFinished(async () => {
      await Promise.all([records.drop(), keys.drop(), home.remove()]);
    });
    wire = { records: await tcpProxy(records.url), keys: await tcpProxy(keys.url) };
    vault = await vaultAt('postgres', wire.records.url, wire.keys.url, home.path);
    app = vault.as('app');
    [ada] = (await app.tokenize({ type: 'email', value: SECRET, subject: 'cust_1' })) as unknown as [typeof ada];
  });

  const everyCall = () => [
    app.detokenize(ada.token),
    app.search('email', SECRET),
    app.call('post', '/v1/tokenize', { items: [{ type: 'email', value: 'bob@example.com' }] }),
    app.call('patch', `/v1/records/${ada.record}`, { value: 'ada@example.net' }),
  ];

  test('record store: every call fails closed, and works again without a restart', async () => {
    wire.records.cut();
    const erase = app.call('post', '/v1/erasures', { ref: 'cust_1' });
    for (const call of [...everyCall(), erase, vault.admin.call('get', '/v1/principals')]) {
      expect(await outcome(call)).toEqual(UNAVAILABLE);
    }
    expect(await unready(vault)).toEqual({ recordStore: 'store_unavailable' });
    expect((await request(vault.app).get('/healthz')).status).toBe(200);

    wire.records.mend();
    expect(await unready(vault)).toBeUndefined();
    expect((await app.detokenize(ada.token)).body.results[0].value).toBe(SECRET);
  });

  test('key store: nothing opens or is stored, an erasure holds at once and is completed later', async () => {
    wire.keys.cut();
    for (const call of everyCall()) expect(await outcome(call)).toEqual(UNAVAILABLE);
    expect(await outcome(app.call('post', '/v1/erasures', { ref: 'cust_1' }))).toEqual(UNAVAILABLE);
    expect(await unready(vault)).toEqual({ keyStore: 'store_unavailable', keys: 'store_unavailable' });
    // What is refused and what fails is audited all the same: the record store is there.
    expect((await vault.auditEntries()).filter(({ code }) => code === 'store_unavailable')).toHaveLength(5);

    const receipt = await app.call('post', '/v1/erasures', { tokens: [ada.token] });
    expect([receipt.status, receipt.body.state]).toEqual([201, 'ordered']);
    expect((await app.detokenize(ada.token)).body.results[0].error.code).toBe('record_erased');

    wire.keys.mend();
    expect(await unready(vault)).toBeUndefined();
    await completesLater(vault, app, receipt.body.erasure, ada.record);
  });

  test.each(['records', 'keys'] as const)(
    '%s cut in the middle of everything: the process lives, and nothing acknowledged is lost',
    async (store) => {
      const acknowledged = new Map<string, string>([[ada.token, SECRET]]);
      const seen = new Set<number>();
      let over = false;
      const worker = async (name: number) => {
        for (let i = 0; !over; i += 1) {
          const value = `value-${name}-${i}@example.com`;
          const { status, body } = await app.call('post', '/v1/tokenize', { items: [{ type: 'email', value }] });
          seen.add(status);
          if (status === 200) acknowledged.set(body.results[0].token, value);
          const [token, expected] = [...acknowledged].at(-1) as [string, string];
          const shown = await app.detokenize(token);
          seen.add(shown.status);
          if (shown.status === 200) expect(shown.body.results[0].value).toBe(expected);
        }
      };
      const working = Promise.all([1, 2, 3, 4].map(worker));
      for (let cut = 0; cut < 4; cut += 1) {
        await new Promise((resume) => setTimeout(resume, 60 + 25 * cut));
        wire[store].cut();
        await new Promise((resume) => setTimeout(resume, 20));
        wire[store].mend();
      }
      await new Promise((resume) => setTimeout(resume, 60));
      over = true;
      await working;
      expect([...seen].sort()).toEqual([200, 503]);
      const { status, body } = await app.detokenize([...acknowledged.keys()]);
      expect(status).toBe(200);
      expect(body.results.map(({ value }: { value: string }) => value)).toEqual([...acknowledged.values()]);
    },
  );
});
