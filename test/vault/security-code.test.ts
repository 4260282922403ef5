/** Card security codes: in no store, revealed once, and gone with their window. */
import { describe, expect, test, vi } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { newId, type Token } from '../../src/ids.ts';
import { LIFE_MS, type WindowKey, WindowKeys } from '../../src/keyring/tree/window-keys.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { appOf, freshHome, refuseInserts } from '../support/home.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW, openTestVault, PURPOSES, type TestCaller, type TestVault } from '../support/vault.ts';

const CARD = { number: '4242424242424242', expiryMonth: 12, expiryYear: 2030 };
const CODE = { type: 'cvc', value: '987' };

/** What a call to reveal says of each token: its value, or the code of the error. */
async function said(caller: TestCaller, tokens: string | string[], view?: string): Promise<unknown[]> {
  const body = { tokens: [tokens].flat(), purpose: 'billing', ...(view && { view }) };
  const reply = await caller.call('post', '/v1/detokenize', body);
  expect(reply.status, reply.text).toBe(200);
  return reply.body.results.map(
    (result: { value?: unknown; error?: { code: string } }) => result.value ?? result.error?.code,
  );
}

async function codeOf(vault: TestVault, item: object = {}): Promise<string> {
  const [stored] = await vault.as('app').tokenize({ ...CODE, ...item });
  return stored?.token ?? '';
}

async function tiedTo(vault: TestVault, audience: string): Promise<TestCaller> {
  const added = await vault.admin.call('post', '/v1/principals', {
    ...{ name: `of-${audience.slice(0, 20)}`, role: 'app', purposes: PURPOSES, audience },
  });
  return vault.withKey(added.body.apiKey);
}

const windowsIn = ({ vault }: TestVault) => askRows(vault.keyStore.reader, (sql) => sql('windows'));
const revealsIn = ({ vault }: TestVault) => askRows(vault.keyStore.reader, (sql) => sql('window_reveals'));

