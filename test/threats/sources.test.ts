/**
 * Where calls come from: in the log where it may stand, in nobody's words but an address's own, and nowhere else. The
 * server is asked over a socket of its own, from 127.0.0.1: the proxy, where that is trusted, or a stranger.
 */

import { pino } from 'pino';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { ROLES, type Role } from '../../src/access/roles.ts';
import { newApp } from '../../src/http/app.ts';
import { newSealedApp } from '../../src/http/serving/sealed.ts';
import { everyByte, freshHome, placesOf } from '../support/home.ts';
import { DECLARATION } from '../support/purposes.ts';
import { mistyped, sealedAt, splitHome } from '../support/shares.ts';
import { ENGINES, type Engine } from '../support/stores.ts';

const CLIENT = '203.0.113.177';
const LIE = '198.51.100.188';
const PROXIED = { 'X-Forwarded-For': `${LIE}, ${CLIENT}` };

async function behindProxy(trustedProxies: readonly string[], engine: Engine = 'sqlite') {
  const home = await freshHome(engine);
  const vault = await home.open();
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const app = newApp({ vault, log, closing: () => false, front: { trustedProxies } });
  const adminKey = await home.adminKey();
  const asAdmin = (method: 'post' | 'put' | 'delete', path: string) =>
    request(app)[method](path).set('Authorization', `Bearer ${adminKey}`);
  const ask = (apiKey: string, headers: Record<string, string>, body: unknown = {}) =>
    request(app)
      .post('/v1/search')
      .set('Authorization', `Bearer ${apiKey}`)
      .set(headers)
      .send(body as object);
  const add = async (role: Role) => {
    const tied = role === 'receiver' ? { audience: 'crm' } : {};
    await asAdmin('put', '/v1/purposes/support').send(DECLARATION);
    const reply = await asAdmin('post', '/v1/principals').send({ name: role, role, purposes: ['support'], ...tied });
    expect(reply.status, reply.text).toBe(201);
    lines.splice(0);
    return reply.body as { principal: string; apiKey: string };
  };
  const keyOf = async (role: Role) => (await add(role)).apiKey;
  const newLines = () => lines.splice(0).map((line) => JSON.parse(line) as Record<string, unknown>);
  const metrics = async () => (await request(app).get('/metrics')).text;
  return { home, lines, ask, add, asAdmin, keyOf, newLines, metrics };
}

test('of a service, the line has the client that a trusted proxy names, and never what the client says of itself', async () => {
  const { ask, keyOf, lines, newLines } = await behindProxy(['127.0.0.0/8']);
  for (const role of ['app', 'receiver'] as const) {
    await ask(await keyOf(role), PROXIED);
    expect(lines.join('')).not.toContain(LIE);
    expect(newLines()).toMatchObject([{ operation: 'search', principal: expect.any(String), source: CLIENT }]);
  }
  await ask(await keyOf('app'), { Forwarded: `for=${LIE};by="_x, for=${CLIENT}` });
  expect(lines.join('')).not.toContain(LIE);
  expect(newLines().at(-1)).toMatchObject({ source: '127.0.0.1' });
});

