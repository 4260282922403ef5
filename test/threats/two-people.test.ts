/**
 * Two people are never taken for one: their refs cannot look alike, what folds their names together finds them and no more, and
 * no value is dropped on the word of an index.
 */
import { describe, expect, test } from 'vitest';
import type { RecordId, SubjectId, TenantId, Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import type { TokenizeItem } from '../../src/operations/values/schema.ts';
import { search } from '../../src/operations/values/search.ts';
import { RefSchema } from '../../src/schema.ts';
import { type Link, reuseKey, reuseRow, reuses } from '../../src/tokens/reuse.ts';
import { stage } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';

describe('a ref', () => {
  test.each([
    ['a space behind', 'sp_1 '],
    ['a space in front', ' sp_1'],
    ['two spaces', 'sp  1'],
    ['a space that does not break', 'sp\u00a01'],
    ['a line break', 'sp_1\n'],
    ['a zero-width space', 'sp_\u200b1'],
    ['a joiner', 'sp_\u200d1'],
    ['a soft hyphen', 'sp\u00ad_1'],
    ['a byte order mark', '\ufeffsp_1'],
    ['a mark of direction', 'sp_1\u200e'],
    ['an override', '\u202esp_1'],
    ['a variant', 'sp_1\ufe0f'],
    ['a filler', 'sp_1\u3164'],
    ['NUL', 'sp_1\u0000'],
    ['full-width letters', '\uff53\uff50_1'],
    ['a ligature', '\ufb01_1'],
    ['half a character', 'sp_\ud800'],
  ])('with %s is refused, whether or not there is one that looks like it', (_, ref) => {
    expect(RefSchema.safeParse(ref).success).toBe(false);
  });

  test.each(['sp_1', 'SP_1', 'cust 42', 'kunde-ä', 'kunde-a\u0308', 'клиент/7', '山田', 'a.b@c'])(
    '%j is one',
    (ref) => {
      expect(RefSchema.safeParse(ref).success).toBe(true);
    },
  );
});

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const store = async (...items: object[]) =>
    (await tokenize(here.vault, await here.as('app'), { items: items as TokenizeItem[] })).results;
  const reveal = async (...tokens: Token[]) => {
    const { results } = await detokenize(here.vault, await here.as('app'), { tokens, purpose: 'billing' });
    return results.map((result) => ('value' in result ? result.value : result.error.code));
  };
  const found = async (type: string, value: unknown) =>
    (await search(here.vault, await here.as('app'), { type, value, purpose: 'billing' } as never)).results.length;

  test('what was stored under a ref that is refused now is erased by the id of its subject', async () => {
    const [stored] = await store({ type: 'email', value: 'old.ref@example.com', subject: 'sp_9 ' });
    await erase(here.vault, await here.as('app'), { subject: stored?.subject as SubjectId });
    expect(await reveal(stored?.token as Token)).toEqual(['record_erased']);
  });

  test.each([
    ['email', 'mike@two.example', 'm\u0131ke@two.example'],
    ['email', 'stra\u00dfe@two.example', 'strasse@two.example'],
    ['username', 'stra\u00dfe', 'strasse'],
    ['username', 'mike.two', 'm\u0131ke.two'],
    ['name', { given: 'Mike', family: 'Two' }, { given: 'M\u0131ke', family: 'Two' }],
  ])(
    '%s: two that have one capital form are two, also where a token is to be given again',
    async (type, one, other) => {
      const of = (value: unknown) => ({ type, value, subject: 'two-people', reuse: true });
      const [first] = await store(of(one));
      const [second] = await store(of(other));
      const again = await store(of(one), of(other));

      expect([first?.created, second?.created]).toEqual([true, true]);
      expect(again.map(({ token }) => token)).toEqual([first?.token, second?.token]);
      const revealed = await reveal(first?.token as Token, second?.token as Token);
      expect(revealed).toEqual([one, other]);
      // Names are found widely, accounts are not.
      expect(await found(type, one)).toBe(type === 'name' ? 2 : 1);
    },
  );

  test('a link that leads to another value is cut, and the value that was sent is stored', async () => {
    const [first] = await store({ type: 'email', value: 'first@two.example', subject: 'linked', reuse: true });
    const { tenant } = await here.as('app');
    const key = await reuseKey(here.vault.keyring.indexes, tenant as TenantId);
    const { type } = await here.vault.catalogue.type(tenant, 'email');
    const { token, record, subject } = first as Tokenized;
    const scope = { type, value: 'second@two.example', kept: undefined, format: 'random', audience: undefined };
    const link = { record: record as RecordId, generation: 1, token } as Link;
    const row = reuseRow(key, tenant, { ...scope, subject: subject as SubjectId }, link);
    await here.vault.keyStore.exclusive((tx) => tx.insert(reuses, [row]));

    const [second] = await store({ type: 'email', value: 'second@two.example', subject: 'linked', reuse: true });

    expect(second?.created).toBe(true);
    expect(await reveal(token, second?.token as Token)).toEqual(['first@two.example', 'second@two.example']);
    const again = await store(
      ...['first', 'second'].map((who) => ({
        type: 'email',
        value: `${who}@two.example`,
        subject: 'linked',
        reuse: true,
      })),
    );
    expect(again.map((one) => one.token)).toEqual([token, second?.token]);
  });

  test('a person is found by what is seen of the name', async () => {
    const subject = 'found';
    await store({ type: 'name', value: { given: 'Jane\u200b', family: 'O\u2019Neill\u2011Doe' }, subject });
    expect(await found('name', { given: 'jane', family: "O'Neill-Doe" })).toBe(1);
    expect(await found('name', { given: 'Jane', family: 'O\u02bcNeill\u2212Doe\u00ad' })).toBe(1);
  });

  test('a document comes back with every digit of its numbers', async () => {
    const { parseExactly } = await import('../../src/exact-json.ts');
    const text = '{"amount":1234567890123.123456789}';
    const [stored] = await store({ type: 'document', value: parseExactly(text) });
    expect(JSON.stringify((await reveal(stored?.token as Token))[0])).toBe(text);
  });
});
