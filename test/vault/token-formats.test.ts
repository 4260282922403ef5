/** Tokens in every shape, and such as are brought along: offered, refused, taken, revealed, found, erased. */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { isCardLike } from '../../src/card-like.ts';
import { pooledRandom, type RandomSource } from '../../src/crypto/random.ts';
import { type DataType, formOf, type Json, TOKEN_FORMATS, type TokenFormatName } from '../../src/datatypes/datatype.ts';
import { dataTypes } from '../../src/datatypes/registry.ts';
import { VaultError } from '../../src/errors.ts';
import type { RecordId, Token } from '../../src/ids.ts';
import { mintToken } from '../../src/operations/tokens/mint-token.ts';
import { revokeToken } from '../../src/operations/tokens/revoke-token.ts';
import type { TokenizeItem } from '../../src/operations/values/schema.ts';
import { drawToken, formatsOf } from '../../src/tokens/format.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { stage, withParts } from '../support/home.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';
import { openTestVault } from '../support/vault.ts';

const CARD = { number: '4242 4242 4242 4242', expiryMonth: 7, expiryYear: 2030, holder: 'Ada Example' };
const NATIONAL = { country: 'PL', kind: 'pesel', number: '44051401359' };
const PATTERNS: Record<TokenFormatName, RegExp> = {
  random: /^tok_[0-9a-z]{32}$/,
  uuid: /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
  card: /^0\d{11}4242$/,
  digits: /^\d{11,16}$/,
  email: /^[^@\s]+@[^@\s]+$/,
  phone: /^\+\d+$/,
  iban: /^[A-Z]{2}\d{2}[A-Z\d]+$/,
};
const SHAPED: [TokenFormatName, string, Json][] = [
  ['uuid', 'text', 'anything'],
  ['card', 'card', CARD],
  ['digits', 'card', CARD],
  ['digits', 'national_id', NATIONAL],
  ['email', 'email', 'ada@example.com'],
  ['phone', 'phone', '+49 30 901820'],
  ['iban', 'iban', 'DE89 3704 0044 0532 0130 00'],
];
const SEARCHABLE = new Set(['card', 'national_id', 'email', 'phone', 'iban']);
const typeNamed = (name: string) => dataTypes().find((type) => type.name === name) as DataType;

