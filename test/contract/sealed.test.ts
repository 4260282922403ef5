/** A sealed server: it lives, says that it is not ready, takes shares, and answers nothing else. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import request from 'supertest';
import { expect, onTestFinished, test } from 'vitest';
import { newSealedApp } from '../../src/http/serving/sealed.ts';
import { withoutTable } from '../support/home.ts';
import { startServer } from '../support/server-process.ts';
import { mistyped, type SplitHome, sealedAt, split, splitHome } from '../support/shares.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { openTestVault } from '../support/vault.ts';

async function sealedApp(n: number, m: number) {
  const made: SplitHome = await splitHome('sqlite', n, m);
  const at = await sealedAt(made.config);
  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const app = newSealedApp({ sealed: at.sealed, log, closing: () => false });
  const give = (share: unknown) => request(app).post('/v1/unseal').send({ share });
  return { ...made, ...at, app, logged, give };
}

test('lives, is not ready, and answers every call with `sealed`', async () => {
  const { app } = await sealedApp(3, 2);
  expect(await request(app).get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await request(app).get('/readyz')).toMatchObject({ status: 503, body: { status: 'sealed' } });
  for (const [method, path] of [
    ['post', '/v1/tokenize'],
    ['post', '/v1/detokenize'],
    ['get', '/v1/audit/entries'],
    ['get', '/metrics'],
    ['get', '/docs/nothing'],
    ['get', '/'],
    ['get', '/v1/%E0%A4%A'],
    ['post', '/v1/unseal/'],
  ] as const) {
    const reply = await request(app)[method](path).set('Authorization', 'Bearer lethe_x');
    expect([path, reply.status, reply.body.code]).toEqual([path, 503, 'sealed']);
    expect(reply.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  }
});

test('leads a browser to the description, where the problem `sealed` is explained', async () => {
  const { app } = await sealedApp(2, 2);
  const opened = await request(app).get('/').set('Accept', 'text/html,*/*;q=0.8');
  expect([opened.status, opened.headers.location]).toEqual([303, 'docs']);
  expect((await request(app).get('/docs')).text).toContain('id="problem-sealed"');
  expect((await request(app).get('/openapi.json')).body.openapi).toBe('3.1.0');
});

test('takes shares without an API key, and says how many are needed', async () => {
  const { app, give, lines, vault } = await sealedApp(5, 3);
  const [one, two, three] = lines;
  expect((await request(app).get('/v1/unseal')).body).toEqual({ sealed: true, given: 0, needed: 3 });
  expect(await give(one)).toMatchObject({ status: 200, body: { sealed: true, given: 1, needed: 3 } });
  expect(await give(two)).toMatchObject({ status: 200, body: { sealed: true, given: 2, needed: 3 } });
  expect((await request(app).get('/v1/unseal')).body).toEqual({ sealed: true, given: 2, needed: 3 });
  expect(await give(three)).toMatchObject({ status: 200, body: { sealed: false } });
  expect(vault()).toBeDefined();
});

test('refuses each bad share under its own code, with the share in no reply and no line of the log', async () => {
  const { give, lines, logged, home, vault } = await sealedApp(5, 2);
  const [one = '', two = ''] = lines;
  const other = (await splitHome('sqlite', 2, 2)).lines[0] ?? '';
  await give(one);
  const bad = mistyped(two, 40);
  for (const [line, status, code] of [
    [bad, 422, 'share_typo'],
    [other, 422, 'share_foreign'],
    [one, 409, 'share_repeated'],
    [17, 422, 'invalid_request'],
    [undefined, 422, 'invalid_request'],
  ] as const) {
    const reply = await give(line);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect(reply.text).not.toMatch(/LETHE1/);
  }
  await withoutTable(home.recordStoreUrl, 'tenants', async () => {
    expect(await give(two)).toMatchObject({ status: 503, body: { code: 'unseal_failed' } });
  });
  expect(logged.join('')).toMatch(/the shares are right, but the vault does not open/);
  expect(vault()).toBeUndefined();
  expect((await give(two)).body).toMatchObject({ sealed: false });
  expect(logged.length).toBeGreaterThan(6);
  for (const share of [one, two, bad, other]) {
    for (const group of share.split('-').slice(1)) expect(logged.join('')).not.toContain(group);
  }
});