test('of a peer that is not trusted, nothing is believed, which is told once and counted', async () => {
  const { ask, keyOf, lines, newLines, metrics } = await behindProxy(['10.0.0.0/8']);
  const apiKey = await keyOf('app');
  for (const headers of [PROXIED, { Forwarded: `for=${CLIENT}` }, PROXIED]) await ask(apiKey, headers);
  expect(lines.join('')).not.toMatch(/203\.0|198\.51/);
  const [warning, ...calls] = newLines();
  expect(warning).toMatchObject({
    level: 40,
    peer: '127.0.0.1',
    msg: expect.stringContaining('LETHE_TRUSTED_PROXIES'),
  });
  expect(calls.map(({ source }) => source)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
  expect(await metrics()).toMatch(/^lethe_untrusted_forwarded_total 3$/m);
  expect(await metrics()).toMatch(/^lethe_unreadable_forwarded_total 0$/m);
  await ask(apiKey, {});
  expect(await metrics()).toMatch(/^lethe_untrusted_forwarded_total 3$/m);
});

test('a key bound to networks is let in from the client that a trusted proxy names, and on nobody else’s word', async () => {
  const { ask, asAdmin } = await behindProxy(['127.0.0.1']);
  const add = async (network: string) => {
    const body = { name: 'bound', role: 'app', networks: [network] };
    return (await asAdmin('post', '/v1/principals').send(body)).body.apiKey as string;
  };
  const [bound, proxys] = [await add('203.0.113.0/24'), await add('127.0.0.1')];
  // Let in, it asks for too little (422).
  expect((await ask(bound, PROXIED)).status).toBe(422);
  for (const headers of [
    {},
    { 'X-Forwarded-For': `${CLIENT}, ${LIE}` },
    { 'X-Real-IP': CLIENT },
    { Forwarded: 'for=_x' },
  ]) {
    const { status, body } = await ask(bound, headers as Record<string, string>);
    expect([status, body.code]).toEqual([401, 'unauthenticated']);
  }
  expect([(await ask(proxys, PROXIED)).status, (await ask(proxys, {})).status]).toEqual([401, 422]);
});

test('of a key that may be a person’s, the line has no address, whatever the answer', async () => {
  const { ask, keyOf, lines, newLines } = await behindProxy(['127.0.0.1']);
  const query = { type: 'email', value: 'ada@example.com', purpose: 'support' };
  for (const role of ROLES.filter((name) => name !== 'app' && name !== 'receiver')) {
    const apiKey = await keyOf(role);
    const answers = [await ask(apiKey, PROXIED, query), await ask(apiKey, PROXIED, { nonsense: 1 })];
    expect(answers.map(({ status }) => status)).not.toContain(401);
    expect(lines.join('')).not.toMatch(/203\.0|198\.51|127\.0|source/);
    expect(newLines()).toHaveLength(2);
  }
});

test('of a call without a valid key, the line has the address: an attacker is found by it', async () => {
  const { ask, add, asAdmin, newLines } = await behindProxy(['127.0.0.1']);
  const { principal, apiKey: revoked } = await add('support');
  expect((await asAdmin('delete', `/v1/principals/${principal}`)).status).toBe(200);
  newLines();
  for (const apiKey of ['lethe_x', revoked, 'x'.repeat(300)]) {
    expect((await ask(apiKey, PROXIED)).status).toBe(401);
    expect(newLines()).toMatchObject([{ status: 401, source: CLIENT }]);
  }
});

test('no header puts anything else into the log, a line of its own least of all', async () => {
  const { ask, keyOf, lines, newLines } = await behindProxy(['127.0.0.1']);
  const apiKey = await keyOf('app');
  const injected = [
    `${CLIENT}","status":200,"planted":"`,
    `planted, ${CLIENT}`,
    `for=planted`,
    `for="${CLIENT}\\", planted"`,
    'planted'.repeat(1_000),
    `${CLIENT} planted`,
    `[::1%planted]`,
  ];
  for (const text of injected) {
    await ask(apiKey, { 'X-Forwarded-For': text });
    await ask(apiKey, { Forwarded: text });
    await ask(apiKey, {
      'X-Real-IP': text,
      'X-Forwarded-Host': text,
      'X-Forwarded-Proto': text,
      'X-Request-Id': 'planted',
    });
  }
  expect(lines.join('')).not.toContain('planted');
  for (const { source } of newLines().filter(({ msg }) => msg === undefined)) {
    expect([CLIENT, '127.0.0.1']).toContain(source);
  }
});

describe.each(ENGINES)('on %s', (engine) => {
  test('no address is in a store, the audit log among them, in a metric or in a reply', async () => {
    const { home, ask, keyOf, metrics } = await behindProxy(['127.0.0.1'], engine);
    const replies: string[] = [];
    for (const role of ROLES) {
      const { text, headers } = await ask(await keyOf(role), PROXIED, {
        type: 'email',
        value: 'a@example.com',
        purpose: 'support',
      });
      replies.push(text, JSON.stringify(headers));
    }
    replies.push((await ask('lethe_x', PROXIED)).text, await metrics());
    expect(replies.join('')).not.toMatch(/203\.0\.113|198\.51\.100|127\.0\.0\.1/);
    const places = await everyByte(home);
    expect([...places.keys()].some((name) => name.startsWith('records store'))).toBe(true);
    for (const address of [CLIENT, LIE, '127.0.0.1']) expect(placesOf(places, Buffer.from(address))).toEqual([]);
  });
});

test('a sealed vault logs the source of a share that is refused, and not of one that counts', async () => {
  const { config, lines: shares } = await splitHome('sqlite', 3, 2);
  const { sealed } = await sealedAt(config);
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const app = newSealedApp({ sealed, log, closing: () => false, front: { trustedProxies: ['127.0.0.1'] } });
  const give = (share: string) => request(app).post('/v1/unseal').set(PROXIED).send({ share });
  const [share = ''] = shares;
  expect((await give(mistyped(share, 20))).status).toBe(422);
  expect(JSON.parse(lines.splice(0).join(''))).toMatchObject({ operation: 'unseal', source: CLIENT });
  expect((await give(share)).status).toBe(200);
  expect(lines.join('')).not.toMatch(/source|203\.0/);
});

test('limit: a trusted proxy that hands on what its client sent, without a word of its own, makes that believed', async () => {
  const { ask, keyOf, newLines } = await behindProxy(['127.0.0.1']);
  await ask(await keyOf('app'), { 'X-Forwarded-For': LIE });
  expect(newLines()).toMatchObject([{ source: LIE }]);
});
