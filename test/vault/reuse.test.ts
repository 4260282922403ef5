/** Tokens that are given again: one value, one token, on whichever node, after whatever interruption. */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { UnavailableError } from '../../src/errors.ts';
import type { RecordId, Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { extendToken } from '../../src/operations/tokens/extend-token.ts';
import { revokeToken } from '../../src/operations/tokens/revoke-token.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import type { TokenizeItem } from '../../src/operations/values/schema.ts';
import { search } from '../../src/operations/values/search.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { stage, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';

const HOUR_MS = 60 * 60 * 1000;

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let tests = 0;
  /** An address that no other test uses. */
  const fresh = (who = 'ada') => {
    tests += 1;
    return `${who}.${tests}@example.com`;
  };
  const again = (value: unknown, more: Partial<TokenizeItem> = {}): TokenizeItem =>
    ({ type: 'email', value, reuse: true, ...more }) as TokenizeItem;
  const storeAt = async (node: Vault, ...items: TokenizeItem[]) =>
    (await tokenize(node, await here.as('app'), { items })).results;
  const store = (...items: TokenizeItem[]) => storeAt(here.vault, ...items);
  const one = async (item: TokenizeItem, node = here.vault) => (await storeAt(node, item))[0] as Tokenized;
  const reveal = async (token: Token, node = here.vault) => {
    const { results } = await detokenize(node, await here.as('app'), { tokens: [token], purpose: 'billing' });
    const [result] = results;
    return result !== undefined && 'value' in result ? result.value : result?.error.code;
  };
  const find = async (query: { type: string; part?: string; value: unknown }) =>
    (await search(here.vault, await here.as('app'), { ...query, purpose: 'billing' } as never)).results.map(
      ({ record }) => record,
    );
  const names = ({ token, record }: Tokenized) => ({ token, record });
  const links = async () =>
    Number((await tell<{ n: string }>(here.home.keyStoreUrl, 'SELECT count(*) AS n FROM reuses'))[0]?.n);
  const linksOf = (record: string) => tell(here.home.keyStoreUrl, `SELECT * FROM reuses WHERE record = '${record}'`);
  const rowsOf = (record: string) => tell(here.home.recordStoreUrl, `SELECT * FROM records WHERE record = '${record}'`);
  const sweep = async () => {
    for (const report of await runBackgroundOnce(here.vault)) expect(report.failed).toBeUndefined();
  };
  /** The vault, whose next commit in the record store does what it is told instead. */
  const withCommit = (instead: (commit: () => Promise<unknown>) => Promise<unknown>): Vault => {
    let told = false;
    const { recordStore } = here.vault;
    const shared = ((work: never) => {
      if (told) return recordStore.shared(work);
      told = true;
      return instead(() => recordStore.shared(work));
    }) as typeof recordStore.shared;
    return withParts(here.vault, { recordStore: withParts(recordStore, { shared }) });
  };
  /** A call that made its keys and its link and came no further. @returns the link */
  const interrupted = async (item: TokenizeItem) => {
    const before = new Set(
      (await tell(here.home.keyStoreUrl, 'SELECT record FROM reuses')).map(({ record }) => record),
    );
    const broken = withCommit(async () => {
      throw new UnavailableError('store_unavailable', 'planted');
    });
    await expect(one(item, broken)).rejects.toMatchObject({ code: 'store_unavailable' });
    const made = (
      await tell<{ record: string; token: string }>(here.home.keyStoreUrl, 'SELECT record, token FROM reuses')
    ).filter(({ record }) => !before.has(record));
    expect(made).toHaveLength(1);
    const { record, token } = made[0] as { record: RecordId; token: Token };
    expect(await rowsOf(record)).toEqual([]);
    return { record, token };
  };

  test('an equal value leads to the same token and record, however it is spelt and whatever its label; nothing is stored', async () => {
    const value = fresh();
    const first = await one(again(value, { subject: 'same', label: 'first' }));
    const [second, third] = await store(
      again(value.toUpperCase().replace('EXAMPLE.COM', 'example.com'), { subject: 'same' }),
      again(` ${value}`, { subject: 'same', label: 'later' }),
    );

    expect(first.created).toBe(true);
    expect([second, third].map((result) => names(result as Tokenized))).toEqual([names(first), names(first)]);
    expect([second?.created, third?.created]).toEqual([false, false]);
    expect(second?.subject).toBe(first.subject);
    expect(await rowsOf(first.record)).toHaveLength(1);
    expect(await reveal(first.token)).toBe(value);
    expect(await find({ type: 'email', value })).toEqual([first.record]);
  });

  test('another subject, audience, format, type or tenant has a token of its own, and so has a value sent without reuse', async () => {
    const value = fresh();
    const items = [
      again(value),
      again(value, { subject: 'one' }),
      again(value, { subject: 'two' }),
      again(value, { audience: 'crm' }),
      again(value, { audience: 'shop' }),
      again(value, { format: 'uuid' }),
      again(value, { format: 'email' }),
      again(value, { type: 'username' }),
    ];
    const first = await store(...items);
    const [loose] = await store({ type: 'email', value });

    expect(new Set([...first, loose].map((result) => result?.token)).size).toBe(items.length + 1);
    expect(new Set([...first, loose].map((result) => result?.record)).size).toBe(items.length + 1);
    expect((await store(...items)).map(names)).toEqual(first.map(names));
    const stranger = await here.inTenant('reuse-other', 'app');
    const { results } = await tokenize(here.vault, stranger, { items });
    expect(results.every(({ created }) => created)).toBe(true);
    expect(results.some(({ token }) => first.some((mine) => mine.token === token))).toBe(false);
  });

  test('a value that comes twice in one call is stored once', async () => {
    const value = fresh();
    const [first, second, other, third] = await store(again(value), again(value), again(fresh()), again(value));

    expect([second, third].map((result) => names(result as Tokenized))).toEqual(
      [first, first].map((result) => names(result as Tokenized)),
    );
    expect([first, second, other, third].map((result) => result?.created)).toEqual([true, false, true, false]);
    expect(await rowsOf(first?.record as string)).toHaveLength(1);
    expect(await reveal(first?.token as Token)).toBe(value);
  });

  test('thirty calls at once on three nodes, their values in any order, end with one record and one token a value', async () => {
    const nodes = [here.vault, await here.home.open({ clock: here.now }), await here.home.open({ clock: here.now })];
    for (let round = 0; round < 3; round += 1) {
      const values = Array.from({ length: 3 }, (_, i) => fresh(`at-once-${i}`));
      const calls = Array.from({ length: 30 }, (_, i) => {
        const turned = values.map((_, n) => values[(n + i) % values.length] as string);
        const order = i % 2 === 0 ? turned : [...turned].reverse();
        return storeAt(
          nodes[i % 3] as Vault,
          ...order.map((value) => again(value, { subject: `at-once-${round}` })),
        ).then((results) => results.map((result, n) => ({ ...result, value: order[n] as string })));
      });

      const results = (await Promise.all(calls)).flat();

      for (const value of values) {
        const mine = results.filter((result) => result.value === value);
        expect(new Set(mine.map(({ token }) => token)).size).toBe(1);
        expect(new Set(mine.map(({ record }) => record)).size).toBe(1);
        expect(mine.filter(({ created }) => created)).toHaveLength(1);
        for (const node of nodes) expect(await reveal(mine[0]?.token as Token, node)).toBe(value);
        expect(await find({ type: 'email', value })).toEqual([mine[0]?.record]);
      }
    }
    await Promise.all(nodes.slice(1).map((node) => node.close()));
  });

  test('what a call prepared that failed between the stores, the next call stores: one record, one token, and it opens', async () => {
    const value = fresh();
    const prepared = await interrupted(again(value, { subject: 'interrupted', format: 'uuid' }));

    const results = await store(
      again(value.toUpperCase().replace('EXAMPLE.COM', 'example.com'), { subject: 'interrupted', format: 'uuid' }),
      again(value, { subject: 'interrupted', format: 'uuid' }),
    );

    expect(results.map(names)).toEqual([prepared, prepared]);
    expect(results.map(({ created }) => created)).toEqual([true, false]);
    expect(String(await reveal(prepared.token)).toLowerCase()).toBe(value);
    expect(await find({ type: 'email', value })).toEqual([prepared.record]);
  });

  test('a value stored under another call’s keys is found by its own parts: one card, two expiries', async () => {
    const card = (year: number) => ({ number: '5555 5555 5555 4444', expiryMonth: 7, expiryYear: year });
    const subject = 'expiries';
    const prepared = await interrupted(again(card(2030), { type: 'card', subject }));

    const stored = await one(again(card(2031), { type: 'card', subject }));

    expect(names(stored)).toEqual(prepared);
    expect(await reveal(stored.token)).toMatchObject({ expiryYear: 2031 });
    const printed = (year: number) => ({
      type: 'card',
      part: 'last4_expiry',
      value: { last4: '4444', expiryMonth: 7, expiryYear: year },
    });
    expect(await find(printed(2031))).toEqual([stored.record]);
    expect(await find(printed(2030))).toEqual([]);
    // What was stored first stays, for cards of one number are the same.
    expect(names(await one(again(card(2032), { type: 'card', subject })))).toEqual(prepared);
    expect(await reveal(stored.token)).toMatchObject({ expiryYear: 2031 });
    await erase(here.vault, await here.as('app'), { records: [stored.record] });
    const left = await tell(here.home.keyStoreUrl, `SELECT * FROM blind_indexes WHERE record = '${stored.record}'`);
    expect(left).toEqual([]);
  });

  test.each([
    ['records', 'tokens'],
    ['tokens', 'records'],
  ])(
    'a link whose record is committed between a call’s look at %s and its look at %s is not cut',
    async (early, late) => {
      const value = fresh();
      let [arrived, release] = [() => {}, () => {}];
      const [atCommit, released] = [
        new Promise<void>((resolve) => {
          arrived = resolve;
        }),
        new Promise<void>((resolve) => {
          release = resolve;
        }),
      ];
      const slow = withCommit(async (commit) => {
        arrived();
        await released;
        return commit();
      });
      const first = one(again(value), slow);
      await atCommit;

      const { reader } = here.vault.recordStore;
      let looked = false;
      const find = (async (lookup: { table: { name: string } }, keys: never) => {
        if (!looked && lookup.table.name === early) {
          const found = await reader.find(lookup as never, keys);
          release();
          await first;
          looked = true;
          return found;
        }
        if (!looked && lookup.table.name === late) await first;
        return reader.find(lookup as never, keys);
      }) as typeof reader.find;
      const torn = withParts(here.vault, {
        recordStore: withParts(here.vault.recordStore, { reader: withParts(reader, { find }) }),
      });
      const second = await one(again(value), torn);

      expect(looked).toBe(true);
      expect(names(second)).toEqual(names(await first));
      expect(second.created).toBe(false);
      expect(names(await one(again(value)))).toEqual(names(second));
    },
  );

  test('a link that nobody came back to is swept with its keys after a day; the value then begins anew', async () => {
    const value = fresh();
    const prepared = await interrupted(again(value));
    here.advance(23 * HOUR_MS);
    await sweep();
    expect(await linksOf(prepared.record)).toHaveLength(1);

    here.advance(2 * HOUR_MS);
    await sweep();

    expect(await linksOf(prepared.record)).toEqual([]);
    const stored = await one(again(value));
    expect(stored).toMatchObject({ created: true });
    expect(stored.record).not.toBe(prepared.record);
    expect(await reveal(stored.token)).toBe(value);
  });

  test('keys that a sweep could take while a call stores under them are not used: nothing stored is ever swept', async () => {
    const value = fresh();
    const prepared = await interrupted(again(value));
    here.advance(24 * HOUR_MS - 1_000);
    const late = withCommit(async (commit) => {
      here.advance(2_000);
      await sweep();
      return commit();
    });

    const stored = await one(again(value), late);

    expect(stored.record).not.toBe(prepared.record);
    expect(await reveal(stored.token)).toBe(value);
    await sweep();
    expect(await reveal(stored.token)).toBe(value);
    expect(names(await one(again(value)))).toEqual(names(stored));
  });

  test('an erased value begins anew, under another record and another token, and no link of it is left', async () => {
    const value = fresh();
    const app = await here.as('app');
    const first = await one(again(value, { subject: 'erased' }));
    await erase(here.vault, app, { records: [first.record] });
    expect(await linksOf(first.record)).toEqual([]);

    const second = await one(again(value, { subject: 'erased' }));
    expect(second).toMatchObject({ created: true, subject: first.subject });
    expect([second.record, second.token]).not.toContain(first.record);
    expect(second.token).not.toBe(first.token);
    expect([await reveal(first.token), await reveal(second.token)]).toEqual(['record_erased', value]);

    await erase(here.vault, app, { ref: 'erased' });
    const third = await one(again(value, { subject: 'erased' }));
    expect(third.subject).not.toBe(first.subject);
    expect([await reveal(second.token), await reveal(third.token)]).toEqual(['record_erased', value]);
  });

  test('a corrected record is no longer what its old value leads to, and an interrupted correction changes nothing of that', async () => {
    const [was, is] = [fresh('was'), fresh('is')];
    const app = await here.as('app');
    const first = await one(again(was));
    await correct(here.vault, app, { record: first.record, value: is });
    expect(await linksOf(first.record)).toEqual([]);

    const [old, next] = await store(again(was), again(is));

    expect([old?.created, next?.created]).toEqual([true, true]);
    expect(await reveal(first.token)).toBe(is);
    expect([await reveal(old?.token as Token), await reveal(next?.token as Token)]).toEqual([was, is]);
  });

  test.each<[string, (token: Token) => Promise<unknown>]>([
    ['was revoked', async (token) => revokeToken(here.vault, await here.as('app'), { token })],
    [
      'has expired',
      async (token) => {
        await extendToken(here.vault, await here.as('app'), { token, ttlSeconds: 60 });
        here.advance(60_000);
      },
    ],
    [
      'was used up',
      async (token) => {
        await extendToken(here.vault, await here.as('app'), { token, uses: 1 });
        await reveal(token);
      },
    ],
  ])('a token that %s is not given again: another is, before and after the sweep', async (_, end) => {
    const values = [fresh(), fresh()];
    const before = await store(...values.map((value) => again(value)));
    for (const { token } of before) await end(token);

    const first = await one(again(values[0]));
    await sweep();
    const second = await one(again(values[1]));

    for (const [i, stored] of [first, second].entries()) {
      expect(stored).toMatchObject({ created: true });
      expect(stored.token).not.toBe(before[i]?.token);
      expect(await reveal(stored.token)).toBe(values[i]);
      expect(names(await one(again(values[i])))).toEqual(names(stored));
    }
  });

  test('a token that was given an end since says so when it is given again', async () => {
    const value = fresh();
    const first = await one(again(value));
    expect(first).not.toHaveProperty('expiresAt');
    const { expiresAt } = await extendToken(here.vault, await here.as('app'), { token: first.token, ttlSeconds: 60 });

    expect(await one(again(value))).toEqual({ ...first, created: false, expiresAt });
  });

  test('a repeated call gets its first answer, whether it stored or not', async () => {
    const value = fresh();
    const app = await here.as('app');
    const call = (key: string) =>
      tokenize(here.vault, { ...app, idempotencyKey: `${engine}-${key}` }, { items: [again(value)] });
    const [first, second] = [await call('reuse-1'), await call('reuse-2')];

    expect([await call('reuse-1'), await call('reuse-2')]).toEqual([first, second]);
    expect([first, second].map(({ results }) => results[0]?.created)).toEqual([true, false]);
  });

  test('values too alike to be told apart, and passwords, have no token to be given again', async () => {
    const before = await links();
    const refused: [string, unknown][] = [
      ['text', 'x'],
      ['password', 'correct horse battery staple'],
      ['cvc', '123'],
    ];
    for (const [type, value] of refused) {
      const items = [again(fresh()), again(value, { type })];
      const error = { code: 'option_not_offered', field: 'items/1/reuse' };
      await expect(tokenize(here.vault, await here.as('app'), { items })).rejects.toMatchObject(error);
    }
    expect(await links()).toBe(before);
  });

  test('a link that was altered fails the call: it can neither lead elsewhere nor to another token', async () => {
    const [mine, theirs] = [fresh(), fresh()];
    const [first, other] = await store(again(mine, { subject: 'mine' }), again(theirs, { subject: 'theirs' }));
    const [link] = await linksOf(first?.record as string);
    const where = `record = '${first?.record}'`;
    const other_ = other as Tokenized;
    const changes: [string, string][] = [
      ['record', `'${other_.record}'`],
      ['token', `'${other_.token}'`],
      ['generation', '2'],
      ['subject', `'${other_.subject}'`],
      ['subject', 'NULL'],
    ];
    for (const [column, to] of changes) {
      await tell(here.home.keyStoreUrl, `UPDATE reuses SET ${column} = ${to} WHERE ${where}`);
      await expect(one(again(mine, { subject: 'mine' }))).rejects.toMatchObject({ code: 'integrity_failure' });
      const value = link?.[column];
      const back = value === null ? 'NULL' : `'${value}'`;
      const altered = column === 'record' ? `record = ${to} AND token = '${first?.token}'` : where;
      await tell(here.home.keyStoreUrl, `UPDATE reuses SET ${column} = ${back} WHERE ${altered}`);
    }
    expect(names(await one(again(mine, { subject: 'mine' })))).toEqual(names(first as Tokenized));
  });
});