test('bounds the body, wants JSON, and names the methods it takes', async () => {
  const { app } = await sealedApp(3, 2);
  const large = await request(app)
    .post('/v1/unseal')
    .send({ share: 'x'.repeat(5000) });
  expect([large.status, large.body.code]).toEqual([413, 'body_too_large']);
  expect(large.headers.connection).toBe('close');
  const long = await request(app)
    .post('/v1/unseal')
    .send({ share: 'x'.repeat(2000) });
  expect([long.status, long.body.code]).toEqual([422, 'invalid_request']);
  const form = await request(app).post('/v1/unseal').set('Content-Type', 'text/plain').send('LETHE1');
  expect([form.status, form.body.code]).toEqual([415, 'unsupported_media_type']);
  const put = await request(app).put('/v1/unseal');
  expect([put.status, put.headers.allow]).toEqual([405, 'GET, POST']);
});

test('a flood is told to wait a minute', async () => {
  const { give } = await sealedApp(3, 2);
  for (let i = 0; i < 20; i += 1) await give('LETHE1-x');
  const reply = await give('LETHE1-x');
  expect([reply.status, reply.body.code, reply.headers['retry-after']]).toEqual([429, 'too_many_shares', '60']);
});

test('an open vault answers a share too many without reading it', async () => {
  const { app } = await openTestVault();
  for (const reply of [
    await request(app).get('/v1/unseal'),
    await request(app).post('/v1/unseal').send({ share: 'LETHE1' }),
  ]) {
    expect([reply.status, reply.body]).toEqual([200, { sealed: false, given: 0, needed: 0 }]);
  }
});

test('one process: sealed, given its shares, serving on the same connections, stopped', async () => {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  const log = join(folder.path, 'log');
  const home = join(folder.path, 'home');
  await mkdir(home);
  const plain = await startServer(home, { log });
  const adminKey = (await readFile(join(home, 'keys/admin.key'), 'ascii')).trim();
  expect(await plain.end()).toBe(0);
  const { openVault } = await import('../../src/vault/open-vault.ts');
  const vault = await openVault({
    recordStoreUrl: `sqlite:${home}/data/records.db`,
    keyStoreUrl: `sqlite:${home}/keys/keystore.db`,
    keysPath: `${home}/keys`,
    rootKey: { from: 'file', path: `${home}/keys/root.key` },
  });
  const lines = await split(vault, { adminKey: async () => adminKey } as never, 3, 2);
  await vault.close();
  await rm(join(home, 'keys/root.key'));

  const server = await startServer(home, { log, env: { LETHE_ROOT_KEY_SHARES: 'true' } });
  const ask = async (path: string, body?: unknown) => {
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${adminKey}` };
    const reply = await fetch(
      `${server.url}${path}`,
      body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers },
    );
    return [reply.status, await reply.json()];
  };
  expect(await ask('/readyz')).toEqual([503, { status: 'sealed' }]);
  expect(await ask('/healthz')).toMatchObject([200, { status: 'ok' }]);
  expect((await ask('/v1/status'))[0]).toBe(503);
  expect(await ask('/v1/unseal', { share: lines[0] })).toEqual([200, { sealed: true, given: 1, needed: 2 }]);
  expect((await ask('/v1/status'))[0]).toBe(503);
  expect(await ask('/v1/unseal', { share: lines[2] })).toEqual([200, { sealed: false, given: 2, needed: 2 }]);

  expect(await ask('/readyz')).toEqual([200, { status: 'ready' }]);
  expect(await ask('/v1/status')).toEqual([200, expect.objectContaining({ epoch: expect.anything() })]);
  expect(await ask('/v1/unseal', { share: lines[1] })).toEqual([200, { sealed: false, given: 0, needed: 0 }]);
  expect(await server.end()).toBe(0);
  expect(await readFile(log, 'utf8')).not.toMatch(/LETHE1-/);

  const unopened = await startServer(home, { log, env: { LETHE_ROOT_KEY_SHARES: 'true' } });
  expect(await unopened.end()).toBe(0);
});
