/**
 * Nothing plain outside a reply. A real server is fed distinctive values through every door it has, right and wrong;
 * then every byte of its files, its databases, its log and what it tells monitoring is searched for them.
 */

import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { dataTypes } from '../../src/datatypes/registry.ts';
import { DECLARATION } from '../support/purposes.ts';
import { failToStart, startServer } from '../support/server-process.ts';
import { ENGINES, freshStores } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { filesUnder, found, type Haystack, type Needle, needle, tablesOf } from './needles.ts';

/** A value of every data type that nothing else in the world looks like; other types bring their examples. */
const VALUES: Record<string, unknown[]> = {
  email: ['Quagga.Zebrafinch@Planted-Example.com', 'weka+kakapo@tüi-planted.example'],
  phone: ['+44 20 7946 0123', { number: '020 7946 0987', country: 'GB' }],
  card: [{ number: '4000 0566 5566 5556', expiryMonth: 11, expiryYear: 2031, holder: 'Numbat Quollington' }],
  name: [
    { given: 'Yaffle', family: 'Wallcreeper-Øresund' },
    { given: '斑馬雀子', family: '鴨嘴獸山' },
  ],
  address: [{ line1: 'Pangolinweg 4711b', city: 'Okapihausen', postalCode: '98765', country: 'DE' }],
  text: ['Prefers the aardwolf; "quoted" <b>Tenrec & Fossa</b>\n\u202Eline two 🦤 dodo'],
};

let words = 0;
/** A word that occurs nowhere else, for the places that are not values. */
const needles: Needle[] = [];
function word(what: string): string {
  words += 1;
  const text = `plant${words}${what.replaceAll(/\W/g, '')}xyzzy`;
  needles.push(needle(what, text));
  return text;
}

/** The strings inside a value, in the form in which they were sent; short ones say nothing. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= 4 && Buffer.byteLength(value) >= 8 ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

/** A value as sent, as its type stores it, and as its type compares it. */
function plantsOf(name: string, value: unknown): Needle[] {
  const type = dataTypes().find((candidate) => candidate.name === name);
  const parsed = type?.parse(value, { now: new Date() });
  const all = [...strings(value), ...strings(parsed), ...strings(type?.canonical(parsed as never))];
  return [...new Set(all)].map((text) => needle(`${name} ${text}`, text));
}

const values: [string, unknown][] = dataTypes().flatMap((type) =>
  [...(VALUES[type.name] ?? []), ...type.examples].map((value): [string, unknown] => [type.name, value]),
);
for (const [name, value] of values) needles.push(...plantsOf(name, value));

interface Client {
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: never }>;
}