describe.each(ENGINES)('on %s', (engine) => {
  test('a checkout stores card and code in one call; the card reveals as often as asked, the code once', async () => {
    const vault = await openTestVault({ engine });
    const items = [
      { type: 'card', value: CARD, subject: 'cust_1', label: 'checkout' },
      { ...CODE, subject: 'cust_1' },
    ];
    const reply = await vault.as('app').call('post', '/v1/tokenize', { items });
    const [card, code] = reply.body.results;
    expect(code).toEqual({
      token: expect.stringMatching(/^cvc_[0-9a-z]{26}_[\w-]+$/),
      subject: card.subject,
      masked: '***',
      expiresAt: new Date(NOW.getTime() + LIFE_MS).toISOString(),
      created: true,
    });
    expect(code.token.length).toBeLessThan(256);

    const both = [card.token, code.token];
    const shown = await vault.as('app').detokenize(both);
    expect(shown.body.results).toMatchObject([
      { token: card.token, form: 'card', type: 'card', view: 'plain', value: CARD },
      { token: code.token, form: 'text', type: 'cvc', view: 'plain', value: '987' },
    ]);
    expect(await said(vault.as('app'), both)).toMatchObject([CARD, 'token_used_up']);
    expect(await said(vault.as('app'), both, 'masked')).toMatchObject([expect.anything(), 'token_used_up']);
  });

  test('a second try alone answers 410 token_used_up in its audit entry, and no entry holds the code or the token', async () => {
    const vault = await openTestVault({ engine });
    const token = await codeOf(vault);
    expect(await said(vault.as('app'), token)).toEqual(['987']);
    expect(await vault.lastAuditEntry()).toMatchObject({
      ...{ action: 'detokenize', outcome: 'done', view: 'plain', records: [], code: null },
    });
    expect(await said(vault.as('app'), token)).toEqual(['token_used_up']);
    expect(await vault.lastAuditEntry()).toMatchObject({ outcome: 'failed', code: 'token_used_up', view: null });
    const entries = JSON.stringify(await vault.auditEntries());
    expect(entries).not.toContain(token.slice(32));
    expect(entries).not.toContain('987"');
  });

  test('the audit entry of a reveal names the subject whose code it was, and none where nothing is shown', async () => {
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    const [mine, theirs] = await app.tokenize({ ...CODE, subject: 'cust_1' }, { ...CODE, subject: 'cust_2' });
    const reveal = async (tokens: (string | undefined)[], view?: string) => {
      const values = await said(app, tokens as string[], view);
      return [...values, (await vault.lastAuditEntry())?.subject];
    };

    expect(await reveal([mine?.token], 'masked')).toEqual(['***', mine?.subject]);
    expect(await reveal([mine?.token])).toEqual(['987', mine?.subject]);
    expect(await reveal([mine?.token])).toEqual(['token_used_up', null]);
    expect(await reveal([mine?.token, theirs?.token])).toEqual(['token_used_up', '987', theirs?.subject]);
  });

  test('of twenty reveals at once on two nodes exactly one gets the value', async () => {
    const home = await freshHome(engine);
    const nodes = [await home.open(), await home.open()] as const;
    const app = await appOf(nodes[0], home);
    for (let round = 0; round < 3; round += 1) {
      const [code] = (await tokenize(nodes[0], app, { items: [CODE] })).results;
      const body = { tokens: [code?.token as Token], purpose: 'billing' };

      const calls = Array.from({ length: 20 }, (_, i) => detokenize(nodes[(i % 2) as 0 | 1], app, body));
      const answers = (await Promise.all(calls)).flatMap(({ results }) => results);

      const shown = answers.map((answer) => ('value' in answer ? answer.value : answer.error.code));
      expect(shown.sort()).toEqual(['987', ...Array(19).fill('token_used_up')]);
    }
  });

  test('several views of a code are one reveal, in whatever order; what is refused takes nothing', async () => {
    const vault = await openTestVault({ engine });
    const views = async (role: 'app' | 'support', token: string, ...wanted: string[]) => {
      const body = { tokens: [token], purpose: 'billing', views: wanted };
      const { results } = (await vault.as(role).call('post', '/v1/detokenize', body)).body;
      return results.map((one: { value?: unknown; error?: { code: string } }) => one.value ?? one.error?.code);
    };
    const token = await codeOf(vault);
    expect(await views('support', token, 'plain', 'masked', 'last4')).toEqual(['not_allowed', '***', 'unknown_view']);
    expect(await views('app', token, 'plain', 'masked')).toEqual(['987', '***']);
    expect(await vault.lastAuditEntry()).toMatchObject({ view: 'plain', outcome: 'done' });
    expect(await views('app', token, 'masked', 'plain', 'bin')).toEqual([
      ...['token_used_up', 'token_used_up', 'unknown_view'],
    ]);
  });

  test('masked it shows three stars, to support and to an app, and takes nothing', async () => {
    const vault = await openTestVault({ engine });
    const token = await codeOf(vault, { value: '9876' });
    expect(await said(vault.as('support'), token)).toEqual(['***']);
    expect(await said(vault.as('support'), token, 'masked')).toEqual(['***']);
    expect(await said(vault.as('app'), token, 'masked')).toEqual(['***']);
    expect(await said(vault.as('support'), token, 'plain')).toEqual(['not_allowed']);
    expect(await said(vault.as('app'), token, 'last4')).toEqual(['unknown_view']);
    expect(await revealsIn(vault)).toEqual([]);
    const foreign = await vault.as('app').detokenize(token, { purpose: 'marketing' });
    expect(foreign.body.code).toBe('purpose_not_allowed');
    expect(await revealsIn(vault)).toEqual([]);

    expect(await said(vault.as('app'), token)).toEqual(['9876']);
  });

  test('after 13 minutes it is expired, though the key’s row is there; then a round of work destroys the row', async () => {
    const vault = await openTestVault({ engine });
    const [used, fresh] = [await codeOf(vault), await codeOf(vault)];
    vault.advance(LIFE_MS - 1);
    expect(await said(vault.as('app'), used)).toEqual(['987']);
    vault.advance(1);
    expect(await said(vault.as('app'), [used, fresh])).toEqual(['token_expired', 'token_expired']);
    expect(await said(vault.as('support'), fresh, 'masked')).toEqual(['token_expired']);
    expect(await windowsIn(vault)).toHaveLength(1);

    await runBackgroundOnce(vault.vault);

    expect([await windowsIn(vault), await revealsIn(vault)]).toEqual([[], []]);
    expect(await said(vault.as('app'), [used, fresh])).toEqual(['token_expired', 'token_expired']);
  });

  test('a restart within the window loses nothing and gives nothing twice; one after it finds the key destroyed', async () => {
    const vault = await openTestVault({ engine });
    const [used, fresh, late] = [await codeOf(vault), await codeOf(vault), await codeOf(vault)];
    await said(vault.as('app'), used);
    vault.advance(LIFE_MS - 1);
    const again = await vault.reopen();
    expect(await said(again.as('app'), [used, fresh])).toEqual(['token_used_up', '987']);
    again.advance(1);
    const after = await again.reopen();
    expect(await windowsIn(after)).toEqual([]);
    expect(await said(after.as('app'), late)).toEqual(['token_expired']);
  });

  test('another tenant’s, another audience’s, an altered, a cut and a made-up token is a token there is not', async () => {
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    const token = await codeOf(vault);
    const stranger = await vault.inTenant('other', 'app');
    const [crm, shop] = [await tiedTo(vault, 'crm'), await tiedTo(vault, 'shop')];
    const [theirs] = await stranger.tokenize(CODE);
    const [ofCrm] = await crm.tokenize(CODE);
    const unknown = async (caller: TestCaller, of: string) =>
      expect([of, await said(caller, of)]).toEqual([of, ['token_not_found']]);
    await unknown(stranger, token);
    await unknown(app, theirs?.token ?? '');
    await unknown(shop, ofCrm?.token ?? '');
    await unknown(shop, token);
    await unknown(crm, token);

    const [head, id, body] = [token.slice(0, 4), token.slice(4, 30), token.slice(31)];
    const otherId = newId('window', vault.vault.random, NOW).slice(4);
    const bytes = Buffer.from(body, 'base64url');
    const altered = [0, 15, 16, 17, 40, 70, 90, bytes.length - 1].map((at) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return `${head}${id}_${copy.toString('base64url')}`;
    });
    const last = body.slice(-1);
    const respelt = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .filter((letter) => letter !== last)
      .map((letter) => `${head}${id}_${body.slice(0, -1)}${letter}`);
    const other = [
      `${head}${otherId}_${body}`,
      `${head}${id}_${body.slice(0, -1)}`,
      `${head}${id}_${body.slice(0, -4)}`,
      `${head}${id}_${body}AAAA`,
      `${head}${id}_${body}=`,
      `${head}${id}_${bytes.subarray(0, 50).toString('base64url')}`,
      `${head}${id}_${Buffer.concat([bytes, Buffer.alloc(64)]).toString('base64url')}`,
      `${head}${id.toUpperCase()}_${body}`,
      `${head}${id}${body}`,
      `${head}${'0'.repeat(26)}_${body}`,
      `${head}${'7'.repeat(26)}_${body}`,
      `${head}7zzzzzzzzzezz8zzzzzzzzzzzz_${body}`,
      `cvc_${'a'.repeat(300)}`,
      'cvc_',
      'cvc__',
    ];
    for (const each of [...altered, ...respelt, ...other]) await unknown(app, each);
    expect(vault.logged.join('\n')).not.toContain('integrity');

    expect(await said(app, [token, ofCrm?.token ?? ''])).toEqual(['987', '987']);
    expect(await said(stranger, theirs?.token ?? '')).toEqual(['987']);
  });

  test('the longest audience and a subject fit into a token, and its audience alone may use it', async () => {
    const vault = await openTestVault({ engine });
    const audience = 'a'.repeat(64);
    const tied = await tiedTo(vault, audience);
    const token = await codeOf(vault, { value: '9876', audience, subject: 'cust_long' });
    expect(token.length).toBeLessThan(512);
    // Its bytes end within a letter, so other letters stand for the same bytes: they are another token all the same.
    const respelt = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map((letter) => `${token.slice(0, -1)}${letter}`)
      .filter((other) => other !== token);
    const bytesOf = (of: string) => Buffer.from(of.slice(31), 'base64url').toString('hex');
    expect(respelt.filter((other) => bytesOf(other) === bytesOf(token)).length).toBeGreaterThan(0);
    expect(new Set(await said(tied, respelt))).toEqual(new Set(['token_not_found']));
    expect(await said(await tiedTo(vault, 'b'), token)).toEqual(['token_not_found']);
    expect(await said(tied, token)).toEqual(['9876']);
  });

  test('of an erased subject it says so, and shows nothing', async () => {
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    const token = await codeOf(vault, { subject: 'cust_gone' });
    const erased = await app.call('post', '/v1/erasures', { ref: 'cust_gone' });
    expect(erased.body).toMatchObject({ state: 'completed', records: 0 });
    expect(await said(app, token)).toEqual(['record_erased']);
    expect(await said(vault.as('support'), token)).toEqual(['record_erased']);
    expect(await revealsIn(vault)).toEqual([]);
  });

  test('what a token that is its value cannot have is refused by name, and nothing is stored', async () => {
    const vault = await openTestVault({ engine });
    const options: Record<string, unknown> = {
      ...{ format: 'uuid', ttlSeconds: 60, uses: 3, reuse: true, label: 'checkout' },
      token: '3f0c8b1e-7c7b-4a57-9d62-0a4e4e0f9f11',
    };
    for (const [option, value] of Object.entries(options)) {
      const items = [
        { type: 'card', value: CARD },
        { ...CODE, [option]: value },
      ];
      const reply = await vault.as('app').call('post', '/v1/tokenize', { items, purpose: 'billing' });
      expect([option, reply.status]).toEqual([option, 422]);
      expect(reply.body).toMatchObject({ code: 'option_not_offered', field: `items/1/${option}` });
    }
    expect(await windowsIn(vault)).toEqual([]);
    expect(await askRows(vault.vault.recordStore.reader, (sql) => sql('records'))).toEqual([]);
    for (const value of ['12', '12345', '12a', 123, { cvc: '123' }]) {
      const reply = await vault.as('app').call('post', '/v1/tokenize', { items: [{ type: 'cvc', value }] });
      expect(reply.body).toMatchObject({ code: 'invalid_value', field: 'items/0/value' });
    }
  });

  test('described, erased, changed, minted, verified, corrected and searched it is not there', async () => {
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    const token = await codeOf(vault);
    const path = `/v1/tokens/${token}`;
    const calls = [
      app.call('get', path),
      app.call('patch', path, { uses: 3 }),
      app.call('patch', path, { ttlSeconds: 60 }),
      app.call('delete', path),
      app.call('post', '/v1/erasures', { tokens: [token] }),
      app.call('post', '/v1/verify', { token, value: '987' }),
    ];
    const answers = (await Promise.all(calls)).map(({ status, body }) => [status, body.code]);
    expect(
      answers.filter(
        ([, code]) => code !== 'token_not_found' && code !== 'method_not_allowed' && code !== 'invalid_request',
      ),
    ).toEqual([]);
    expect(answers[0]).toEqual([404, 'token_not_found']);
    expect((await app.search('cvc', '987')).body).toMatchObject({ code: 'not_searchable' });
    expect(await said(app, token)).toEqual(['987']);
  });

  describe('a repeated call', () => {
    const again = { 'Idempotency-Key': 'checkout-1' };
    const send = (
      vault: TestVault,
      items: object[] = [
        { type: 'card', value: CARD },
        { ...CODE, subject: 'cust_1' },
      ],
    ) => vault.as('app').call('post', '/v1/tokenize', { items }, again);

    test('gives a token that reveals once in all, the first one and its own together', async () => {
      for (const order of [
        [0, 1],
        [1, 0],
      ] as const) {
        const vault = await openTestVault({ engine });
        const replies = [await send(vault), await send(vault)];
        const [first, second] = replies.map(({ body }) => body.results);
        expect(second[0]).toEqual(first[0]);
        expect({ ...second[1], token: '' }).toEqual({ ...first[1], token: '' });
        const tokens = [first[1].token, second[1].token];
        const shown: unknown[] = [];
        for (const i of order) shown.push(...(await said(vault.as('app'), tokens[i])));
        expect(shown).toEqual(['987', 'token_used_up']);
        expect(await said(vault.as('app'), (await send(vault)).body.results[1].token)).toEqual(['token_used_up']);
      }
    });

    test('after a restart within the window gives one that reveals; after the window one that says it has expired', async () => {
      const vault = await openTestVault({ engine });
      await send(vault);
      const reopened = await vault.reopen();
      const replayed = (await send(reopened)).body.results[1];
      expect(await said(reopened.as('app'), replayed.token)).toEqual(['987']);

      reopened.advance(LIFE_MS);
      await runBackgroundOnce(reopened.vault);
      const late = await send(reopened);
      expect(late.status).toBe(200);
      expect(late.body.results[1]).toMatchObject({ masked: '***', expiresAt: replayed.expiresAt });
      expect(late.body.results[1].token).toHaveLength(replayed.token.length);
      expect(await said(reopened.as('app'), late.body.results[1].token)).toEqual(['token_expired']);
      expect(await windowsIn(reopened)).toEqual([]);
    });

    test('is told by everything but the code, of which nothing is kept, sealed or MACed', async () => {
      const vault = await openTestVault({ engine });
      await send(vault);
      const rows = () =>
        askRows<Record<string, unknown>>(vault.vault.recordStore.reader, (sql) => sql('idempotency_keys'));
      const [row] = await rows();
      expect(String(row?.answer)).not.toContain('cvc_');
      expect(JSON.parse(String(row?.answer).slice(64))[1]).toEqual({
        ...{ created: true, subject: expect.any(String), expiresAt: expect.any(Number) },
        place: { window: expect.stringMatching(/^win_/), mark: expect.stringMatching(/^[\w-]{22}$/) },
      });
      const other = await openTestVault({ engine });
      await send(other, [{ ...CODE, value: '123' }]);
      await send(other, [{ ...CODE, value: '456' }]).then(({ status }) => expect(status).toBe(200));
      const different = await send(vault, [
        { type: 'card', value: CARD },
        { ...CODE, subject: 'cust_2' },
      ]);
      expect(different.body.code).toBe('idempotency_key_reused');
      expect(await rows()).toHaveLength(1);
    });
  });

  test('a value whose audit entry could not be written is not shown, and is lost', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const app = await appOf(vault, home);
    const { results } = await tokenize(vault, app, { items: [CODE, { type: 'text', value: 'stays' }] });
    const tokens = results.map(({ token }) => token);
    const reveal = (view?: string) => detokenize(vault, app, { tokens, purpose: 'billing', ...(view && { view }) });
    const allow = await refuseInserts(home.recordStoreUrl, 'audit_entries');
    const masked: unknown = await reveal('masked').catch((error: unknown) => error);
    const failed: unknown = await reveal().catch((error: unknown) => error);
    await allow();

    for (const error of [masked, failed]) {
      expect(['unavailable', 'internal']).toContain((error as { kind?: string }).kind);
      expect(String((error as Error).stack)).not.toContain('987');
    }
    expect((await reveal()).results).toMatchObject([{ error: { code: 'token_used_up' } }, { value: 'stays' }]);
  });

  test('in one call with records each is answered on its own, wherever it stands, and twice named it is shown alike', async () => {
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    const stored = await app.tokenize(
      { type: 'email', value: 'ada@example.com' },
      CODE,
      { type: 'text', value: 'limited', uses: 1 },
      { ...CODE, value: '4321' },
    );
    const [email, first, limited, second] = stored.map(({ token }) => token) as [string, string, string, string];
    const tokens = [first, email, limited, second, first, 'tok_unknown'];
    expect(await said(app, tokens)).toEqual(['987', 'ada@example.com', 'limited', '4321', '987', 'token_not_found']);
    expect(await said(app, tokens)).toEqual([
      ...['token_used_up', 'ada@example.com', 'token_used_up', 'token_used_up', 'token_used_up', 'token_not_found'],
    ]);
  });

  test('a call with many codes takes one window, and no code’s key is left in memory', async () => {
    const held: WindowKey[] = [];
    for (const method of ['current', 'find'] as const) {
      const real = WindowKeys.prototype[method] as (...args: unknown[]) => Promise<WindowKey | undefined>;
      vi.spyOn(WindowKeys.prototype, method).mockImplementation(async function (this: WindowKeys, ...args: unknown[]) {
        const key = await real.apply(this, args);
        if (key !== undefined) held.push(key);
        return key as WindowKey;
      });
    }
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    const items = Array.from({ length: 50 }, () => CODE);
    const again = { 'Idempotency-Key': 'many' };
    const first = await app.call('post', '/v1/tokenize', { items }, again);
    expect(held).toHaveLength(1);
    await app.call('post', '/v1/tokenize', { items }, again);
    const tokens: string[] = first.body.results.map(({ token }: { token: string }) => token);
    expect(await said(app, tokens.slice(0, 3))).toEqual(['987', '987', '987']);
    await said(app, `${tokens[4]?.slice(0, -8)}AAAAAAAA`);
    await said(vault.as('support'), tokens[5] ?? '');

    expect(held.length).toBeGreaterThan(5);
    expect(held.filter(({ key }) => !key.equals(Buffer.alloc(32)))).toEqual([]);
  });
});