describe.each(ENGINES)('over the API, on %s', (engine) => {
  const opened = () => openTestVault({ engine });

  test('a token of each format has its shape, holds nothing of the value, reveals it, is found by search and dies with its record', async () => {
    const vault = await opened();
    const app = vault.as('app');
    const items = SHAPED.map(([format, type, value], i) => ({ type, value, format, subject: `shape-${i}` }));

    const stored = await app.tokenize(...items);

    for (const [i, { token, record }] of stored.entries()) {
      const [format, type, value] = SHAPED[i] as (typeof SHAPED)[number];
      expect(token).toMatch(PATTERNS[format]);
      expect(isCardLike(token)).toBe(false);
      const plain = typeNamed(type).parse(value, { now: vault.vault.clock() });
      const { body: shown } = await app.detokenize(token);
      expect(shown.results).toEqual([
        { token, form: formOf(typeNamed(type), 'plain', plain), type, view: 'plain', value: plain },
      ]);
      const { body: described } = await app.call('get', `/v1/tokens/${encodeURIComponent(token)}`);
      expect(described).toMatchObject({ token, format, type, record });
      if (SEARCHABLE.has(type)) {
        const sought = type === 'card' ? CARD : value;
        const { body: found } = await app.search(type, sought);
        expect(found.results.map((result: { token: string }) => result.token)).toContain(token);
      }
    }
    await app.call('post', '/v1/erasures', { tokens: stored.map(({ token }) => token) });
    const { body: after } = await app.detokenize(stored.map(({ token }) => token));
    expect(after.results).toEqual(
      stored.map(({ token }) => ({ token, form: 'none', error: { code: 'record_erased' } })),
    );
  });

  test('a format that the type does not have, or that this value leaves too little room for, is refused at its item, and nothing is stored', async () => {
    const vault = await opened();
    const app = vault.as('app');
    const good = { type: 'email', value: 'ada@example.com' };
    const cases: [string, Json, TokenFormatName][] = [
      ...dataTypes().flatMap((type) =>
        type.custody === 'window'
          ? []
          : TOKEN_FORMATS.filter((format) => !formatsOf(type).includes(format)).map(
              (format): [string, Json, TokenFormatName] => [type.name, type.examples[0] as Json, format],
            ),
      ),
      // A NIE has letters, and a short number leaves too few of its length.
      ['national_id', { country: 'ES', kind: 'nie', number: 'X-1234567-L' }, 'digits'],
    ];
    expect(cases.length).toBeGreaterThan(40);
    for (const [type, value, format] of cases) {
      const reply = await app.call('post', '/v1/tokenize', { items: [good, { type, value, format }] });
      expect([type, format, reply.status, reply.body.code, reply.body.field]).toEqual([
        type,
        format,
        422,
        'token_format_not_offered',
        'items/1/format',
      ]);
    }
    const unknown = await app.call('post', '/v1/tokenize', { items: [{ ...good, format: 'Random' }] });
    expect([unknown.status, unknown.body.code, unknown.body.field]).toEqual([422, 'invalid_request', 'items/0/format']);
    const { body: types } = await app.call('get', '/v1/types');
    expect(types.types.length).toBe(dataTypes().length);
    expect((await app.search('email', good.value)).body.results).toEqual([]);
  });

  test('options that contradict each other, or that a security code cannot have, are refused at their place', async () => {
    const vault = await opened();
    const app = vault.as('app');
    const email = { type: 'email', value: 'ada@example.com' };
    const cases: [object, string, string][] = [
      [{ ...email, reuse: true, ttlSeconds: 60 }, 'invalid_request', 'ttlSeconds'],
      [{ ...email, reuse: true, uses: 1 }, 'invalid_request', 'uses'],
      [{ ...email, reuse: true, token: 'legacy-000001' }, 'invalid_request', 'token'],
      [{ ...email, token: 'legacy-000001', format: 'random' }, 'invalid_request', 'format'],
      [{ ...email, ttlSeconds: 0 }, 'invalid_request', 'ttlSeconds'],
      [{ ...email, uses: 0 }, 'invalid_request', 'uses'],
      [{ ...email, audience: 'Not a word' }, 'invalid_request', 'audience'],
      [{ type: 'text', value: 'x', reuse: true }, 'option_not_offered', 'reuse'],
      [{ type: 'cvc', value: '123', format: 'random' }, 'option_not_offered', 'format'],
      [{ type: 'cvc', value: '123', ttlSeconds: 60 }, 'option_not_offered', 'ttlSeconds'],
      [{ type: 'cvc', value: '123', uses: 2 }, 'option_not_offered', 'uses'],
      [{ type: 'cvc', value: '123', token: 'legacy-000001' }, 'option_not_offered', 'token'],
    ];
    for (const [item, code, option] of cases) {
      const reply = await app.call('post', '/v1/tokenize', { items: [email, item], purpose: 'billing' });
      expect([item, reply.status, reply.body.code, reply.body.field]).toEqual([item, 422, code, `items/1/${option}`]);
    }
  });

  test('a token brought along stays what it is: in replies, in paths, in search, in another tenant', async () => {
    const vault = await opened();
    const app = vault.as('app');
    const tokens = [
      'legacy-000001',
      'a/b?c#d+e:f~g',
      '$$$$....',
      'x'.repeat(255),
      'tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh',
    ] as Token[];
    const items = tokens.map((token, i) => ({ type: 'email', value: `ada${i}@example.com`, token }));

    const stored = await app.tokenize(...items);

    expect(stored.map(({ token }) => token)).toEqual(tokens);
    for (const [i, token] of tokens.entries()) {
      const { body } = await app.detokenize(token);
      expect(body.results[0]).toMatchObject({ token, value: `ada${i}@example.com` });
      const described = await app.call('get', `/v1/tokens/${encodeURIComponent(token)}`);
      expect([described.status, described.body.format, described.body.token]).toEqual([200, 'foreign', token]);
      expect((await app.search('email', `ada${i}@example.com`)).body.results[0].token).toBe(token);
    }
    const stranger = await vault.inTenant('other', 'app');
    const theirs = await stranger.tokenize(...items.map((item) => ({ ...item, value: 'bob@example.org' })));
    expect(theirs.map(({ token }) => token)).toEqual(tokens);
    expect((await stranger.detokenize(tokens[0] as string)).body.results[0].value).toBe('bob@example.org');
    expect((await app.detokenize(tokens[0] as string)).body.results[0].value).toBe('ada0@example.com');
  });

  test('a token brought along that may not stand for the value is refused at its item, and the refusal repeats nothing of it', async () => {
    const vault = await opened();
    const app = vault.as('app');
    const email = { type: 'email', value: 'ada.example@example.com' };
    const cases: [object, string][] = [
      [email, 'short-1'],
      [email, 'y'.repeat(256)],
      [email, '=1+1+1+1'],
      [email, 'quote"quote'],
      [email, 'comma,comma'],
      [email, 'tok_not_one_of_ours'],
      [email, 'cvc_legacy_0001'],
      [email, '4242424242424242'],
      [email, '4242-4242-4242-4242'],
      [email, 'zoe@mail.example-shop.com'],
      [email, 'ada.example'],
      [email, 'ada.example@example.com-2'],
      [email, 'ADA-EXAMPLE-EXAMPLE-COM'],
      [{ type: 'phone', value: '+49 30 901820' }, 'id-4930901820-x'],
      [{ type: 'card', value: CARD }, 'order-4242424242424242'],
    ];
    for (const [item, token] of cases) {
      const before = vault.logged.length;
      const reply = await app.call('post', '/v1/tokenize', { items: [email, { ...item, token }] });
      expect([token, reply.status, reply.body.code, reply.body.field]).toEqual([
        token,
        422,
        'invalid_token',
        'items/1/token',
      ]);
      const said = reply.text + vault.logged.slice(before).join('') + JSON.stringify(await vault.lastAuditEntry());
      expect(said).not.toContain(token);
    }
    const space = await app.call('post', '/v1/tokenize', { items: [{ ...email, token: 'has a space in it' }] });
    expect([space.status, space.body.code, space.body.field]).toEqual([422, 'invalid_request', 'items/0/token']);
    expect(space.text).not.toContain('has a space');
  });

  test('where a tenant keeps less of a value, a token brought along may not hold what is cut', async () => {
    const vault = await opened();
    const app = vault.as('app');
    for (const [type, keep, value, token] of [
      ['ip', 'network', '192.0.2.137', 'ip-192.0.2.137'],
      ['user_agent', 'browser', 'Mozilla/5.0 Firefox/115.0 Inventory/WK-4711', 'inventory-wk-4711'],
    ] as const) {
      expect((await vault.admin.call('put', `/v1/types/${type}/keep`, { keep })).status).toBe(200);
      const { status, body } = await app.call('post', '/v1/tokenize', { items: [{ type, value, token }] });
      expect([status, body.code, body.field]).toEqual([422, 'invalid_token', 'items/0/token']);
      const [stored] = await app.tokenize({ type, value, token: `unlike-${type}` as Token });
      expect(stored).toMatchObject({ token: `unlike-${type}`, kept: keep });
    }
  });

  test('a token that is taken, alive, dead, in the same call or of an erased record, is refused at its item and nothing is stored', async () => {
    const vault = await opened();
    const app = vault.as('app');
    const email = (token?: string): TokenizeItem => ({
      type: 'email',
      value: 'ada@example.com',
      ...(token && { token: token as Token }),
    });
    const [mine, dead, swept, erased, own] = await app.tokenize(
      email('legacy-alive-1'),
      email('legacy-dead-01'),
      email('legacy-swept-1'),
      email('legacy-erased-1'),
      email(),
    );
    await app.call('delete', `/v1/tokens/${swept?.token}`);
    await runBackgroundOnce(vault.vault);
    await app.call('delete', `/v1/tokens/${dead?.token}`);
    await app.call('post', '/v1/erasures', { tokens: [erased?.token] });
    const before = await askRows(vault.vault.recordStore.reader, (sql) => sql('records').select('record'));

    for (const token of [mine, dead, swept, erased, own].map((stored) => stored?.token as string)) {
      const reply = await app.call('post', '/v1/tokenize', { items: [email('legacy-fresh-1'), email(token)] });
      expect([token, reply.status, reply.body.code, reply.body.field]).toEqual([
        token,
        409,
        'token_taken',
        'items/1/token',
      ]);
    }
    const twice = await app.call('post', '/v1/tokenize', { items: [email('legacy-twice-1'), email('legacy-twice-1')] });
    expect([twice.status, twice.body.code, twice.body.field]).toEqual([409, 'token_taken', 'items/1/token']);
    expect(await askRows(vault.vault.recordStore.reader, (sql) => sql('records').select('record'))).toEqual(before);
    expect((await app.call('get', '/v1/tokens/legacy-fresh-1')).body.code).toBe('token_not_found');
  });

  test('of calls that bring the same token at once one has it, and the others are told that it is taken', async () => {
    const vault = await opened();
    const app = vault.as('app');
    await app.tokenize({ type: 'text', value: 'warm' });
    const calls = Array.from({ length: 8 }, (_, i) =>
      app.call('post', '/v1/tokenize', {
        items: [{ type: 'email', value: `race${i}@example.com`, token: 'legacy-race-01' }],
      }),
    );

    const replies = await Promise.all(calls);

    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 409)]);
    expect(new Set(replies.flatMap(({ status, body }) => (status === 409 ? [body.code] : [])))).toEqual(
      new Set(['token_taken']),
    );
    const winner = replies.findIndex(({ status }) => status === 200);
    expect((await app.detokenize('legacy-race-01')).body.results[0].value).toBe(`race${winner}@example.com`);
  });

  test('a shaped token is minted for a record that is there, with the same refusals; none is brought along', async () => {
    const vault = await opened();
    const app = vault.as('app');
    const [card, email] = await app.tokenize(
      { type: 'card', value: CARD },
      { type: 'email', value: 'ada@example.com' },
    );
    const mint = (record: string | undefined, more: object) => app.call('post', '/v1/tokens', { record, ...more });

    const shaped = await mint(card?.record, { format: 'card' });

    expect(shaped.status).toBe(201);
    expect(shaped.body.token).toMatch(PATTERNS.card);
    const { body } = await app.detokenize([shaped.body.token]);
    expect(body.results.map(({ type }: { type: string }) => type)).toEqual(['card']);
    const refusals: [string | undefined, object, number, string, string][] = [
      [email?.record, { format: 'card' }, 422, 'token_format_not_offered', 'format'],
      [email?.record, { token: 'ada@example.com' }, 422, 'invalid_request', 'token'],
      [email?.record, { token: 'legacy-minted-1' }, 422, 'invalid_request', 'token'],
    ];
    for (const [record, more, status, code, field] of refusals) {
      const reply = await mint(record, more);
      expect([more, reply.status, reply.body.code, reply.body.field]).toEqual([more, status, code, field]);
    }
    await app.call('post', '/v1/erasures', { records: [card?.record] });
    expect((await mint(card?.record, { format: 'card' })).body.code).toBe('record_erased');
  });
});

