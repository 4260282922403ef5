/**
 * A store that lets its callers wait: for a standby that is gone, for a lock, for another process. Every call is answered
 * within its time; what is said to be not done is not there, what is said to be unknown is done once at most, and what was
 * ordered is completed.
 */
import { readFile } from 'node:fs/promises';
import Database from 'better-sqlite3';
import pg from 'pg';
import request, { type Response } from 'supertest';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { ORPHAN_GRACE_MS } from '../../src/storage/limits.ts';
import { tell } from '../support/home.ts';
import { freshDatabase } from '../support/postgres.ts';
import { type Pair, primaryWithStandby } from '../support/standby.ts';
import { freshStores } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';
import type { TestVault } from '../support/vault.ts';
import { handOn } from './hand.ts';
import { openAt } from './place.ts';

const UNKNOWN = { status: 503, code: 'outcome_unknown' };
const TIMED_OUT = { status: 503, code: 'timed_out' };
const UNAVAILABLE = { status: 503, code: 'store_unavailable' };
const ADA = { type: 'email', value: 'ada@example.com' };

/** @returns what was answered, and fails the test where that took longer than `ms` */
async function answered(call: Promise<Response>, ms: number) {
  const startedAt = performance.now();
  const { status, body, text } = await call;
  expect(performance.now() - startedAt).toBeLessThan(ms);
  expect(text).not.toContain('ada@');
  return { status, code: body.code };
}

