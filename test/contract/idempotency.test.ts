/** Idempotency-Key: the same call made again does nothing again and is answered as the first time. */
import type { Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import { parseApiKey } from '../../src/access/api-key.ts';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import { authenticate } from '../../src/calls/authenticate.ts';
import { secretOfCall } from '../../src/calls/idempotency.ts';
import { newId } from '../../src/ids.ts';
import { eraseTenant } from '../../src/operations/erasures/erase-tenant.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import type { TestCaller, TestVault } from '../support/vault.ts';
import { openWatchedVault, plant, watchLogs } from './watched.ts';

watchLogs();

const DAY_MS = 24 * 60 * 60 * 1000;
const EMAIL = plant('dorothy.vaughan@example.com');
const ITEMS = [
  { type: 'email', value: EMAIL, subject: plant('cust_dorothy'), label: 'main' },
  { type: 'text', value: plant('Likes to be called in the morning.'), subject: 'cust_dorothy' },
  { type: 'phone', value: '+44 20 7946 0958' },
];

type Method = Parameters<TestCaller['call']>[0];

function under(key: string, caller: TestCaller): (method: Method, path: string, body?: unknown) => Promise<Response> {
  return (method, path, body) => caller.call(method, path, body, { 'Idempotency-Key': key });
}

const answer = ({ status, body }: Response) => ({ status, body });

async function countOf({ vault }: TestVault, table: string): Promise<number> {
  return (await askRows(vault.recordStore.reader, (sql) => sql(table).select('tenant'))).length;
}

/** On PostgreSQL the next transaction that keeps an answer fails when its work is done, as one that has met another does. */
async function failOnce({ vault }: TestVault): Promise<void> {
  if (vault.recordStore.engine === 'sqlite') return;
  const statements = [
    'CREATE SEQUENCE tries',
    `CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN IF nextval('tries') = 1 THEN RAISE EXCEPTION USING ERRCODE = '40001'; END IF; RETURN NEW; END $$`,
    'CREATE TRIGGER fail_once BEFORE INSERT ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION fail_once()',
  ];
  for (const text of statements) await vault.recordStore.exclusive((tx) => tx.execute((sql) => sql.raw(text) as never));
}

describe.each(ENGINES)('on %s', (engine) => {
  test('a repeated call gets the same answer and stores nothing again', async () => {
    const vault = await openWatchedVault({ engine });
    const once = under('key-1', vault.as('app'));
    const first = await once('post', '/v1/tokenize', { items: ITEMS });
    const second = await once('post', '/v1/tokenize', { items: ITEMS });
    expect(first.status).toBe(200);
    expect(answer(second)).toEqual(answer(first));
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(await countOf(vault, 'records')).toBe(3);
    expect(await vault.lastAuditEntry()).toMatchObject({ action: 'tokenize', outcome: 'replayed' });
  });

  test('a repeated correction corrects once, and a repeated erasure erases once', async () => {
    const vault = await openWatchedVault({ engine });
    const app = vault.as('app');
    const [email] = await app.tokenize(...ITEMS);
    const correct = () =>
      under('correct', app)('patch', `/v1/records/${email?.record}`, {
        value: plant('d.vaughan@example.org'),
        reason: 'typo',
      });
    const corrected = await correct();
    expect(corrected.body).toMatchObject({ version: 2, masked: 'd***@example.org' });
    expect(answer(await correct())).toEqual(answer(corrected));
    expect((await app.call('get', `/v1/tokens/${email?.token}`)).body.version).toBe(2);

    const erase = () => under('erase', app)('post', '/v1/erasures', { ref: 'cust_dorothy', reason: 'asked' });
    const erased = await erase();
    expect([erased.status, erased.body.records]).toEqual([201, 2]);
    expect(answer(await erase())).toEqual(answer(erased));
    // A correction that comes again after all, when the record is gone.
    expect([200, 410]).toContain((await correct()).status);
    expect(await countOf(vault, 'records')).toBe(1);
  });

  test('an API key is shown once: the repeated call says so, and there is one principal', async () => {
    const vault = await openWatchedVault({ engine });
    const add = () => under('add', vault.admin)('post', '/v1/principals', { name: 'x', role: 'app' });
    expect((await add()).status).toBe(201);
    expect((await add()).body.code).toBe('api_key_already_shown');
    expect(await countOf(vault, 'principals')).toBe(2);
  });

  test('a tenant is added once, and a repeated call shows the same API key, which is stored nowhere', async () => {
    const vault = await openWatchedVault({ engine });
    const add = (key: string, name = 'shop-eu') => under(key, vault.admin)('post', '/v1/tenants', { name });
    const [first, again] = [await add('shop'), await add('shop')];
    expect(first.status).toBe(201);
    expect(answer(again)).toEqual(answer(first));
    expect((await vault.withKey(first.body.apiKey).call('get', '/v1/principals')).status).toBe(200);
    expect(await countOf(vault, 'tenants')).toBe(2);
    expect((await add('shop', 'shop-us')).body.code).toBe('idempotency_key_reused');
    expect((await add('other')).body.code).toBe('tenant_exists');
    const us = await add('us', 'shop-us');
    // Another tenant under another key, and another caller under the same key, have other secrets.
    const { body } = await vault.admin.call('post', '/v1/principals', { name: 'second', role: 'admin' });
    const theirs = await under('us', vault.withKey(body.apiKey))('post', '/v1/tenants', { name: 'shop-jp' });
    const secrets = [first, us, theirs].map(({ body: { apiKey } }) =>
      parseApiKey(apiKey)?.secret.toString('base64url'),
    );
    expect(new Set(secrets).size).toBe(3);
    const rows = JSON.stringify([
      await askRows(vault.vault.recordStore.reader, (sql) => sql('idempotency_keys')),
      await askRows(vault.vault.recordStore.reader, (sql) => sql('api_keys')),
      await vault.auditEntries(),
    ]);
    for (const secret of secrets) expect(rows).not.toContain(secret);
    // Of two that were made alike in all but what is forgotten after a day.
    const { vault: opened, admin } = vault;
    const caller = await authenticate(opened, admin.apiKey, newId('request', opened.random, opened.clock()), 'shop');
    const derived = await secretOfCall(opened.keyring.indexes, caller, 32, [first.body.tenant]);
    expect(parseApiKey(first.body.apiKey)?.secret.equals(derived)).toBe(false);
    const salts = async () => {
      const sql = await askRows<{ answer: string }>(opened.recordStore.reader, (knex) => knex('idempotency_keys'));
      return sql.flatMap(({ answer }) => /"salt":"([0-9a-f]{64})"/.exec(answer)?.[1] ?? []);
    };
    expect(new Set(await salts()).size).toBe(3);
    vault.advance(2 * DAY_MS);
    await runBackgroundOnce(vault.vault);
    expect(await salts()).toEqual([]);
    expect((await add('shop')).body.code).toBe('tenant_exists');
  });

  test('a tenant whose adding PostgreSQL had run twice has an API key that nobody can guess, and shows it again', async () => {
    const vault = await openWatchedVault({ engine });
    await failOnce(vault);
    const add = () => under('shop', vault.admin)('post', '/v1/tenants', { name: 'shop-eu' });
    const first = await add();
    expect(first.status).toBe(201);
    expect(parseApiKey(first.body.apiKey)?.secret.some((byte) => byte !== 0)).toBe(true);
    expect(answer(await add())).toEqual(answer(first));
    expect((await vault.withKey(first.body.apiKey).call('get', '/v1/principals')).status).toBe(200);
  });

  test('a tenant that was added without a key, and whose API key was lost, can be erased by its name and added again', async () => {
    const vault = await openWatchedVault({ engine });
    const add = () => vault.admin.call('post', '/v1/tenants', { name: 'shop-eu' });
    expect((await add()).status).toBe(201);
    expect((await add()).body.code).toBe('tenant_exists');
    const request = newId('request', vault.vault.random, vault.vault.clock());
    await eraseTenant(vault.vault, await authenticate(vault.vault, vault.admin.apiKey, request), {
      confirm: 'shop-eu',
    });
    await runJobsOnce(vault.vault);
    const { body } = await add();
    expect((await vault.withKey(body.apiKey).call('get', '/v1/principals')).status).toBe(200);
  });

  test('a key names one request of one caller', async () => {
    const vault = await openWatchedVault({ engine });
    const app = vault.as('app');
    const once = under('key-1', app);
    const first = await once('post', '/v1/tokenize', { items: ITEMS });
    const others: [Method, string, unknown][] = [
      ['post', '/v1/tokenize', { items: ITEMS.slice(1) }],
      ['post', '/v1/tokenize', { items: [{ ...ITEMS[0], label: 'other' }] }],
      ['post', '/v1/erasures', { ref: 'cust_dorothy' }],
      ['patch', `/v1/records/${first.body.results[0].record}`, { value: EMAIL }],
    ];
    for (const other of others) {
      const reply = await once(...other);
      expect([reply.status, reply.body.code, reply.body.field]).toEqual([
        422,
        'idempotency_key_reused',
        'Idempotency-Key',
      ]);
    }
    const { apiKey } = (await vault.admin.call('post', '/v1/principals', { name: 'b', role: 'app' })).body;
    const others2 = [vault.withKey(apiKey), await vault.inTenant('shop-eu', 'app')];
    for (const caller of others2) {
      const reply = await under('key-1', caller)('post', '/v1/tokenize', { items: ITEMS });
      expect(reply.status).toBe(200);
      expect(reply.body.results[0].token).not.toBe(first.body.results[0].token);
    }
    expect(await countOf(vault, 'records')).toBe(9);
  });

  test('what was refused is not remembered, and what was answered is for a day', async () => {
    const vault = await openWatchedVault({ engine });
    const once = under('key-1', vault.as('app'));
    expect((await once('post', '/v1/tokenize', { items: [{ type: 'email', value: 'nobody' }] })).status).toBe(422);
    const first = await once('post', '/v1/tokenize', { items: ITEMS });
    expect(first.status).toBe(200);
    vault.advance(DAY_MS - 60_000);
    await runBackgroundOnce(vault.vault);
    expect(answer(await once('post', '/v1/tokenize', { items: ITEMS }))).toEqual(answer(first));
    vault.advance(120_000);
    await runBackgroundOnce(vault.vault);
    const later = await once('post', '/v1/tokenize', { items: ITEMS });
    expect(later.status).toBe(200);
    expect(later.body.results[0].token).not.toBe(first.body.results[0].token);
  });

  test('the same call many times at once is done once, and all get its answer', async () => {
    const vault = await openWatchedVault({ engine });
    const app = vault.as('app');
    const [known] = await app.tokenize({ type: 'email', value: EMAIL, subject: 'cust_known' });
    const atOnce = (key: string, ...call: Parameters<ReturnType<typeof under>>) =>
      Promise.all(Array.from({ length: 8 }, () => under(key, app)(...call)));

    const stored = await atOnce('a', 'post', '/v1/tokenize', { items: ITEMS });
    expect(stored.map(answer)).toEqual(Array(8).fill({ status: 200, body: stored[0]?.body }));
    expect(await countOf(vault, 'records')).toBe(4);

    const erased = await atOnce('c', 'post', '/v1/erasures', { ref: 'cust_known' });
    const settled = await under('c', app)('post', '/v1/erasures', { ref: 'cust_known' });
    for (const { status, body } of erased) {
      expect([status, body.erasure]).toEqual([201, settled.body.erasure]);
    }
    expect((await app.detokenize(known?.token ?? '')).body.results[0].error.code).toBe('record_erased');
    expect(await countOf(vault, 'records')).toBe(3);
  });

  test('the same correction many times at once is made once', async () => {
    const vault = await openWatchedVault({ engine });
    const app = vault.as('app');
    const [known] = await app.tokenize({ type: 'email', value: EMAIL });
    const correct = () => under('c', app)('patch', `/v1/records/${known?.record}`, { value: plant('dv@example.org') });
    const replies = await Promise.all(Array.from({ length: 8 }, correct));
    const settled = answer(await correct());
    expect(settled).toMatchObject({ status: 200, body: { version: 2 } });
    // One that comes while the first is under way may be told so; repeated, it gets the answer.
    const others = replies.map(answer).filter(({ body }) => body.code !== 'concurrent_change');
    expect(others.length).toBeGreaterThan(0);
    expect(others).toEqual(Array(others.length).fill(settled));
    expect((await app.call('get', `/v1/tokens/${known?.token}`)).body.version).toBe(2);
  });
});

test('a key is 1 to 255 visible ASCII characters', async () => {
  const vault = await openWatchedVault();
  for (const key of ['', ' ', 'a b', 'x'.repeat(256), 'clé']) {
    const reply = await under(key, vault.as('app'))('post', '/v1/tokenize', { items: ITEMS });
    expect([key, reply.status, reply.body.code, reply.body.field]).toEqual([
      key,
      400,
      'malformed_request',
      'Idempotency-Key',
    ]);
  }
  expect((await under('x'.repeat(255), vault.as('app'))('post', '/v1/tokenize', { items: ITEMS })).status).toBe(200);
});

test('on a call that takes none, a key changes nothing', async () => {
  const vault = await openWatchedVault();
  const app = vault.as('app');
  const [email] = await app.tokenize(...ITEMS);
  const once = under('key-1', app);
  for (let i = 0; i < 2; i += 1) {
    expect((await once('get', `/v1/tokens/${email?.token}`)).status).toBe(200);
    expect((await once('get', '/v1/types')).status).toBe(200);
    const body = { tokens: [email?.token], purpose: 'billing' };
    expect((await once('post', '/v1/detokenize', body)).body.results[0].value).toBe(EMAIL);
  }
});
