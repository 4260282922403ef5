/** What the API makes of requests that are not as they should be: always a problem, never a value, never a defect. */
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import request, { type Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import { inTodaysNames } from '../../src/datatypes/earlier-names.ts';
import { typeCatalogue } from '../../src/operations/types/list-types.ts';
import { ENGINES } from '../support/stores.ts';
import { NOW, type TestVault } from '../support/vault.ts';
import { openWatchedVault, plant, plantedIn, watchLogs } from './watched.ts';

watchLogs();

const SHARED = new URL('../../../shared/data/', import.meta.url);
const isThere = existsSync(SHARED);
if (!isThere) process.stdout.write(`Skipped: the shared data is not at ${SHARED.pathname}\n`);

const EMAIL = plant('grace.hopper@example.com');
const ITEM = { type: 'email', value: EMAIL };
const JSON_TYPE = { 'Content-Type': 'application/json' };

/** A body as raw bytes, with headers of the test's own. */
async function post(
  vault: TestVault,
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = JSON_TYPE,
): Promise<Response> {
  await vault.as('app').call('get', '/v1/types');
  const sent = request(vault.app)
    .post(path)
    .set('Authorization', `Bearer ${vault.as('app').apiKey}`);
  // Supertest would otherwise write the bytes down as JSON.
  return sent
    .serialize((bytes: unknown) => bytes as string)
    .set(headers)
    .send(body);
}

/** What a problem tells, apart from the id of the request. */
function told({ status, headers, body }: Response): unknown {
  const { request: _, ...problem } = body;
  const { date: _d, 'x-request-id': _i, ...rest } = headers;
  return { status, headers: rest, problem };
}

test('a document leaves with the digits it came with', async () => {
  const vault = await openWatchedVault();
  const stored = await post(
    vault,
    '/v1/tokenize',
    '{"items":[{"type":"document","value":[0.12345678901234567890123]}]}',
  );
  const [{ token }] = stored.body.results;
  const reply = await post(vault, '/v1/detokenize', JSON.stringify({ tokens: [token], purpose: 'billing' }));
  expect(reply.text).toContain('"value":[0.12345678901234567890123]');
});

describe('a body', () => {
  const tokenize = (items: unknown) => JSON.stringify({ items });
  const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}[]${close.repeat(depth)}`;
  const within = (value: string) => `{"items":[{"type":"text","value":${value}}]}`;
  type Case = [name: string, body: string | Buffer, status: number, code?: string | undefined, field?: string];
  const cases: Case[] = [
    ['broken off', '{"items":[', 400, 'malformed_request'],
    ['with a number that no double holds', '{"items":[{"type":"document","value":[1234567890123.123456789]}]}', 200],
    [
      'with a number that a double reads as zero',
      '{"items":[{"type":"document","value":1e-400}]}',
      422,
      'invalid_value',
      'items/0/value',
    ],
    [
      'with such a number for a time',
      '{"items":[{"type":"text","value":"a","ttlSeconds":60.00000000000000000001}]}',
      422,
      'invalid_request',
      'items/0/ttlSeconds',
    ],
    [
      'nested without end around such a number',
      `${'['.repeat(100_000)}1e-400${']'.repeat(100_000)}`,
      400,
      'malformed_request',
    ],
    [
      'with a ref that looks like another',
      '{"items":[{"type":"text","value":"a","subject":"sp_1 "}]}',
      422,
      'invalid_request',
      'items/0/subject',
    ],
    ['empty', '', 400, 'malformed_request'],
    ['with something behind it', `${tokenize([ITEM])} x`, 400, 'malformed_request'],
    ['that is no object', '[]', 422, 'invalid_request'],
    ['that is null', 'null', 422, 'invalid_request'],
    ['in Latin-1', Buffer.from('{"items":[{"type":"text","value":"\xe9t\xe9"}]}', 'latin1'), 400, 'malformed_request'],
    ['with an overlong NUL', Buffer.from('{"x":"\xc0\x80"}', 'latin1'), 400, 'malformed_request'],
    ['with a surrogate in UTF-8', Buffer.from('{"x":"\xed\xa0\x80"}', 'latin1'), 400, 'malformed_request'],
    ['in UTF-16', Buffer.from(tokenize([ITEM]), 'utf16le'), 400, 'malformed_request'],
    ['with a byte order mark', Buffer.from(`\ufeff${tokenize([ITEM])}`), 400, 'malformed_request'],
    ['with a lone surrogate, escaped', '{"items":[{"type":"text","value":"\\ud800"}]}', 200],
    ['that names a property twice', `{"items":[],"items":[${JSON.stringify(ITEM)}]}`, 400, 'malformed_request'],
    [
      'that names one twice, once escaped',
      '{"items":[{"type":"text","v\\u0061lue":"a","value":"b"}]}',
      400,
      'malformed_request',
    ],
    [
      'that names one twice deep inside',
      '{"items":[{"type":"name","value":{"given":"a","given":"b"}}]}',
      400,
      'malformed_request',
    ],
    ['with strings that look like properties', tokenize([{ type: 'text', value: '{"a":1,"a":2}\\":' }]), 200],
    [
      'with __proto__',
      '{"items":[{"type":"text","value":"x"}],"__proto__":{"admin":true}}',
      422,
      'invalid_request',
      '__proto__',
    ],
    [
      'with __proto__ in an item',
      '{"items":[{"type":"text","value":"x","__proto__":{"label":"x"}}]}',
      422,
      'invalid_request',
      'items/0/__proto__',
    ],
    [
      'with __proto__ in a value',
      '{"items":[{"type":"name","value":{"given":"x","__proto__":{"family":"y"}}}]}',
      422,
      'invalid_value',
      'items/0/value.__proto__',
    ],
    [
      'with an item that is a __proto__',
      '{"items":[{"__proto__":{"type":"text","value":"x"}}]}',
      422,
      'invalid_request',
    ],
    ['with constructor', '{"items":[],"constructor":{"prototype":{}}}', 422, 'invalid_request'],
    [
      'with a property nobody asked for',
      '{"items":[{"type":"text","value":"x","iban":"DE89"}]}',
      422,
      'invalid_request',
      'items/0/iban',
    ],
    [
      'with a property whose name is a value',
      `{"items":[{"type":"text","value":"x","${EMAIL}":1}]}`,
      422,
      'invalid_request',
      'items/0/*',
    ],
    ['without a value', '{"items":[{"type":"text"}]}', 422, undefined, 'items/0/value'],
    [
      'with a type that is no text',
      '{"items":[{"type":{"$gt":""},"value":"x"}]}',
      422,
      'invalid_request',
      'items/0/type',
    ],
    ['with the type __proto__', '{"items":[{"type":"__proto__","value":"x"}]}', 422, 'unknown_type', 'items/0/type'],
    [
      'with the type constructor',
      '{"items":[{"type":"constructor","value":"x"}]}',
      422,
      'unknown_type',
      'items/0/type',
    ],
    ['without items', '{}', 422, 'invalid_request', 'items'],
    ['with no items', tokenize([]), 422, 'invalid_request', 'items'],
    ['with 1,001 items', tokenize(Array(1_001).fill({ type: 'text', value: '' })), 422, 'invalid_request', 'items'],
    ['with 1,000 items', tokenize(Array(1_000).fill({ type: 'text', value: '' })), 200],
    ['with a value of 64 KiB', tokenize([{ type: 'text', value: 'é'.repeat(32 * 1024) }]), 200],
    [
      'with a value over 64 KiB',
      tokenize([{ type: 'text', value: `${'é'.repeat(32 * 1024)}x` }]),
      422,
      'invalid_value',
      'items/0/value',
    ],
    ['of exactly 1 MiB', tokenize([ITEM]).padEnd(1024 * 1024, ' '), 200],
    ['of one byte more', tokenize([ITEM]).padEnd(1024 * 1024 + 1, ' '), 413, 'body_too_large'],
    ['of arrays in arrays', nested('[', ']', 500_000), 400, 'malformed_request'],
    ['with a value of arrays in arrays', within(nested('[', ']', 400_000)), 400, 'malformed_request'],
    ['with a value of objects in objects', within(nested('{"a":', '}', 90_000)), 400, 'malformed_request'],
    ['with a value of some arrays in arrays', within(nested('[', ']', 28)), 422, 'invalid_value', 'items/0/value'],
    [
      'with a label that is a sentence',
      tokenize([{ ...ITEM, label: 'Her Private Address' }]),
      422,
      'invalid_request',
      'items/0/label',
    ],
    [
      'with a ref of 257 characters',
      tokenize([{ ...ITEM, subject: 'x'.repeat(257) }]),
      422,
      'invalid_request',
      'items/0/subject',
    ],
  ];

  test('is accepted or refused for what it is, with or without an Idempotency-Key', async () => {
    const vault = await openWatchedVault();
    for (const [i, [name, body, status, code, field]] of cases.entries()) {
      for (const headers of [JSON_TYPE, { ...JSON_TYPE, 'Idempotency-Key': `case-${i}` }]) {
        const reply = await post(vault, '/v1/tokenize', body, headers);
        expect([name, reply.status]).toEqual([name, status]);
        if (code !== undefined) expect([name, reply.body.code]).toEqual([name, code]);
        if (field !== undefined) expect([name, reply.body.field]).toEqual([name, field]);
        if (status >= 400) {
          expect(reply.headers['content-type']).toBe('application/problem+json');
          expect([name, plantedIn(reply.text)]).toEqual([name, []]);
        }
      }
    }
  });

  test('is JSON in UTF-8 and says so', async () => {
    const vault = await openWatchedVault();
    const body = JSON.stringify({ items: [ITEM] });
    const accepted = ['application/json', 'Application/JSON; Charset=UTF-8', 'application/json;charset="utf-8"'];
    for (const type of accepted) {
      expect([type, (await post(vault, '/v1/tokenize', body, { 'Content-Type': type })).status]).toEqual([type, 200]);
    }
    const refused: [string, Record<string, string>][] = [
      ['none', {}],
      ['text', { 'Content-Type': 'text/plain' }],
      ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
      ['Latin-1', { 'Content-Type': 'application/json; charset=iso-8859-1' }],
      ['UTF-7', { 'Content-Type': 'application/json; charset=utf-7' }],
      ['a boundary', { 'Content-Type': 'application/json; boundary=x' }],
      ['a neighbour', { 'Content-Type': 'application/jsonp' }],
      ['deflate', { ...JSON_TYPE, 'Content-Encoding': 'deflate' }],
    ];
    for (const [name, headers] of refused) {
      const reply = await post(vault, '/v1/tokenize', body, headers);
      expect([name, reply.status, reply.body.code]).toEqual([name, 415, 'unsupported_media_type']);
    }
    const zipped = await post(vault, '/v1/tokenize', gzipSync(body), { ...JSON_TYPE, 'Content-Encoding': 'gzip' });
    expect(zipped.body.code).toBe('unsupported_media_type');
  });

  test('that is no JSON is told where it is at fault, and nothing of it is repeated', async () => {
    const vault = await openWatchedVault();
    for (const [body, detail] of [
      [
        `{"items":[{"type":"email","value":"${EMAIL}",}]}`,
        /^The body is not valid JSON\. Look at line 1, column \d+\.$/,
      ],
      [`{\n"items":[{"type" "${EMAIL}"}]}`, /^The body is not valid JSON\. Look at line 2, column \d+\.$/],
      ['{"items":[', /^The body is not valid JSON\. It ends too early\.$|column \d+\.$/],
      [`${EMAIL} (line 4242 column 4242)`, /^The body is not valid JSON\.$/],
    ] as const) {
      const reply = await post(vault, '/v1/tokenize', body);
      expect(reply.body).toMatchObject({ code: 'malformed_request', detail: expect.stringMatching(detail) });
      expect(plantedIn(reply.text)).toEqual([]);
    }
  });

  test('that was not read is audited as what it is', async () => {
    const vault = await openWatchedVault();
    await post(vault, '/v1/tokenize', '{');
    expect(await vault.lastAuditEntry()).toMatchObject({
      action: 'tokenize',
      outcome: 'failed',
      code: 'malformed_request',
    });
  });
});

describe('a path', () => {
  test('takes the query it has, and no other', async () => {
    const vault = await openWatchedVault();
    const [auditor, app] = [vault.as('auditor'), vault.as('app')];
    const rows: [string, number, string, string | undefined][] = [
      [`/v1/types?email=${EMAIL}`, 400, 'malformed_request', undefined],
      ['/v1/audit/entries?limit=0', 422, 'invalid_request', 'limit'],
      ['/v1/audit/entries?limit=1001', 422, 'invalid_request', 'limit'],
      ['/v1/audit/entries?limit=1e3x', 422, 'invalid_request', 'limit'],
      ['/v1/audit/entries?limit=1&limit=2', 422, 'invalid_request', 'limit'],
      ['/v1/audit/entries?limit[$gt]=1', 422, 'invalid_request', '*'],
      ['/v1/audit/entries?after=aud_1', 422, 'invalid_request', 'after'],
      ['/v1/audit/entries?__proto__=1', 422, 'invalid_request', '__proto__'],
      [`/v1/audit/entries?${EMAIL}=1`, 422, 'invalid_request', '*'],
    ];
    for (const [path, status, code, field] of rows) {
      const reply = await auditor.call('get', path);
      expect([path, reply.status, reply.body.code, reply.body.field]).toEqual([path, status, code, field]);
      expect(plantedIn(reply.text)).toEqual([]);
    }
    expect((await post(vault, '/v1/tokenize?x=1', JSON.stringify({ items: [ITEM] }))).body.code).toBe(
      'malformed_request',
    );
    // What looks like an address may be a token: only what no token can be is refused by its shape.
    const tokens: [string, string, string | undefined][] = [
      [EMAIL, 'token_not_found', undefined],
      [`${EMAIL} ${EMAIL}`, 'invalid_request', 'token'],
      [`${EMAIL}é`, 'invalid_request', 'token'],
      ['x'.repeat(513), 'invalid_request', 'token'],
    ];
    for (const [token, code, field] of tokens) {
      const reply = await app.call('get', `/v1/tokens/${encodeURIComponent(token)}`);
      expect([reply.body.code, reply.body.field]).toEqual([code, field]);
      expect(plantedIn(reply.text)).toEqual([]);
    }
  });

  test('that is not there is a problem, whatever is asked of it, and is not repeated', async () => {
    const vault = await openWatchedVault();
    const app = vault.as('app');
    const paths = [
      '/',
      '/v1',
      '/v1/',
      '/v2/tokenize',
      '/v1/tokenize/',
      '/V1/types',
      '/v1/types/x',
      `/${EMAIL}`,
      '/docs/assets/x',
    ];
    for (const path of paths) {
      const reply = await app.call('get', path);
      expect([path, reply.status, reply.body.code]).toEqual([path, 404, 'route_not_found']);
      expect(plantedIn(reply.text)).toEqual([]);
    }
    for (const path of ['/v1/tokens/%ff', `/v1/tokens/%${EMAIL}`, '/docs/assets/%ff', '/%c0%80']) {
      const reply = await app.call('get', path);
      expect([path, [400, 404].includes(reply.status)]).toEqual([path, true]);
      expect(reply.headers['content-type']).toBe('application/problem+json');
      expect(plantedIn(reply.text)).toEqual([]);
    }
    for (const method of ['put', 'options', 'trace', 'delete', 'patch'] as const) {
      const reply = await request(vault.app)[method]('/v1/tokenize');
      expect([method, reply.status, reply.body.code]).toEqual([method, 405, 'method_not_allowed']);
      expect(reply.headers.allow).toBe('POST');
      expect(reply.headers['cache-control']).toBe('no-store');
    }
  });

  test('answers HEAD as GET, without the body', async () => {
    const vault = await openWatchedVault();
    const get = await vault.as('app').call('get', '/v1/types');
    const head = await request(vault.app)
      .head('/v1/types')
      .set('Authorization', `Bearer ${vault.as('app').apiKey}`);
    expect([head.status, head.headers['content-length'], head.text ?? '']).toEqual([
      200,
      get.headers['content-length'],
      '',
    ]);
    expect((await request(vault.app).head('/v1/types')).status).toBe(401);
  });
});

describe('a refusal says what would be accepted:', () => {
  const type = { base: 'text', category: 'account', description: 'x', maxLength: 8, views: { masked: '*' } };
  test.each<[what: string, caller: 'admin' | 'app', path: string, body: object, detail: string]>([
    ['the bases of a type', 'admin', '/v1/types', { name: 'x_badge' }, 'text, document'],
    ['the form of its name', 'admin', '/v1/types', { ...type, name: 'badge', examples: ['x'] }, 'must be x_'],
    [
      'the properties of a value',
      'app',
      '/v1/tokenize',
      { items: [{ type: 'national_id', value: 'x' }] },
      'country, kind',
    ],
    [
      'why a type lacks an option',
      'app',
      '/v1/tokenize',
      { items: [{ type: 'cvc', value: '123', uses: 2 }] },
      'no store',
    ],
  ])('%s', async (_, role, path, body, detail) => {
    const vault = await openWatchedVault();
    expect((await vault.as(role).call('post', path, body)).body.detail).toContain(detail);
  });
});

test('a missing, unknown, wrong, expired or revoked API key gets one and the same answer', async () => {
  const vault = await openWatchedVault();
  const { admin } = vault;
  const expiresAt = new Date(NOW.getTime() + 60_000).toISOString();
  const expiring = (await admin.call('post', '/v1/principals', { name: 'a', role: 'app', expiresAt })).body;
  const revoked = (await admin.call('post', '/v1/principals', { name: 'b', role: 'app' })).body;
  expect((await vault.withKey(expiring.apiKey).call('get', '/v1/types')).status).toBe(200);
  expect((await vault.withKey(revoked.apiKey).call('get', '/v1/types')).status).toBe(200);
  vault.advance(60_000);
  await admin.call('delete', `/v1/principals/${revoked.principal}`);
  const other = await openWatchedVault();
  const wrongSecret = revoked.apiKey.replace(/_[^_]{3}/, '_AAA');

  const answers = await Promise.all([
    ...[expiring.apiKey, revoked.apiKey, other.admin.apiKey, wrongSecret, 'x', 'lethe_'].map((key) =>
      vault.withKey(key).call('get', '/v1/types'),
    ),
    request(vault.app).get('/v1/types'),
    ...['Bearer', 'Basic YTpi', admin.apiKey, `Bearer ${admin.apiKey} x`, `Bearer  ${admin.apiKey}`].map((header) =>
      request(vault.app).get('/v1/types').set('Authorization', header),
    ),
  ]);

  expect(answers[0]?.status).toBe(401);
  expect(answers[0]?.headers['www-authenticate']).toBe('Bearer');
  for (const answer of answers) expect(told(answer)).toEqual(told(answers[0] as Response));
  const audited = (await vault.auditEntries()).filter(({ action }) => action === 'authenticate');
  expect(audited.map(({ principal, outcome }) => [principal, outcome]).sort()).toEqual(
    [
      [expiring.principal, 'refused'],
      [revoked.principal, 'refused'],
    ].sort(),
  );
});

test('what is another tenant’s is answered exactly like what does not exist', async () => {
  const vault = await openWatchedVault();
  const mine = vault.as('app');
  const theirs = await vault.inTenant('shop-eu', 'app');
  const [email] = await theirs.tokenize({ ...ITEM, subject: 'cust_1' });
  const erased = await theirs.call('post', '/v1/erasures', { records: [email?.record] });
  const [held] = await theirs.tokenize({ ...ITEM, subject: 'cust_1' });
  const unknown = {
    token: 'tok_15v7chfy5rbwh743f6rhsh75q92zc29m',
    record: 'rec_01m81j18g0e329asxkdep5tmtc',
    subject: 'sub_01m81j18g0ewqr325zy4z929z5',
    erasure: 'ers_01m83rdet0ehaadnnnnhek1nfv',
    principal: 'prn_01m6dqs9m0eeasnng3fhdnxktn',
  };
  const foreign = { ...held, erasure: erased.body.erasure, principal: theirs.principal } as typeof unknown;
  const asks: ((of: typeof unknown) => Promise<Response>)[] = [
    ({ token }) => mine.call('get', `/v1/tokens/${token}`),
    ({ token }) => mine.detokenize(token),
    ({ token }) => mine.call('post', '/v1/erasures', { tokens: [token] }),
    ({ record }) => mine.call('post', '/v1/erasures', { records: [record] }),
    ({ subject }) => mine.call('post', '/v1/erasures', { subject }),
    ({ record }) => mine.call('patch', `/v1/records/${record}`, { value: EMAIL }),
    ({ subject }) => mine.call('get', `/v1/subjects/${subject}`),
    ({ subject }) => mine.call('post', '/v1/tokenize', { items: [{ ...ITEM, subject }] }),
    ({ erasure }) => mine.call('get', `/v1/erasures/${erasure}`),
    ({ principal }) => vault.admin.call('delete', `/v1/principals/${principal}`),
    () => mine.call('post', '/v1/subjects/resolve', { ref: 'cust_1' }),
  ];
  for (const [i, ask] of asks.entries()) {
    const [one, other] = [await ask(foreign), await ask(unknown)];
    const text = (reply: Response) => JSON.stringify(told(reply)).replaceAll(/\b(tok|rec|sub|ers|prn)_\w+/g, '$1');
    expect([i, text(one)]).toEqual([i, text(other)]);
    expect([i, one.status === 404 || one.body.results?.[0]?.error?.code === 'token_not_found']).toEqual([i, true]);
  }
  expect((await theirs.detokenize(held?.token ?? '')).body.results[0].value).toBe(EMAIL);
  expect((await mine.search('email', EMAIL)).body.results).toEqual([]);
});

test('every reply forbids caching, framing and sniffing, and names its request', async () => {
  const vault = await openWatchedVault();
  const app = vault.as('app');
  const replies = [
    await app.call('get', '/v1/types'),
    await app.call('post', '/v1/tokenize', { items: [] }),
    await app.call('get', '/nowhere'),
    await request(vault.app).get('/v1/types'),
    await request(vault.app).get('/healthz'),
    await request(vault.app).get('/readyz'),
  ];
  for (const { headers, body } of replies) {
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringMatching(/^max-age=\d{8,}/),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'x-request-id': expect.stringMatching(/^req_[0-9a-z]{26}$/),
    });
    for (const name of ['x-powered-by', 'etag', 'set-cookie', 'access-control-allow-origin', 'server']) {
      expect(headers).not.toHaveProperty(name);
    }
    if (body.request !== undefined) expect(body.request).toBe(headers['x-request-id']);
  }
  expect(new Set(replies.map(({ headers }) => headers['x-request-id'])).size).toBe(replies.length);
});

test('/metrics counts in closed words: no value, no id', async () => {
  const vault = await openWatchedVault();
  const [email] = await vault.as('app').tokenize({ ...ITEM, subject: plant('cust_4711'), label: 'private' });
  await vault.as('app').detokenize(email?.token ?? '', { reason: plant('She asked for it.') });
  await vault.as('app').call('get', `/v1/tokens/${EMAIL}`);
  await vault.as('app').call('post', '/v1/tokenize', { items: [{ type: EMAIL, value: EMAIL }] });
  const { text, status } = await request(vault.app).get('/metrics');
  expect(status).toBe(200);
  expect(text).toContain('lethe_values_total{action="detokenize"} 1');
  expect(text).toContain('lethe_calls_total{action="tokenize",outcome="failed",code="unknown_type"} 1');
  expect(plantedIn(text)).toEqual([]);
  expect(text).not.toMatch(/\b(tok|rec|sub|ten|prn|ers|req|aud)_[0-9a-z]{26}/);
});

test.each(ENGINES)('health is the process, readiness the stores: %s', async (engine) => {
  const vault = await openWatchedVault({ engine });
  await vault.as('app').call('get', '/v1/types');
  expect((await request(vault.app).get('/readyz')).body).toEqual({ status: 'ready' });
  await vault.close();
  vault.advance(5_000);
  const ready = await request(vault.app).get('/readyz');
  const keys = expect.stringMatching(/^(shutting_down|store_unavailable)$/);
  const unavailable = { recordStore: 'shutting_down', keyStore: 'shutting_down', keys };
  expect([ready.status, ready.body, ready.headers['retry-after']]).toEqual([
    ...[503, { status: 'unavailable', unavailable }, '1'],
  ]);
  expect((await request(vault.app).get('/healthz')).status).toBe(200);
  const call = await vault.as('app').call('post', '/v1/tokenize', { items: [ITEM] });
  expect([call.status, call.headers['retry-after']]).toEqual([503, '1']);
});

describe.skipIf(!isThere)('the shared data', () => {
  test('every item that must be refused is, by the place that is at fault', async () => {
    const vault = await openWatchedVault();
    const known = new Set<unknown>(typeCatalogue().map(({ name }) => name));
    const lines = readFileSync(new URL('refused-items.ndjson', SHARED), 'utf8').split('\n').filter(Boolean);
    expect(lines.length).toBeGreaterThan(30);
    for (const line of lines) {
      const { field: theirs, why, raw: _, ...given } = JSON.parse(line);
      const item = { ...given, value: inTodaysNames(given.type, given.value) };
      const field = theirs.replace('expiry_month', 'expiryMonth').replace('expiry_year', 'expiryYear');
      const comesLater = typeof item.type === 'string' && !known.has(item.type);
      const reply = await vault.as('app').call('post', '/v1/tokenize', { items: [plant(item)] });
      expect([why, reply.status, reply.body.field]).toEqual([why, 422, `items/0/${comesLater ? 'type' : field}`]);
      if (comesLater) expect(reply.body.code).toBe('unknown_type');
      expect([why, plantedIn(reply.text)]).toEqual([why, []]);
    }
  });

  test('naughty strings come back as text unchanged, and no type stumbles over them', async () => {
    const vault = await openWatchedVault();
    const naughty: string[] = plant(JSON.parse(readFileSync(new URL('naughty-strings.json', SHARED), 'utf8')));
    expect(naughty.length).toBeGreaterThan(500);
    const stored = await vault.as('app').tokenize(...naughty.map((value) => ({ type: 'text', value })));
    const shown = await vault.as('app').detokenize(stored.map(({ token }) => token));
    expect(shown.body.results.map(({ value }: { value: string }) => value)).toEqual(naughty);

    const types = typeCatalogue().map(({ name }) => name);
    const store = (text: string, i: number) => {
      const type = types[i % types.length] as string;
      const value = type === 'name' ? { given: text } : text;
      return vault
        .as('app')
        .call('post', '/v1/tokenize', { items: [{ type, value, subject: `${text.slice(0, 255)}.` }] });
    };
    const replies: Response[] = [];
    for (let from = 0; from < naughty.length; from += 50) {
      replies.push(...(await Promise.all(naughty.slice(from, from + 50).map((text, i) => store(text, from + i)))));
    }
    expect(replies.filter(({ status }) => status !== 200 && status !== 422).map(({ text }) => text)).toEqual([]);
    expect(new Set(replies.map(({ status }) => status)).size).toBe(2);
  });
});
