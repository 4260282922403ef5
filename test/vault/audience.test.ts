/**
 * Principals that are tied to an audience: they meet that audience's tokens and nothing else, and are told nothing by
 * which two audiences could join what they hold.
 */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { callerOf, stage } from '../support/home.ts';
import { packedBuild } from '../support/spelled.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { openTestVault, PURPOSES, type TestCaller, type TestVault } from '../support/vault.ts';

const UNKNOWN = 'tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh';

async function tied(vault: TestVault, audience: string, role = 'app'): Promise<TestCaller> {
  const body = { name: `${audience}-${role}`, role, purposes: PURPOSES, audience };
  const reply = await vault.admin.call('post', '/v1/principals', body);
  expect(reply.status).toBe(201);
  return vault.withKey(reply.body.apiKey, reply.body.principal);
}

async function scene(engine: Engine) {
  const vault = await openTestVault({ engine });
  const [app, crm, shop] = [vault.as('app'), await tied(vault, 'crm'), await tied(vault, 'shop')];
  const ada = { type: 'email', value: 'ada@example.com', subject: 'cust_1' };
  const [free] = await app.tokenize(ada);
  const mint = async (audience: string) =>
    (await app.call('post', '/v1/tokens', { record: free?.record, audience })).body.token as string;
  return {
    vault,
    app,
    crm,
    shop,
    free: free as NonNullable<typeof free>,
    forCrm: await mint('crm'),
    forShop: await mint('shop'),
  };
}

/** A reply without what differs in any two: the request's id. */
const sameAs = ({ status, body }: { status: number; body: Record<string, unknown> }) => ({
  status,
  ...body,
  request: undefined,
});