describe.each(ENGINES)('drawn anew, on %s', (engine) => {
  const here = stage(engine);
  const iban = typeNamed('iban');
  /** A random source of one byte, so that every draw is the same. */
  const stuck =
    (byte: number): RandomSource =>
    (sizeBytes) =>
      Buffer.alloc(sizeBytes, byte);
  const VALUE = 'DE89370400440532013000';

  /** A token that a stuck source draws, and the source; of the bytes tried, one whose draw is no IBAN. */
  const drawnBy = (from: number): [Token, RandomSource] => {
    for (let byte = from; ; byte += 1) {
      try {
        return [drawToken('iban', iban, VALUE, stuck(byte)), stuck(byte)];
      } catch {
        // Every draw of it was a real IBAN.
      }
    }
  };
  /** The vault, whose random source is stuck until it first looks whether tokens are taken. */
  const stuckUntilLooked = (source: RandomSource): { vault: Vault; looks: () => number } => {
    let looks = 0;
    const real = pooledRandom();
    const random: RandomSource = (sizeBytes) => (looks > 0 ? real : source)(sizeBytes);
    const { recordStore } = here.vault;
    const find = ((lookup: { table: { name: string } }, keys: never) => {
      if (lookup.table.name === 'tokens') looks += 1;
      return recordStore.reader.find(lookup as never, keys);
    }) as typeof recordStore.reader.find;
    const vault = withParts(here.vault, {
      random,
      recordStore: withParts(recordStore, { reader: withParts(recordStore.reader, { find }) }),
    });
    return { vault, looks: () => looks };
  };
  const storeAt = async (vault: Vault, ...items: TokenizeItem[]) => {
    // Ids begin with their time: those of a stuck source are other ones a second later.
    here.advance(1_000);
    return (await tokenize(vault, await here.as('app'), { items })).results;
  };
  const shaped: TokenizeItem = { type: 'iban', value: VALUE, format: 'iban' };

  test('a shaped token that is taken, alive or dead, or drawn twice in one call, is drawn anew', async () => {
    const [token, source] = drawnBy(1);
    const [blocker] = await storeAt(here.vault, { type: 'text', value: 'in the way', token });

    const alive = stuckUntilLooked(source);
    const [first] = await storeAt(alive.vault, shaped);
    expect(alive.looks()).toBe(2);
    expect(first?.token).not.toBe(token);
    expect(await here.home.reveal(here.vault, first?.token as string)).toBe(VALUE);

    await revokeToken(here.vault, await here.as('app'), { token: (blocker as Tokenized).token });
    await runBackgroundOnce(here.vault);
    const dead = stuckUntilLooked(source);
    const [second] = await storeAt(dead.vault, shaped);
    expect(dead.looks()).toBe(2);
    expect(second?.token).not.toBe(token);

    const [free, other] = drawnBy(40);
    const twice = stuckUntilLooked(other);
    const [third, fourth] = await storeAt(twice.vault, shaped, shaped);
    expect(third?.token).toBe(free);
    expect(fourth?.token).not.toBe(free);
    expect(await here.home.reveal(here.vault, fourth?.token as string)).toBe(VALUE);
  });

  test('where no draw is free the call ends, at the item’s format, and stores nothing', async () => {
    const [token, source] = drawnBy(80);
    await storeAt(here.vault, { type: 'text', value: 'in the way', token });
    const vault = withParts(here.vault, { random: source });

    const refused = storeAt(vault, { type: 'text', value: 'x' }, shaped);

    await expect(refused).rejects.toMatchObject({ kind: 'invalid', field: 'items/1/format' });
    expect(await here.lastEntry()).toMatchObject({ action: 'tokenize', outcome: 'failed', records: [] });
  });

  test('a shaped token that another call takes between the look and the commit is drawn anew', async () => {
    const [token, source] = drawnBy(120);
    const { recordStore } = here.vault;
    let commits = 0;
    const random: RandomSource = (sizeBytes) => (commits > 0 ? here.vault.random : source)(sizeBytes);
    const shared = (async (work: never) => {
      commits += 1;
      if (commits === 1) await storeAt(here.vault, { type: 'text', value: 'first', token });
      return recordStore.shared(work);
    }) as typeof recordStore.shared;
    const slow = withParts(here.vault, { random, recordStore: withParts(recordStore, { shared }) });

    const [stored] = await storeAt(slow, shaped);

    expect(commits).toBe(2);
    expect(stored?.token).not.toBe(token);
    expect(await here.home.reveal(here.vault, stored?.token as string)).toBe(VALUE);
  });

  test('a token that is taken again and again ends in a conflict to be repeated, not in what the store says of its row', async () => {
    const { recordStore } = here.vault;
    const { record } = (await storeAt(here.vault, { type: 'text', value: 'x' }))[0] as Tokenized;
    let commits = 0;
    const shared = ((work: never) => {
      commits += 1;
      if (commits <= 5) return Promise.reject(new VaultError('already_exists'));
      return recordStore.shared(work);
    }) as typeof recordStore.shared;
    const crowded = withParts(here.vault, { recordStore: withParts(recordStore, { shared }) });

    const expected = { kind: 'conflict', code: 'concurrent_change' };
    await expect(storeAt(crowded, shaped)).rejects.toMatchObject(expected);
    expect(await here.lastEntry()).toMatchObject({ code: 'concurrent_change' });
    commits = 0;
    await expect(mintToken(crowded, await here.as('app'), { record: record as RecordId })).rejects.toMatchObject(
      expected,
    );
  });
});