function clientOf(url: string, apiKey: string): Client {
  return {
    async send(method, path, body, headers = {}) {
      const reply = await fetch(url + path, {
        method,
        headers: {
          Authorization: `Bearer ${apiKey}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await reply.text();
      return { status: reply.status, body: (text.startsWith('{') ? JSON.parse(text) : text) as never };
    },
  };
}

/** Bytes on a socket that no HTTP client would send; whatever comes back is thrown away. */
function raw(url: string, text: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(text, () => setTimeout(() => socket.destroy(), 20)),
    );
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

/** Every door, with something planted behind each. @returns the API keys that were handed out */
async function visitEveryDoor(url: string, adminKey: string): Promise<string[]> {
  const admin = clientOf(url, adminKey);
  const made = async (role: string) => {
    const { status, body } = await admin.send('POST', '/v1/principals', { name: role, role, purposes: ['billing'] });
    expect(status).toBe(201);
    return (body as { apiKey: string }).apiKey;
  };
  await admin.send('PUT', '/v1/purposes/billing', DECLARATION);
  const [appKey, supportKey, auditorKey] = [await made('app'), await made('support'), await made('auditor')];
  const [app, support] = [clientOf(url, appKey), clientOf(url, supportKey)];

  // Values and refs, stored, told again under an idempotency key, and shown.
  const ref = word('ref');
  const items = values.map(([type, value], i) => ({ type, value, subject: i % 2 === 0 ? ref : word('ref') }));
  const again = { 'Idempotency-Key': word('idempotency key') };
  const stored = await app.send('POST', '/v1/tokenize', { items }, again);
  expect(stored.status, JSON.stringify(stored.body)).toBe(200);
  await app.send('POST', '/v1/tokenize', { items }, again);
  expect((await app.send('POST', '/v1/tokenize', { items: items.slice(1) }, again)).status).toBe(422);
  const { results } = stored.body as { results: { token: string; record: string; subject: string }[] };
  const tokens = results.map(({ token }) => token);
  const shown = await app.send('POST', '/v1/detokenize', { tokens, purpose: 'billing', reason: word('reason') });
  expect(JSON.stringify(shown.body)).toContain('Wallcreeper');
  await support.send('POST', '/v1/detokenize', { tokens, purpose: 'billing', view: 'plain', reason: word('reason') });
  await app.send('POST', '/v1/detokenize', { tokens, purpose: word('purpose') });
  await app.send('POST', '/v1/detokenize', { tokens, purpose: `${word('purpose')} with spaces` });
  await app.send('POST', '/v1/detokenize', { tokens, purpose: 'billing', view: word('view') });
  await app.send('POST', '/v1/detokenize', { tokens: [word('token')], purpose: 'billing' });
  for (const [type, value] of values) {
    await app.send('POST', '/v1/search', { type, value, purpose: 'billing', reason: word('reason') });
    await support.send('POST', '/v1/search', { type, value, purpose: word('purpose') });
  }
  await app.send('POST', '/v1/subjects/resolve', { ref });
  await app.send('POST', '/v1/subjects/resolve', { ref: word('unknown ref') });

  // What is refused.
  const refused = (value: unknown) => app.send('POST', '/v1/tokenize', { items: [value] });
  for (const type of dataTypes().map(({ name }) => name)) {
    await refused({ type, value: [word('value of a wrong shape')] });
    await refused({ type, value: { [word('unknown property')]: word('value of an unknown property') } });
    await refused({ type, value: 1234567890123 });
    await refused({ type, value: `${word('value that is none')} @@ ++` });
    const example = values.find(([name, value]) => name === type && typeof value === 'object')?.[1];
    if (example !== undefined) await refused({ type, value: { ...(example as object), [word('extra property')]: 1 } });
    for (const field of Object.keys((example ?? {}) as object)) {
      await refused({ type, value: { ...(example as object), [field]: word(`bad ${field}`) } });
    }
    await refused({ type, value: 'x', [word('unknown field')]: 1 });
    await refused({ type, value: 'x', label: `${word('label')} that is none` });
  }
  await refused({ type: word('type'), value: 'x' });
  await refused({ type: 'text', value: 'x', subject: `sub_${word('subject')}` });

  // Corrected, and erased.
  for (const [i, { record }] of results.slice(0, 6).entries()) {
    const value = (items[i] as { value: unknown }).value;
    await app.send('PATCH', `/v1/records/${record}`, { value: word('refused correction'), reason: word('reason') });
    await app.send('PATCH', `/v1/records/${record}`, { value, reason: word('reason') });
  }
  const text = results[values.findIndex(([type]) => type === 'text')];
  await app.send('PATCH', `/v1/records/${text?.record}`, { value: `${word('corrected text')} is new` });
  expect((await app.send('POST', '/v1/erasures', { ref: word('unknown ref'), reason: word('reason') })).status).toBe(
    404,
  );
  const erased = await app.send(
    'POST',
    '/v1/erasures',
    { ref, reason: word('reason') },
    { 'Idempotency-Key': word('idempotency key') },
  );
  expect(erased.status).toBe(201);

  // Bodies that are none.
  const broken = `{"items":[{"type":"text","value":"${word('broken JSON')}"`;
  await app.send('POST', '/v1/tokenize', broken);
  await app.send('POST', '/v1/tokenize', `{"a":"${word('doubled property')}","a":1}`);
  await app.send('POST', '/v1/tokenize', `{"items":"${word('large body')}${'x'.repeat(1_100_000)}"}`);
  await app.send('POST', '/v1/tokenize', word('text body'), { 'Content-Type': 'text/plain' });
  await app.send('POST', '/v1/tokenize', word('coded body'), { 'Content-Encoding': 'gzip' });
  await app.send('POST', '/v1/tokenize', '{}', { 'Content-Type': `application/json; x=${word('content type')}` });
  await raw(
    url,
    `POST /v1/tokenize HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${appKey}\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"items":"${word('body broken off')}`,
  );

  // Headers, paths and requests that are none.
  const odd = {
    'User-Agent': word('user agent'),
    Cookie: `a=${word('cookie')}`,
    Referer: `https://${word('referer')}.example`,
  };
  await app.send('GET', '/v1/types', undefined, odd);
  await app.send('GET', '/v1/types', undefined, {
    'X-Forwarded-For': word('forwarded'),
    'X-Request-Id': word('request id'),
  });
  await app.send(
    'POST',
    '/v1/tokenize',
    { items: [] },
    { 'Idempotency-Key': `${word('idempotency key')} with spaces` },
  );
  await clientOf(url, word('API key')).send('GET', '/v1/types');
  const [head, tail] = [appKey.slice(0, 40), appKey.slice(-8)];
  await clientOf(url, `${head}${word('API key')}_${tail}`).send('GET', '/v1/types');
  await app.send('GET', '/v1/types', undefined, { Authorization: `Basic ${word('basic')}` });
  for (const place of [
    `/v1/${word('path')}`,
    `/${word('path')}?email=${word('query')}`,
    `/v1/tokens/${word('token in a path')}`,
    `/v1/tokens/${word('broken escape')}%E0%A4%A`,
    `/v1/types?email=${word('query')}`,
    `/v1/records/${word('record in a path')}`,
    `/v1/subjects/${word('subject in a path')}?limit=${word('limit')}`,
    `/v1/audit/entries?after=${word('after')}`,
    `/docs/${word('docs path')}`,
    `/docs/assets/${word('asset')}.css`,
    `/docs/assets/%E0%A4%A${word('broken asset')}`,
    `/docs/assets/..%2f${word('asset above')}`,
  ]) {
    for (const method of ['GET', 'PATCH', 'OPTIONS']) {
      await app.send(method, place, method === 'PATCH' ? { value: word('value') } : undefined);
    }
  }
  await raw(url, `GET /v1/types HTTP/9.9 ${word('request line')}\r\n\r\n`);
  await raw(url, `${word('method')} / HTTP/1.1\r\nHost: x\r\n\r\n`);
  await raw(url, `GET / HTTP/1.1\r\nHost: x\r\n${word('header name')} : ${word('header value')}\r\n\r\n`);
  await raw(url, `GET / HTTP/1.1\r\nHost: x\r\nX: ${word('huge header')}${'x'.repeat(20_000)}\r\n\r\n`);
  return [appKey, supportKey, auditorKey];
}

/** An API key as a whole, and the secret in it. */
function keyNeedles(name: string, key: string): Needle[] {
  const secret = /_([A-Za-z0-9_-]{43})_/.exec(key)?.[1] ?? '';
  return [needle(name, key), needle(`${name}’s secret`, Buffer.from(secret, 'base64url'))];
}

test('the search itself finds a word however it is spelt', () => {
  const text = 'Quägga 🦤 "zebra" <finch>';
  const utf8 = Buffer.from(text);
  const spelt: (string | Buffer)[] = [
    text.toUpperCase().replace('Ä', 'ä'),
    Buffer.from(text, 'utf16le'),
    JSON.stringify({ text }),
    'Qu\\u00e4gga \\ud83e\\udda4 "zebra" <finch>',
    encodeURIComponent(text),
    utf8.toString('hex').toUpperCase(),
    ...['', 'x', 'xx'].map((before) => Buffer.from(`${before}${text}yy`).toString('base64')),
    Buffer.from(`x${text}`).toString('base64url'),
  ];
  for (const spelling of spelt) {
    const haystack = new Map([['a place', Buffer.concat([Buffer.alloc(3), Buffer.from(spelling as string)])]]);
    expect([spelling, found([needle('it', text)], haystack)]).toEqual([spelling, ['it in a place']]);
  }
  expect(found([needle('it', text)], new Map([['a place', Buffer.from('Quagga "zebra" <finch>')]]))).toEqual([]);
});

describe.each(ENGINES)('on %s', (engine) => {
  test('no value, ref, reason, key or stray word is left in a store, a file, the log, the metrics or the audit log', async () => {
    const [home, stores] = [await temporaryFolder(), await freshStores(engine)];
    onTestFinished(async () => {
      await stores.drop();
      await home.remove();
    });
    const log = `${home.path}/server.log`;
    const env: Record<string, string> =
      engine === 'sqlite'
        ? { LETHE_LOG_LEVEL: 'trace' }
        : { LETHE_LOG_LEVEL: 'trace', RECORD_STORE_URL: stores.recordStoreUrl, KEY_STORE_URL: stores.keyStoreUrl };
    const server = await startServer(home.path, { log, env });
    const adminKey = (await readFile(`${home.path}/keys/admin.key`, 'ascii')).trim();

    const [app, support, auditor] = (await visitEveryDoor(server.url, adminKey)) as [string, string, string];

    const planted = [
      ...needles,
      ...[app, support, auditor].flatMap((key) => keyNeedles('an API key', key)),
      ...keyNeedles('the admin key', adminKey),
    ];
    const told: Haystack = new Map();
    for (let before = '', page = 1; page < 20; page += 1) {
      const { body } = await clientOf(server.url, auditor).send('GET', `/v1/audit/entries?limit=1000${before}`);
      told.set(`audit page ${page}`, Buffer.from(JSON.stringify(body)));
      const { entries, more } = body as { entries: { entry: string }[]; more: boolean };
      if (!more) break;
      before = `&after=${entries.at(-1)?.entry}`;
    }
    told.set('metrics', Buffer.from(await (await fetch(`${server.url}/metrics`)).text()));
    // While it runs, with its write-ahead logs; and when it has stopped.
    const atWork = await filesUnder(home.path);
    expect(await server.end()).toBe(0);
    const atRest = await filesUnder(home.path);
    const stored = new Map([
      ...(await tablesOf(engine === 'sqlite' ? `sqlite:${home.path}/data/records.db` : stores.recordStoreUrl)),
      ...[...(await tablesOf(engine === 'sqlite' ? `sqlite:${home.path}/keys/keystore.db` : stores.keyStoreUrl))].map(
        ([name, bytes]): [string, Buffer] => [`key store ${name}`, bytes],
      ),
    ]);
    expect(stored.get('table records')?.length).toBeGreaterThan(1_000);
    for (const haystack of [told, atWork, atRest, stored]) {
      // The first administrator's API key lies in its file until somebody takes it away.
      const hits = found(planted, haystack).filter((hit) => !/^the admin key.* in keys\/admin\.key$/.test(hit));
      expect(hits).toEqual([]);
    }

    // K2: an epoch secret, and the root key, are in their own files and nowhere else.
    const secret = (atRest.get('keys/epochs/epoch-000001.key') as Buffer).subarray(12, 44);
    const root = Buffer.from((atRest.get('keys/root.key') as Buffer).toString('ascii').trim(), 'hex');
    const keys = [needle('an epoch secret', secret), needle('the root key', root)];
    const allowed = ['an epoch secret in keys/epochs/epoch-000001.key', 'the root key in keys/root.key'];
    const places = [told, atWork, atRest, stored].flatMap((haystack) => found(keys, haystack));
    expect([...new Set(places)].sort()).toEqual(allowed);
  }, 60_000);
});

test('a start that fails says why, and says no secret', async () => {
  const home = await temporaryFolder();
  onTestFinished(home.remove);
  const server = await startServer(home.path, { log: `${home.path}/server.log` });
  const wrongPassword = new URL(inject('postgresUrl'));
  wrongPassword.password = 'quoll-numbat';
  const [otherKey, shortKey] = [randomBytes(32), randomBytes(31)];
  const cases: [why: RegExp, env: Record<string, string>, secret: string | Buffer][] = [
    [/port \d+ is taken/, { LETHE_PORT: new URL(server.url).port }, 'nothing secret in it'],
    [/not the root key/, { LETHE_ROOT_KEY: otherKey.toString('hex') }, otherKey],
    [/LETHE_ROOT_KEY/, { LETHE_ROOT_KEY: shortKey.toString('hex') }, shortKey],
    [/LETHE_PASSPHRASE/, { LETHE_PASSPHRASE: 'quoll-pass' }, 'quoll-pass'],
    [/unknown setting LETHE_SECRIT/, { LETHE_SECRIT: 'quoll-numbat-secret' }, 'quoll-numbat-secret'],
    [/RECORD_STORE_URL/, { RECORD_STORE_URL: 'mysql://root:quoll-numbat@x/y' }, 'quoll-numbat'],
    [/./, { RECORD_STORE_URL: 'postgres://root:quoll-numbat@[::1:bad/y' }, 'quoll-numbat'],
    [/cannot be opened/, { RECORD_STORE_URL: 'postgres://root:quoll-numbat@127.0.0.1:1/y' }, 'quoll-numbat'],
    [/cannot be opened/, { KEY_STORE_URL: wrongPassword.href }, 'quoll-numbat'],
  ];
  await Promise.all(
    cases.map(async ([why, env, secret], i) => {
      const { code, said } = await failToStart(home.path, { log: `${home.path}/failed-${i}.log`, env });
      expect([code, said]).toEqual([1, expect.stringMatching(why)]);
      expect(found([needle('the secret', secret)], new Map([[`output ${i}`, Buffer.from(said)]]))).toEqual([]);
    }),
  );
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
}, 60_000);

test('a crash says where it happened, and never what the error said', async () => {
  const home = await temporaryFolder();
  onTestFinished(home.remove);
  const said = word('message of a crash');
  const bomb = `${home.path}/bomb.mjs`;
  await writeFile(
    bomb,
    `const why = { message: '${said}', value: '${said}' };
     process.on('SIGUSR2', () => { throw Object.assign(new RangeError(why.message), why); });
     process.on('SIGHUP', () => void Promise.reject(Object.assign(new Error(why.message, { cause: why }), why)));
     process.on('SIGQUIT', () => { throw why; });`,
  );
  for (const [signal, name] of [
    ['SIGUSR2', /defect \(RangeError/],
    ['SIGHUP', /defect \(Error/],
    ['SIGQUIT', /defect \(object/],
  ] as const) {
    const log = `${home.path}/${signal}.log`;
    const server = await startServer(home.path, { log, node: ['--import', bomb] });
    expect(await server.end(signal)).toBe(1);
    const output = await filesUnder(home.path);
    output.delete('bomb.mjs');
    expect(output.get(`${signal}.log.err`)?.toString()).toMatch(name);
    expect(found([needle('the message', said)], output)).toEqual([]);
  }
}, 60_000);