describe.each(ENGINES)('on %s', (engine) => {
  test('what a tied app stores gets tokens of its audience, without being asked, and no others', async () => {
    const { vault, app, crm } = await scene(engine);
    const item = { type: 'email', value: 'bob@example.com' };
    const [own] = await crm.tokenize(item);

    const { body: described } = await app.call('get', `/v1/tokens/${own?.token}`);
    expect(described).toMatchObject({ audience: 'crm', record: expect.stringMatching(/^rec_/) });
    expect((await crm.detokenize(own?.token as string)).body.results[0].value).toBe('bob@example.com');
    await crm.tokenize({ ...item, audience: 'crm' });
    const before = (await vault.auditEntries()).length;
    for (const audience of ['shop', 'crm2']) {
      const other = await crm.call('post', '/v1/tokenize', { items: [item, { ...item, audience }] });
      expect([other.status, other.body.code]).toEqual([403, 'not_allowed']);
      expect(other.body.detail).toContain('tied to an audience');
    }
    expect((await vault.auditEntries()).slice(before)).toEqual([
      expect.objectContaining({ outcome: 'refused', records: [] }),
      expect.objectContaining({ outcome: 'refused', records: [] }),
    ]);
  });

  test('a token of another audience, of none, erased, ended or swept, is to a tied caller what was never there', async () => {
    const { vault, app, crm, shop, free, forShop } = await scene(engine);
    const more = async (options: object) => {
      const [stored] = await shop.tokenize({ type: 'email', value: 'x@example.com', ...options });
      return stored?.token as string;
    };
    const [expired, usedUp, revoked, erased] = [
      await more({ ttlSeconds: 1 }),
      await more({ uses: 1 }),
      await more({}),
      await more({}),
    ];
    const brought = 'legacy-shop-01';
    await app.tokenize({ type: 'email', value: 'x@example.com', audience: 'shop', token: brought } as never);
    await shop.detokenize(usedUp);
    await shop.call('delete', `/v1/tokens/${revoked}`);
    await app.call('post', '/v1/erasures', { tokens: [erased] });
    vault.advance(1_000);
    const foreign = [free.token, forShop, expired, usedUp, revoked, erased, brought];
    const ask = (token: string) => [
      () => crm.call('get', `/v1/tokens/${token}`),
      () => crm.call('patch', `/v1/tokens/${token}`, { uses: 5 }),
      () => crm.call('delete', `/v1/tokens/${token}`),
      () => crm.call('post', '/v1/verify', { token, value: 'x' }),
      // What is refused to it is refused alike, whatever the token.
      () => crm.call('post', '/v1/erasures', { tokens: [token] }),
      () => crm.call('post', '/v1/tokenize', { items: [{ type: 'email', value: 'x@example.com', token }] }),
    ];
    const unknown = await Promise.all(ask(UNKNOWN).map(async (call) => sameAs(await call())));
    expect(unknown.map(({ status }) => status)).toEqual([404, 404, 404, 404, 403, 403]);
    const everything = async () => {
      for (const token of foreign) {
        const answers: object[] = [];
        for (const call of ask(token)) answers.push(sameAs(await call()));
        expect([token, answers]).toEqual([token, unknown]);
        const { body } = await crm.detokenize([token, UNKNOWN]);
        expect(body.results).toEqual(
          [token, UNKNOWN].map((one) => ({ token: one, form: 'none', error: { code: 'token_not_found' } })),
        );
      }
    };
    await everything();
    await runBackgroundOnce(vault.vault);
    await everything();
    // And nothing has become of them.
    expect((await shop.detokenize(forShop)).body.results[0].value).toBe('ada@example.com');
  });

  test('no reply to a tied caller names a record or a subject: not by which verb, not in a refusal', async () => {
    const { vault, app, crm, free, forCrm } = await scene(engine);
    const said: string[] = [];
    const call = async (...args: Parameters<TestCaller['call']>) => {
      const reply = await crm.call(...args);
      said.push(reply.text);
      return reply;
    };
    const item = { type: 'email', value: 'carl@example.com', label: 'work' };
    const key = { 'Idempotency-Key': 'once' };
    const stored = await call(
      'post',
      '/v1/tokenize',
      { items: [item, { ...item, reuse: true }, { ...item, reuse: true }], purpose: 'billing' },
      key,
    );
    expect(stored.status).toBe(200);
    expect(
      (
        await call(
          'post',
          '/v1/tokenize',
          { items: [item, { ...item, reuse: true }, { ...item, reuse: true }], purpose: 'billing' },
          key,
        )
      ).body,
    ).toEqual(stored.body);
    const [{ token }] = stored.body.results;
    await call('post', '/v1/detokenize', { tokens: [token, forCrm, UNKNOWN], purpose: 'billing' });
    await call('get', `/v1/tokens/${token}`);
    await call('get', `/v1/tokens/${forCrm}`);
    await call('patch', `/v1/tokens/${token}`, { ttlSeconds: 600, uses: 3 });
    await call('post', '/v1/search', { type: 'email', value: 'ada@example.com', purpose: 'billing' });
    await call('post', '/v1/verify', { token, value: 'x' });
    await call('post', '/v1/tokenize', { items: [{ ...item, subject: 'sub_01kae5m8q0e7t8v9c2n6b4d1fg' }] });
    await call('post', '/v1/tokenize', { items: [{ ...item, format: 'card' }] });
    await call('post', '/v1/tokenize', { items: [{ ...item, token: forCrm }] });
    await call('post', '/v1/erasures', { tokens: [token] }, { 'Idempotency-Key': 'erase' });
    await call('delete', `/v1/tokens/${token}`);
    await call('get', `/v1/tokens/${token}`);
    // The receipt of somebody else's erasure of a whole person.
    const whole = await app.call('post', '/v1/erasures', { subject: free.subject });
    expect(whole.body.subject).toBe(free.subject);
    const theirs = await call('get', `/v1/erasures/${whole.body.erasure}`);
    expect([theirs.status, theirs.body.code]).toEqual([403, 'not_allowed']);
    await call('get', `/v1/tokens/${forCrm}`);

    expect(said.length).toBeGreaterThan(15);
    for (const text of said) {
      expect(text).not.toMatch(/rec_|sub_|"record"|"subject"/);
    }
    expect(vault.logged.join('')).not.toContain('carl@example.com');
  });

  test('minting, reading records and people, resolving refs, correcting, erasing and administering are refused to a tied caller', async () => {
    const { vault, app, crm, free, forCrm } = await scene(engine);
    const [support, receiver] = [await tied(vault, 'crm', 'support'), await tied(vault, 'crm', 'receiver')];
    const [own] = await app.tokenize({ type: 'email', value: 'bob@example.com', audience: 'crm' } as never);
    const { body: receipt } = await app.call('post', '/v1/erasures', { tokens: [own?.token] });
    const email = { type: 'email', value: 'eve@example.com' };
    const calls: Parameters<TestCaller['call']>[] = [
      ['post', '/v1/tokens', { record: free.record }],
      ['post', '/v1/tokens', { record: free.record, audience: 'crm' }],
      ['get', `/v1/records/${free.record}`],
      ['patch', `/v1/records/${free.record}`, { value: 'new@example.com' }],
      ['get', `/v1/subjects/${free.subject}`],
      ['post', '/v1/subjects/resolve', { ref: 'cust_1' }],
      ['post', '/v1/erasures', { records: [free.record] }],
      ['post', '/v1/erasures', { subject: free.subject }],
      ['post', '/v1/erasures', { ref: 'cust_1' }],
      ['post', '/v1/erasures', { ref: 'cust_nobody' }],
      ['post', '/v1/erasures', { tokens: [forCrm] }],
      ['get', `/v1/erasures/${receipt.erasure}`],
      ['get', `/v1/erasures/${receipt.erasure}/certificate`],
      ['post', '/v1/tokenize', { items: [{ ...email, subject: 'cust_1' }] }],
      ['post', '/v1/tokenize', { items: [email, { ...email, subject: 'cust_new', reuse: true }], purpose: 'billing' }],
      ['post', '/v1/tokenize', { items: [{ ...email, subject: free.subject }] }],
      ['post', '/v1/tokenize', { items: [{ type: 'cvc', value: '123', subject: 'cust_1' }] }],
      ['post', '/v1/tokenize', { items: [{ ...email, token: 'legacy-crm-01' }] }],
      ['get', '/v1/principals'],
      ['get', '/v1/audit/entries'],
      ['get', '/v1/status'],
    ];
    for (const caller of [crm, support, receiver]) {
      for (const [method, path, body] of calls) {
        const reply = await caller.call(method, path, body);
        expect([path, reply.status, reply.body.code]).toEqual([path, 403, 'not_allowed']);
      }
      expect((await caller.call('get', '/v1/types')).status).toBe(200);
    }
    expect((await vault.as('app').detokenize(free.token)).body.results[0].value).toBe('ada@example.com');
  });

  test('a tied caller ends its own tokens, and the record and every other token of it stay', async () => {
    const { vault, app, crm, shop, free, forCrm, forShop } = await scene(engine);
    const receiver = await tied(vault, 'crm', 'receiver');
    for (const caller of [crm, receiver]) {
      const refused = await caller.call('post', '/v1/erasures', { tokens: [forCrm] });
      expect([refused.status, refused.body.code]).toEqual([403, 'not_allowed']);
      if (caller === crm) expect(refused.body.detail).toContain('DELETE /v1/tokens/{token}');
    }
    expect((await receiver.call('delete', `/v1/tokens/${forShop}`)).status).toBe(404);
    expect((await receiver.call('delete', `/v1/tokens/${forCrm}`)).status).toBe(200);

    expect((await crm.detokenize(forCrm)).body.results).toEqual([
      { token: forCrm, form: 'none', error: { code: 'token_revoked' } },
    ]);
    for (const [caller, token] of [
      [shop, forShop],
      [app, free.token],
    ] as const) {
      expect((await caller.detokenize(token)).body.results[0].value).toBe('ada@example.com');
    }
  });

  test('no value that a tied caller stores stands among those of a person', async () => {
    const { app, crm, free } = await scene(engine);
    const before = (await app.call('get', `/v1/subjects/${free.subject}`)).body.records.length;
    const item = { type: 'phone', value: '+49 30 901820' };
    for (const subject of ['cust_1', free.subject as string]) {
      await crm.call('post', '/v1/tokenize', { items: [{ ...item, subject }] });
    }
    const [stored] = await crm.tokenize(item);

    expect((await app.call('get', `/v1/subjects/${free.subject}`)).body.records).toHaveLength(before);
    expect((await app.call('get', `/v1/tokens/${stored?.token}`)).body.subject).toBeUndefined();
    expect((await crm.detokenize(stored?.token as string)).body.results[0].value).toBe('+4930901820');
  });

  test('a receiver reveals what it was given, for a purpose of its own, and does nothing else', async () => {
    const { vault, app, free, forCrm, forShop } = await scene(engine);
    const receiver = await tied(vault, 'crm', 'receiver');

    const { body: shown } = await receiver.detokenize([forCrm, forShop, free.token, UNKNOWN]);
    expect(shown.results).toEqual([
      { token: forCrm, form: 'text', type: 'email', view: 'plain', value: 'ada@example.com' },
      ...[forShop, free.token, UNKNOWN].map((token) => ({ token, form: 'none', error: { code: 'token_not_found' } })),
    ]);
    const other = await receiver.detokenize(forCrm, { purpose: 'marketing' });
    expect([other.status, other.body.code]).toEqual([403, 'purpose_not_allowed']);
    expect((await receiver.call('get', `/v1/tokens/${forCrm}`)).body).toMatchObject({ audience: 'crm', type: 'email' });
    expect((await receiver.call('patch', `/v1/tokens/${forCrm}`, { ttlSeconds: 60 })).status).toBe(200);
    expect((await receiver.call('patch', `/v1/tokens/${forCrm}`, { ttlSeconds: 600 })).status).toBe(403);
    const email = { type: 'email', value: 'ada@example.com' };
    for (const [path, body] of [
      ['/v1/tokenize', { items: [email] }],
      ['/v1/search', { ...email, purpose: 'billing' }],
      ['/v1/verify', { token: forCrm, value: 'x' }],
    ] as const) {
      const refused = await receiver.call('post', path, body);
      expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'not_allowed']);
    }
    expect((await app.detokenize(free.token)).body.results[0].value).toBe('ada@example.com');
  });

  test('an app that is tied to no audience uses, extends and ends the tokens of every one', async () => {
    const { app, crm, free, forCrm, forShop } = await scene(engine);
    const { body } = await app.detokenize([free.token, forCrm, forShop]);
    expect(body.results.map(({ value }: { value: string }) => value)).toEqual(
      Array.from({ length: 3 }, () => 'ada@example.com'),
    );
    const { body: record } = await app.call('get', `/v1/records/${free.record}`);
    expect(record.tokens.map(({ audience }: { audience?: string }) => audience ?? null).sort()).toEqual(
      ['crm', null, 'shop'].sort(),
    );

    expect((await app.call('patch', `/v1/tokens/${forCrm}`, { uses: 1 })).body).toMatchObject({
      audience: 'crm',
      usesLeft: 1,
    });
    expect((await app.call('delete', `/v1/tokens/${forShop}`)).status).toBe(200);
    expect((await crm.detokenize(forCrm)).body.results[0].value).toBe('ada@example.com');
    expect((await crm.detokenize(forCrm)).body.results[0].error.code).toBe('token_used_up');
  });

  test('a tied caller’s search returns its own live tokens and nothing else; an untied one’s prefers a token for everybody', async () => {
    const { vault, app, crm, shop, free, forCrm, forShop } = await scene(engine);
    const [only] = await app.tokenize({ type: 'email', value: 'untied@example.com' });
    const search = async (caller: TestCaller, value: string) =>
      (await caller.search('email', value)).body.results.map(({ token }: { token: string }) => token);

    expect(await search(crm, 'ada@example.com')).toEqual([forCrm]);
    expect(await search(shop, 'Ada@example.com')).toEqual([forShop]);
    expect(await search(app, 'ada@example.com')).toEqual([free.token]);
    expect(await search(crm, 'untied@example.com')).toEqual([]);
    expect(await search(app, 'untied@example.com')).toEqual([only?.token]);
    const support = await tied(vault, 'crm', 'support');
    expect(await search(support, 'ada@example.com')).toEqual([forCrm]);
    await app.call('delete', `/v1/tokens/${forCrm}`);
    expect(await search(crm, 'ada@example.com')).toEqual([]);
  });

  test('what two audiences are told of their tokens of one record has nothing in it to join them by', async () => {
    const { vault, app, crm, shop, free, forCrm, forShop } = await scene(engine);
    vault.advance(4_711);
    await app.call('patch', `/v1/records/${free.record}`, { value: 'ada@example.org', reason: 'moved' });
    const told = async (caller: TestCaller, token: string) => (await caller.call('get', `/v1/tokens/${token}`)).body;

    expect(await told(app, forCrm)).toMatchObject({ version: 2, createdAt: expect.any(String) });
    const random = { format: 'random', type: 'email' };
    expect(await told(crm, forCrm)).toEqual({ token: forCrm, audience: 'crm', ...random });
    expect(await told(shop, forShop)).toEqual({ token: forShop, audience: 'shop', ...random });
  });

  test('a page that is full of a tied caller’s own does not tell it that others have the value, too', async () => {
    const vault = await openTestVault({ engine });
    const [app, crm] = [vault.as('app'), await tied(vault, 'crm')];
    const item = { type: 'email', value: 'ada@example.com' };
    await crm.tokenize(...Array.from({ length: 64 }, () => item));
    vault.advance(1_000);
    await app.tokenize(item, item);
    const ask = async (caller: TestCaller, more: object) => {
      const { body } = await caller.call('post', '/v1/search', { ...item, purpose: 'billing', ...more });
      return { found: body.results.length, next: body.next };
    };

    expect(await ask(crm, { limit: 64 })).toEqual({ found: 64, next: undefined });
    expect(await ask(app, { limit: 64 })).toMatchObject({ found: 64, next: expect.any(String) });
    const first = await ask(crm, { limit: 63 });
    expect(first).toMatchObject({ found: 63, next: expect.any(String) });
    expect(await ask(crm, { limit: 63, after: first.next })).toEqual({ found: 1, next: undefined });
  });

  test('a tied caller ends its tokens sooner, and never later than they were to end', async () => {
    const { app, crm, free, forCrm } = await scene(engine);
    const { body: minted } = await app.call('post', '/v1/tokens', {
      ...{ record: free.record, audience: 'crm', ttlSeconds: 60, uses: 2 },
    });
    const extend = (caller: TestCaller, token: string, body: object) =>
      caller.call('patch', `/v1/tokens/${token}`, body);
    for (const body of [{ ttlSeconds: 61 }, { uses: 3 }, { ttlSeconds: 30, uses: 3 }, { ttlSeconds: 61, uses: 1 }]) {
      const reply = await extend(crm, minted.token, body);
      expect([body, reply.status, reply.body.code]).toEqual([body, 403, 'not_allowed']);
    }
    expect((await app.call('get', `/v1/tokens/${minted.token}`)).body).toMatchObject({
      ...{ expiresAt: minted.expiresAt, usesLeft: 2 },
    });

    expect((await extend(crm, minted.token, { ttlSeconds: 30, uses: 1 })).body.usesLeft).toBe(1);
    expect((await extend(crm, forCrm, { uses: 5 })).body.usesLeft).toBe(5);
    expect((await extend(crm, forCrm, { uses: 6 })).status).toBe(403);
    expect((await extend(app, minted.token, { ttlSeconds: 600, uses: 9 })).body.usesLeft).toBe(9);
  });

  test('a tied caller’s search over several values of a person counts its own alone, so that it guesses no other audience’s', async () => {
    const { app, crm, forCrm } = await scene(engine);
    const about = { subject: 'cust_1' };
    await app.tokenize({ type: 'phone', value: '+49 30 901820', ...about });
    await app.tokenize({ type: 'username', value: 'ada-example', audience: 'shop', ...about });
    await app.tokenize({ type: 'iban', value: 'DE89 3704 0044 0532 0130 00', audience: 'crm', ...about });
    const both = async (caller: TestCaller, type: string, value: string) => {
      const body = { type: 'email', value: 'ada@example.com', purpose: 'billing', and: [{ type, value }] };
      const reply = await caller.call('post', '/v1/search', body);
      expect(reply.status).toBe(200);
      return reply.body.results.map(({ token }: { token: string }) => token);
    };

    expect(await both(app, 'phone', '+49 30 901820')).toHaveLength(1);
    expect(await both(crm, 'phone', '+49 30 901820')).toEqual([]);
    expect(await both(crm, 'username', 'ada-example')).toEqual([]);
    expect(await both(crm, 'iban', 'DE89370400440532013000')).toEqual([forCrm]);
  });

  test('only the roles app, support and receiver can be tied to an audience, and a receiver must be, with a purpose', async () => {
    const { vault } = await scene(engine);
    for (const role of ['admin', 'auditor', 'security']) {
      const body = { name: 'tied', role, purposes: [], audience: 'crm' };
      const reply = await vault.admin.call('post', '/v1/principals', body);
      expect([role, reply.status, reply.body.code, reply.body.field]).toEqual([
        role,
        422,
        'invalid_request',
        'audience',
      ]);
    }
    const receiver = { name: 'partner', role: 'receiver', purposes: ['billing'], audience: 'crm' };
    for (const [without, field] of [
      [{ ...receiver, audience: undefined }, 'audience'],
      [{ ...receiver, purposes: [] }, 'purposes'],
      [{ ...receiver, purposes: undefined }, 'purposes'],
    ] as const) {
      const reply = await vault.admin.call('post', '/v1/principals', without);
      expect([reply.status, reply.body.code, reply.body.field]).toEqual([422, 'invalid_request', field]);
    }
    const { body } = await vault.admin.call('get', '/v1/principals');
    const listed = body.principals.map(({ role, audience }: { role: string; audience?: string }) => [role, audience]);
    expect(listed).toEqual(
      expect.arrayContaining([
        ['app', 'crm'],
        ['app', 'shop'],
        ['app', undefined],
        ['admin', undefined],
      ]),
    );
    expect(listed.filter(([, audience]: [string, string?]) => audience !== undefined)).toHaveLength(2);
  });
});

