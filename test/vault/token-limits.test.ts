/** Tokens that end: by time, by use, by revocation. Exactly then, on every way in, for good. */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import type { Caller } from '../../src/calls/caller.ts';
import type { RecordId, SubjectId, Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { getSubject } from '../../src/operations/subjects/get-subject.ts';
import { describeToken } from '../../src/operations/tokens/describe-token.ts';
import { extendToken } from '../../src/operations/tokens/extend-token.ts';
import { mintToken } from '../../src/operations/tokens/mint-token.ts';
import { revokeToken } from '../../src/operations/tokens/revoke-token.ts';
import { describeRecord } from '../../src/operations/values/describe-record.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import type { TokenizeItem } from '../../src/operations/values/schema.ts';
import { search } from '../../src/operations/values/search.ts';
import { verify } from '../../src/operations/values/verify.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { stage, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';

const YEAR_SECONDS = 366 * 24 * 60 * 60;

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let values = 0;
  const store = async (more: Partial<TokenizeItem> = {}): Promise<Tokenized & { value: string }> => {
    values += 1;
    const value = `limits${values}@example.com`;
    const item = { type: 'email', value, ...more };
    const { results } = await tokenize(here.vault, await here.as('app'), { items: [item] });
    return { ...(results[0] as Tokenized), value };
  };
  const revealAll = async (tokens: Token[], view?: string, who?: Caller, node: Vault = here.vault) => {
    const caller = who ?? (await here.as('app'));
    const { results } = await detokenize(node, caller, { tokens, purpose: 'billing', view });
    return results.map((result) => ('value' in result ? result.value : result.error.code));
  };
  const reveal = async (token: Token, view?: string, who?: Caller) => (await revealAll([token], view, who))[0];
  const find = async (value: string) =>
    (await search(here.vault, await here.as('app'), { type: 'email', value, purpose: 'billing' })).results.map(
      ({ token }) => token,
    );
  const usesLeft = async (token: Token) => (await describeToken(here.vault, await here.as('app'), { token })).usesLeft;
  const statesOf = async (record: RecordId) =>
    (await describeRecord(here.vault, await here.as('app'), { record })).tokens.map(({ state }) => state);
  const sweep = async () => {
    for (const report of await runBackgroundOnce(here.vault)) expect(report.failed).toBeUndefined();
  };
  const rows = (table: string, token: Token) =>
    tell(here.home.recordStoreUrl, `SELECT * FROM ${table} WHERE token = '${token}'`);

  /** Each way to end, and the code that says so. */
  const ends: [how: string, code: string, state: string, end: () => Promise<Tokenized & { value: string }>][] = [
    [
      'that has expired',
      'token_expired',
      'expired',
      async () => {
        const stored = await store({ ttlSeconds: 60 });
        here.advance(60_000);
        return stored;
      },
    ],
    [
      'that was used up',
      'token_used_up',
      'used_up',
      async () => {
        const stored = await store({ uses: 1 });
        expect(await reveal(stored.token)).toBe(stored.value);
        return stored;
      },
    ],
    [
      'that was revoked',
      'token_revoked',
      'revoked',
      async () => {
        const stored = await store();
        await revokeToken(here.vault, await here.as('app'), { token: stored.token });
        return stored;
      },
    ],
  ];

  test('a token lives to the last millisecond before its end, and not one longer', async () => {
    const stored = await store({ ttlSeconds: 60 });
    expect(stored.expiresAt).toBe(new Date(here.now().getTime() + 60_000).toISOString());

    here.advance(59_999);
    expect(await reveal(stored.token)).toBe(stored.value);
    expect(await statesOf(stored.record)).toEqual(['live']);

    here.advance(1);
    expect(await reveal(stored.token)).toBe('token_expired');
    expect(await statesOf(stored.record)).toEqual(['expired']);
  });

  test.each(ends)(
    'one %s says so on every way in, before and after the sweep, and is never given out again',
    async (_, code, state, end) => {
      const { token, record, value } = await end();
      const app = await here.as('app');
      const everywhere = async () => {
        expect(await reveal(token)).toBe(code);
        expect(await reveal(token, 'masked')).toBe(code);
        expect(await reveal(token, undefined, await here.as('support'))).toBe(code);
        const refused = { kind: 'gone', code };
        await expect(describeToken(here.vault, app, { token })).rejects.toMatchObject(refused);
        await expect(revokeToken(here.vault, app, { token })).rejects.toMatchObject(refused);
        await expect(extendToken(here.vault, app, { token, ttlSeconds: 60, uses: 5 })).rejects.toMatchObject(refused);
        await expect(verify(here.vault, app, { token, value: 'x' })).rejects.toMatchObject(refused);
        await expect(erase(here.vault, app, { tokens: [token] })).rejects.toMatchObject({
          ...refused,
          field: 'tokens/0',
        });
        expect(await find(value)).toEqual([]);
        const items = [{ type: 'email', value, token }];
        await expect(tokenize(here.vault, app, { items })).rejects.toMatchObject({ code: 'token_taken' });
      };
      expect(await statesOf(record)).toEqual([state]);
      await everywhere();

      await sweep();

      expect(await rows('tokens', token)).toEqual([]);
      expect(await rows('dead_tokens', token)).toMatchObject([{ cause: state }]);
      expect(await statesOf(record)).toEqual([]);
      await everywhere();
      // The record is there, and takes another token.
      const other = await mintToken(here.vault, app, { record });
      expect(await reveal(other.token)).toBe(value);
      const stranger = await here.inTenant(`limits-${state}`, 'app');
      await expect(describeToken(here.vault, stranger, { token })).rejects.toMatchObject({ code: 'token_not_found' });
    },
  );

  test('uses are counted down one by one; each reveal takes one, in whatever view, and each token of a call one', async () => {
    const { token, value } = await store({ uses: 4 });
    const other = await store({ uses: 1 });

    expect(await reveal(token)).toBe(value);
    expect(await usesLeft(token)).toBe(3);
    expect(await reveal(token, 'masked')).toMatch(/^l\*/);
    expect(await usesLeft(token)).toBe(2);
    // Named twice in one call, it is shown by one use.
    expect(await revealAll([token, other.token, token])).toEqual([value, other.value, value]);
    expect(await usesLeft(token)).toBe(1);
    expect(await revealAll([token, other.token])).toEqual([value, 'token_used_up']);
    expect(await reveal(token)).toBe('token_used_up');
  });

  test('a reveal that shows nothing takes no use: not allowed, unknown view, another purpose, an erased record', async () => {
    const { token, record } = await store({ uses: 2 });
    const app = await here.as('app');
    const support = await here.as('support');

    expect(await reveal(token, 'plain', support)).toBe('not_allowed');
    expect(await reveal(token, 'no_such_view')).toBe('unknown_view');
    await expect(detokenize(here.vault, app, { tokens: [token], purpose: 'marketing' })).rejects.toMatchObject({
      code: 'purpose_not_allowed',
    });
    await describeToken(here.vault, app, { token });
    expect(await usesLeft(token)).toBe(2);

    await erase(here.vault, app, { records: [record] });
    expect(await reveal(token)).toBe('record_erased');
    expect((await rows('tokens', token)).map((row) => Number(row.uses_left))).toEqual([2]);
  });

  // On SQLite the reveal holds the store, and no erasure comes between its looks.
  // SQLite lets nobody write while a token of limited uses is revealed.
  if (engine === 'postgres') {
    test('a record that is erased while it is being revealed takes no use', async () => {
      const { token, record } = await store({ uses: 2 });
      const free = await store({ uses: 2 });
      const app = await here.as('app');
      const { keyStore } = here.vault;
      let erased = false;
      const find = (async (lookup: { table: { name: string } }, keys: never) => {
        if (lookup.table.name === 'record_keys' && !erased) {
          erased = true;
          await erase(here.vault, app, { records: [record] });
        }
        return keyStore.reader.find(lookup as never, keys);
      }) as typeof keyStore.reader.find;
      const node = withParts(here.vault, {
        keyStore: withParts(keyStore, { reader: withParts(keyStore.reader, { find }) }),
      });

      // A first look, by the shared transaction, opens nothing.
      expect(await revealAll([token, free.token], undefined, app, node)).toEqual(['record_erased', free.value]);

      expect((await rows('tokens', token)).map((row) => Number(row.uses_left))).toEqual([2]);
      expect(await usesLeft(free.token)).toBe(1);
    });
  }

  test('a reveal whose audit entry cannot be written takes no use', async () => {
    const { token, value } = await store({ uses: 1 });
    const app = await here.as('app');
    await tell(here.home.recordStoreUrl, 'ALTER TABLE audit_entries RENAME TO away');
    try {
      await expect(detokenize(here.vault, app, { tokens: [token], purpose: 'billing' })).rejects.toBeDefined();
    } finally {
      await tell(here.home.recordStoreUrl, 'ALTER TABLE away RENAME TO audit_entries');
    }
    expect(await usesLeft(token)).toBe(1);
    expect(await reveal(token)).toBe(value);
  });

  test('twenty reveals at once, on two nodes, of a token with five uses show it exactly five times', async () => {
    const other = await here.home.open({ clock: here.now });
    const app = await here.as('app');
    for (let round = 0; round < 3; round += 1) {
      const { token, value } = await store({ uses: 5 });
      const free = await store();

      const shown = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          revealAll(i % 3 === 0 ? [free.token, token] : [token], undefined, app, i % 2 === 0 ? here.vault : other),
        ),
      );

      const answers = shown.map((all) => all.at(-1));
      expect(answers.filter((answer) => answer === value)).toHaveLength(5);
      expect(answers.filter((answer) => answer === 'token_used_up')).toHaveLength(15);
      expect(shown.filter((all) => all.length === 2).every(([first]) => first === free.value)).toBe(true);
    }
    await other.close();
  });

  test('extending counts from now, in time and in uses, and may shorten; what was not asked for stays', async () => {
    const app = await here.as('app');
    const { token, value } = await store({ ttlSeconds: 60, uses: 1 });
    here.advance(59_000);

    const longer = await extendToken(here.vault, app, { token, ttlSeconds: 60 });
    expect(longer).toMatchObject({ expiresAt: new Date(here.now().getTime() + 60_000).toISOString(), usesLeft: 1 });
    here.advance(59_999);
    expect(await extendToken(here.vault, app, { token, uses: 2 })).toEqual({ ...longer, usesLeft: 2 });
    expect(await reveal(token)).toBe(value);
    expect(await extendToken(here.vault, app, { token, ttlSeconds: 1 })).toMatchObject({ usesLeft: 1 });
    here.advance(1_000);
    expect(await reveal(token)).toBe('token_expired');
  });

  test('an extension that is repeated under its idempotency key gives no use back and gets the same answer', async () => {
    const { token, value } = await store({ uses: 1 });
    const app = { ...(await here.as('app')), idempotencyKey: `extend-${engine}` };
    const first = await extendToken(here.vault, app, { token, uses: 2, ttlSeconds: 60 });
    expect(await reveal(token)).toBe(value);

    expect(await extendToken(here.vault, app, { token, uses: 2, ttlSeconds: 60 })).toEqual(first);

    expect(await usesLeft(token)).toBe(1);
    await expect(extendToken(here.vault, app, { token, uses: 3 })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    here.advance(60_000);
    expect(await extendToken(here.vault, app, { token, uses: 2, ttlSeconds: 60 })).toEqual(first);
    expect(await reveal(token)).toBe('token_expired');
  });

  test('a person’s page lists the tokens that stand for each record, and none that has ended', async () => {
    const app = await here.as('app');
    const { token, record, subject } = await store({ subject: `page-${engine}` });
    const brief = await mintToken(here.vault, app, { record, ttlSeconds: 60 });
    const gone = await mintToken(here.vault, app, { record });
    const listed = async () =>
      (await getSubject(here.vault, app, { subject: subject as SubjectId, limit: 10 })).records.flatMap(
        ({ tokens }) => tokens,
      );
    expect((await listed()).sort()).toEqual([token, brief.token, gone.token].sort());
    await revokeToken(here.vault, app, { token: gone.token });
    here.advance(60_000);

    expect(await listed()).toEqual([token]);
  });

  test('the token of an erased record is neither extended nor revoked: there is nothing left to reach', async () => {
    const app = await here.as('app');
    const { token, record } = await store({ ttlSeconds: YEAR_SECONDS });
    await erase(here.vault, app, { records: [record] });

    const refused = { kind: 'gone', code: 'record_erased' };
    await expect(extendToken(here.vault, app, { token, uses: 5 })).rejects.toMatchObject(refused);
    await expect(revokeToken(here.vault, app, { token })).rejects.toMatchObject(refused);
    expect((await rows('tokens', token)).map((row) => [row.uses_left, row.revoked_at])).toEqual([[null, null]]);
  });

  test('one token of a record ends, and its others stay; states are told in GET /v1/records/{id}', async () => {
    const app = await here.as('app');
    const { token, record, value } = await store();
    const brief = await mintToken(here.vault, app, { record, ttlSeconds: 60 });
    const once = await mintToken(here.vault, app, { record, uses: 1 });
    const gone = await mintToken(here.vault, app, { record, format: 'uuid', audience: 'crm' });
    await reveal(once.token);
    await revokeToken(here.vault, app, { token: gone.token });
    here.advance(60_000);

    const { tokens } = await describeRecord(here.vault, app, { record });

    expect(Object.fromEntries(tokens.map((entry) => [entry.token, entry.state]))).toEqual({
      [token]: 'live',
      [brief.token]: 'expired',
      [once.token]: 'used_up',
      [gone.token]: 'revoked',
    });
    expect(tokens.find((entry) => entry.token === gone.token)).toMatchObject({ format: 'uuid', audience: 'crm' });
    expect(await reveal(token)).toBe(value);
    expect(await find(value)).toEqual([token]);
  });

  test('a token that ended in several ways dies of the first in line, before and after the sweep', async () => {
    const app = await here.as('app');
    const [both, all] = [await store({ ttlSeconds: 60, uses: 1 }), await store({ ttlSeconds: 60, uses: 2 })];
    await reveal(both.token);
    await revokeToken(here.vault, app, { token: all.token });
    here.advance(60_000);
    const told = async () => [await reveal(both.token), await reveal(all.token)];
    expect(await told()).toEqual(['token_used_up', 'token_revoked']);

    await sweep();

    expect(await told()).toEqual(['token_used_up', 'token_revoked']);
  });

  test('a sweep that meets extensions and uses at the same moment ends no token that was saved', async () => {
    const app = await here.as('app');
    for (let round = 0; round < 4; round += 1) {
      const stored = await Promise.all(Array.from({ length: 6 }, () => store({ ttlSeconds: 60, uses: 3 })));
      here.advance(59_999);
      const extending = stored.map(({ token }) => extendToken(here.vault, app, { token, ttlSeconds: 600 }));
      here.advance(1);
      const [extended] = await Promise.all([Promise.allSettled(extending), sweep(), sweep()]);

      for (const [i, { token, value }] of stored.entries()) {
        expect(await reveal(token)).toBe(extended[i]?.status === 'fulfilled' ? value : 'token_expired');
      }
    }
  });

  test('a repeated mint and a repeated tokenize, with every option, get the same answer, whatever became of the token', async () => {
    const app = await here.as('app');
    const { record } = await store();
    const minting = { ...app, idempotencyKey: `mint-${engine}` };
    const body = { record, format: 'email', audience: 'crm', ttlSeconds: 60, uses: 2 } as const;
    const minted = await mintToken(here.vault, minting, body);
    const storing = { ...app, idempotencyKey: `store-${engine}` };
    const items = [
      {
        type: 'email',
        value: 'again@example.com',
        subject: 'again',
        label: 'l',
        format: 'email',
        audience: 'crm',
        ttlSeconds: 60,
        uses: 2,
      } as const,
      { type: 'email', value: 'again@example.com', subject: 'again', reuse: true },
      { type: 'email', value: 'Again@example.com', subject: 'again', reuse: true },
      { type: 'email', value: 'again@example.com', token: `legacy-again-${engine}` as Token, uses: 7 },
    ];
    const first = await tokenize(here.vault, storing, { items });
    expect(first.results.map(({ created }) => created)).toEqual([true, true, false, true]);

    await reveal(minted.token);
    await revokeToken(here.vault, app, { token: first.results[3]?.token as Token });
    here.advance(60_000);
    await sweep();

    expect(await mintToken(here.vault, minting, body)).toEqual(minted);
    expect(await tokenize(here.vault, storing, { items })).toEqual(first);
  });
});