/** The statements that the operators' handbook gives for this, in its order. */
async function statementsOf(): Promise<string[]> {
  const text = await readFile(new URL('../../src/deploy/README.md', import.meta.url), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith('Time limits, and calls')) ?? '';
  return [...section.matchAll(/```sql\n([^`]+)```/g)].flatMap(([, sql = '']) => sql.trim().split(/(?<=;)\n/));
}

const under = (key: string) => ({ 'Idempotency-Key': key });
const warnings = ({ logged }: TestVault) =>
  logged.map((line) => JSON.parse(line)).filter(({ level, msg }) => level === 40 && msg.includes('503'));

describe('a synchronous standby that is gone', () => {
  /** One store on the pair, the other on a server of its own. */
  async function vaultOn(pair: Pair, which: 'records' | 'keys'): Promise<TestVault> {
    const [other, home] = [await freshDatabase(), await temporaryFolder()];
    onTestFinished(async () => {
      await Promise.all([other.drop(), home.remove()]);
    });
    const urls = { [which]: await pair.address(which), [which === 'records' ? 'keys' : 'records']: other.url };
    const place = { recordStoreUrl: urls.records as string, keyStoreUrl: urls.keys as string, folder: home.path };
    return openAt({ engine: 'postgres', ...place }, undefined, { commitMs: 400, callMs: 5_000 });
  }

  async function ready(vault: TestVault): Promise<unknown> {
    vault.advance(2_000);
    const { status, body } = await request(vault.app).get('/readyz');
    return status === 200 ? undefined : body.unavailable;
  }

  test('of the record store: nothing is shown, and what was not answered is done once, and completed', async () => {
    const pair = await primaryWithStandby();
    const vault = await vaultOn(pair, 'records');
    const app = vault.as('app');
    const [ada, bob] = await app.tokenize(ADA, { type: 'email', value: 'bob@example.com' });
    await pair.setSynchronous(true);
    expect(await ready(vault)).toBeUndefined();
    await pair.stop('standby');

    const store = () =>
      app.call('post', '/v1/tokenize', { items: [{ type: 'email', value: 'eve@example.com' }] }, under('1'));
    const erase = () => app.call('post', '/v1/erasures', { tokens: [bob?.token] }, under('2'));
    expect(await answered(store(), 1_500)).toEqual(UNKNOWN);
    expect(await answered(erase(), 1_500)).toEqual(UNKNOWN);
    expect(await answered(app.detokenize(ada?.token as string), 1_500)).toEqual(UNKNOWN);
    expect(warnings(vault)[0]).toMatchObject({
      code: 'outcome_unknown',
      cause: 'no_answer',
      store: 'records',
      phase: 'commit',
      leftOut: 0,
    });
    // Its write is the fourth to owe an answer. Nobody is sent after that, and everybody hears so at once.
    expect(await ready(vault)).toEqual({ recordStore: 'outcome_unknown' });
    expect(await ready(vault)).toEqual({ recordStore: 'store_unavailable' });
    for (const call of [
      store(),
      erase(),
      app.detokenize(ada?.token as string),
      vault.admin.call('get', '/v1/principals'),
    ]) {
      expect(await answered(call, 500)).toEqual(UNAVAILABLE);
    }

    await pair.start('standby');
    await vi.waitFor(async () => expect(await ready(vault)).toBeUndefined(), { timeout: 15_000 });
    const [first, again] = [await store(), await store()];
    expect([first.status, first.body]).toEqual([200, again.body]);
    expect(await tell(await pair.address('records'), 'SELECT 1 FROM records')).toHaveLength(3);
    vault.advance(31_000);
    await runBackgroundOnce(vault.vault);
    const receipt = await erase();
    expect([receipt.status, receipt.body.state]).toEqual([201, 'completed']);
    expect(await handOn(vault.vault.keyStore).rows('record_keys', { record: bob?.record as string })).toEqual([]);
    expect((await app.detokenize(bob?.token as string)).body.results[0].error.code).toBe('record_erased');
    expect((await app.detokenize(ada?.token as string)).body.results[0].value).toBe(ADA.value);
    // What was unknown and holds has the entry of the call, and no other says that it failed.
    const entries = (await vault.auditEntries()).map(
      ({ action, outcome, code }) => `${action} ${outcome} ${code ?? ''}`,
    );
    expect(entries.filter((entry) => entry.includes('outcome_unknown'))).toEqual([]);
    expect(entries.filter((entry) => entry.startsWith('erase done'))).toHaveLength(1);
  }, 90_000);

  test('of the record store, for days: the keys of what waits there are not swept as nobody’s', async () => {
    const pair = await primaryWithStandby();
    const vault = await vaultOn(pair, 'records');
    const app = vault.as('app');
    await app.tokenize({ type: 'email', value: 'bob@example.com' });
    await pair.setSynchronous(true);
    await pair.stop('standby');
    expect(await answered(app.call('post', '/v1/tokenize', { items: [ADA] }), 1_500)).toEqual(UNKNOWN);

    vault.advance(ORPHAN_GRACE_MS + 1);
    const swept = async () => (await runBackgroundOnce(vault.vault)).find(({ name }) => name === 'sweep_orphan_keys');
    expect((await swept())?.failed).toMatch(/^(outcome_unknown|store_unavailable)$/);

    await pair.start('standby');
    await vi.waitFor(async () => expect(await ready(vault)).toBeUndefined(), { timeout: 15_000 });
    expect(await swept()).toMatchObject({ changed: 0, failed: undefined });
    const tokens = await handOn(vault.vault.recordStore).rows('tokens', {});
    const { body } = await app.detokenize(tokens.map(({ token }) => token as string));
    expect(body.results.map(({ value }: { value: string }) => value).sort()).toEqual([ADA.value, 'bob@example.com']);
  }, 90_000);

  test('of the key store, and given up: what is there is shown, an erasure holds within its time, and is completed', async () => {
    const pair = await primaryWithStandby();
    const vault = await vaultOn(pair, 'keys');
    const app = vault.as('app');
    const [ada, bob] = await app.tokenize(ADA, { type: 'email', value: 'bob@example.com' });
    await pair.setSynchronous(true);
    await pair.stop('standby');

    const store = () =>
      app.call('post', '/v1/tokenize', { items: [{ type: 'email', value: 'eve@example.com' }] }, under('1'));
    expect(await answered(store(), 1_500)).toEqual(UNKNOWN);
    expect((await app.detokenize(ada?.token as string)).body.results[0].value).toBe(ADA.value);
    const receipt = await app.call('post', '/v1/erasures', { tokens: [bob?.token] });
    expect([receipt.status, receipt.body.state]).toEqual([201, 'ordered']);
    expect((await app.detokenize(bob?.token as string)).body.results[0].error.code).toBe('record_erased');
    // Revoked in the record store; that the other store does not say so in time is said.
    const revoked = await app.call('delete', `/v1/tokens/${ada?.token}`);
    expect([revoked.status, revoked.body.code]).toEqual([503, 'outcome_unknown']);
    expect((await app.detokenize(ada?.token as string)).body.results[0].error.code).toBe('token_revoked');

    const [whoWaits, ...without] = await statementsOf();
    expect(await pair.ask('primary', whoWaits ?? '')).not.toEqual([]);
    expect(without).toHaveLength(2);
    for (const statement of without) await pair.ask('primary', statement);
    await vi.waitFor(async () => expect(await pair.ask('primary', whoWaits ?? '')).toEqual([]), { timeout: 15_000 });
    await vi.waitFor(async () => expect(await ready(vault)).toBeUndefined(), { timeout: 15_000 });
    expect((await store()).status).toBe(200);
    vault.advance(31_000);
    await runBackgroundOnce(vault.vault);
    expect((await app.call('get', `/v1/erasures/${receipt.body.erasure}`)).body.state).toBe('completed');
    expect(await handOn(vault.vault.keyStore).rows('record_keys', { record: bob?.record as string })).toEqual([]);
  }, 90_000);
});

describe('a lock that somebody else holds', () => {
  test('on PostgreSQL: the call is answered in time, and done once when it is repeated', async () => {
    const [stores, home] = [await freshStores('postgres'), await temporaryFolder()];
    onTestFinished(async () => {
      await stores.drop();
      await home.remove();
    });
    const vault = await openAt({ engine: 'postgres', ...stores, folder: home.path }, undefined, { callMs: 1_000 });
    const app = vault.as('app');
    const [ada] = await app.tokenize(ADA);
    const holder = new pg.Client({ connectionString: stores.recordStoreUrl });
    await holder.connect();
    onTestFinished(() => holder.end());
    await holder.query('BEGIN; LOCK TABLE audit_entries IN EXCLUSIVE MODE');

    const store = app.call(
      'post',
      '/v1/tokenize',
      { items: [{ type: 'email', value: 'eve@example.com' }] },
      under('1'),
    );
    // Its last statement was on the way: whether that still gets the lock is not known.
    expect(await answered(store, 2_500)).toEqual(UNKNOWN);
    // An answer whose time ran out in the meantime is not made good by itself.
    await holder.query('ROLLBACK');
    await vi.waitFor(async () => expect((await app.detokenize(ada?.token as string)).status).toBe(200), {
      timeout: 10_000,
    });
    const again = await app.call(
      'post',
      '/v1/tokenize',
      { items: [{ type: 'email', value: 'eve@example.com' }] },
      under('1'),
    );
    expect(again.status).toBe(200);
    expect(await tell(stores.recordStoreUrl, 'SELECT 1 FROM records')).toHaveLength(2);
  }, 40_000);

  test('on SQLite: the process goes on answering, the call is told in time, and nothing of it is kept', async () => {
    const [stores, home] = [await freshStores('sqlite'), await temporaryFolder()];
    onTestFinished(async () => {
      await stores.drop();
      await home.remove();
    });
    const vault = await openAt({ engine: 'sqlite', ...stores, folder: home.path }, undefined, { callMs: 1_000 });
    const app = vault.as('app');
    const [ada] = await app.tokenize(ADA);
    const holder = new Database(stores.recordStoreUrl.slice('sqlite:'.length));
    onTestFinished(() => void holder.close());
    holder.exec('BEGIN IMMEDIATE');

    const shown = answered(app.detokenize(ada?.token as string), 1_500);
    const stored = answered(
      app.call('post', '/v1/tokenize', { items: [{ type: 'email', value: 'eve@example.com' }] }),
      1_500,
    );
    const startedAt = performance.now();
    for (let i = 0; i < 5; i += 1) expect((await request(vault.app).get('/healthz')).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(900);
    expect(await Promise.all([shown, stored])).toEqual([TIMED_OUT, TIMED_OUT]);
    holder.exec('ROLLBACK');

    await vi.waitFor(async () => expect((await app.detokenize(ada?.token as string)).status).toBe(200), {
      timeout: 10_000,
    });
    expect(await handOn(vault.vault.recordStore).rows('records', {})).toHaveLength(1);
    await vi.waitFor(async () => {
      const entries = (await vault.auditEntries()).filter(({ code }) => code === 'timed_out');
      expect(entries.map(({ action }) => action).sort()).toEqual(['detokenize', 'tokenize']);
    });
  });
});

test('a server that has become a reader is told at once, with its code, and by the one that is ready for nothing', async () => {
  const [stores, home] = [await freshStores('postgres'), await temporaryFolder()];
  onTestFinished(async () => {
    await stores.drop();
    await home.remove();
  });
  const vault = await openAt({ engine: 'postgres', ...stores, folder: home.path });
  const app = vault.as('app');
  const [ada] = await app.tokenize(ADA);
  const name = new URL(stores.recordStoreUrl).pathname.slice(1);
  await tell(stores.recordStoreUrl, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await tell(
    stores.recordStoreUrl,
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()',
  );

  await vi.waitFor(async () => {
    for (const call of [app.detokenize(ada?.token as string), app.call('post', '/v1/tokenize', { items: [ADA] })]) {
      expect(await answered(call, 2_000)).toEqual(UNAVAILABLE);
    }
    expect(warnings(vault).at(-1)).toMatchObject({ code: 'store_unavailable', cause: '25006', store: 'records' });
  });
  vault.advance(2_000);
  expect((await request(vault.app).get('/readyz')).body.unavailable).toEqual({ recordStore: 'store_unavailable' });
});