describe.each(ENGINES)('in the database, on %s', (engine) => {
  const here = stage(engine);

  test('a principal whose audience is edited or taken away is refused with an integrity failure', async () => {
    const admin = await callerOf(here.vault, await here.home.adminKey());
    const add = (audience?: string) =>
      addPrincipal(here.vault, admin, {
        name: 'tied',
        role: 'app',
        purposes: [],
        ...(audience && { audience }),
      } as never);
    const [crm, free] = [await add('crm'), await add()];
    const { recordStore } = here.vault;
    const set = (principal: string, audience: string | null) =>
      recordStore.exclusive((tx) =>
        tx.execute(packedBuild((sql) => sql('principals').where({ principal }).update({ audience }))),
      );
    for (const [{ principal, apiKey }, was, to] of [
      [crm, 'crm', 'shop'],
      [crm, 'crm', null],
      [crm, 'crm', ''],
      [free, null, 'crm'],
      [free, null, ''],
    ] as const) {
      await set(principal, to);
      await expect(callerOf(here.vault, apiKey)).rejects.toMatchObject({ code: 'integrity_failure' });
      expect(await here.lastEntry()).toMatchObject({ action: 'authenticate', principal, code: 'integrity_failure' });
      await set(principal, was);
      expect(await callerOf(here.vault, apiKey)).toMatchObject({ principal });
      here.advance(1);
    }
  });
});
