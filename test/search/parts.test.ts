/** Search by parts of values, in indexes so blurred that every entry is shared by others. */
import { describe, expect, test } from 'vitest';
import { erase } from '../../src/operations/erasures/erase.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { search } from '../../src/operations/values/search.ts';
import { stage } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { counting, entriesOf, findAll, storeAll } from './world.ts';

/** Sixteen entries an index. */
const BITS = 4;
const card = (number: string, expiryMonth = 4, expiryYear = 2030) => ({ number, expiryMonth, expiryYear });
const [ONE, AMEX, APART] = ['4242424242424242', '378282246310005', '4000056655665556'];

function luhn(body: string): string {
  const sum = [...body].reverse().reduce((total, digit, i) => {
    const weighed = i % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}
/** A number under a test prefix that ends in `4242`. */
function endingIn4242(prefix: string): string {
  for (let i = 0; i < 10; i += 1) {
    const number = luhn(`${prefix}${i}424`);
    if (number.endsWith('4242')) return number;
  }
  throw new Error('none');
}

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine, { plannedRecords: 64 });
  const store = async (type: string, ...values: unknown[]) =>
    (
      await storeAll(
        here.vault,
        await here.as('app'),
        values.map((value) => ({ type, value })),
      )
    ).map(({ record }) => record);
  const find = async (type: string, part: string, value: unknown) =>
    findAll(here.vault, await here.as('app'), { type, part, value: value as never });
  const refusal = async (type: string, part: string, value: unknown) =>
    search(here.vault, await here.as('app'), { type, part, value: value as never, purpose: 'billing' }).then(
      () => undefined,
      ({ kind, code, field }) => ({ kind, code, field }),
    );

  test('an email is found by its domain in any spelling, and not by a domain above, below or beside it', async () => {
    const [one, two] = await store(
      'email',
      'a@parts.example',
      'B@PARTS.Example',
      'c@sub.parts.example',
      'd@parts.test',
    );
    const [idn] = await store('email', 'e@bücher.example');

    for (const value of ['parts.example', ' PARTS.example ']) {
      expect(await find('email', 'domain', value)).toEqual([one, two]);
    }
    expect(await find('email', 'domain', 'xn--bcher-kva.example')).toEqual([idn]);
    expect(await find('email', 'domain', 'Bücher.example')).toEqual([idn]);
    expect(await find('email', 'domain', 'nobody.example')).toEqual([]);
  });

  test('a name is found by its family name, whatever is given, and not by the given name', async () => {
    const [jane, john, alone] = await store(
      'name',
      { given: 'Jane', family: 'Møller' },
      { given: 'John', family: 'MØLLER ' },
      { family: 'møller' },
      { given: 'Møller', family: 'Jane' },
      { given: 'Møller' },
    );

    expect(await find('name', 'family', 'Møller')).toEqual([jane, john, alone]);
    expect(await find('name', 'family', 'Mø')).toEqual([]);
  });

  test('a card is found by its last four digits, and by those with its expiry, and by no other expiry', async () => {
    const like = endingIn4242('400000000000');
    const [one, same, later] = await store('card', card(ONE), card(like), card(like, 4, 2031), card(AMEX), card(APART));

    expect(await find('card', 'last4', '4242')).toEqual([one, same, later]);
    expect(await find('card', 'last4', ' 4242 ')).toEqual([one, same, later]);
    const asked = { last4: '4242', expiryMonth: '04', expiryYear: '2030' };
    expect(await find('card', 'last4_expiry', asked)).toEqual([one, same]);
    expect(await find('card', 'last4_expiry', { ...asked, expiryYear: 2031 })).toEqual([later]);
    expect(await find('card', 'last4_expiry', { ...asked, expiryMonth: 5 })).toEqual([]);
    expect(await find('card', 'last4_expiry', { ...asked, last4: '4243' })).toEqual([]);
  });

  test('values that share an entry of the index, and are others, are opened, compared and left out', async () => {
    const app = await here.as('app');
    const families = Array.from({ length: 60 }, (_, i) => `Crowd-${String.fromCharCode(97 + (i % 26))}${i}`);
    const stored = await store('name', ...families.map((family) => ({ given: 'Jo', family })));
    const entries = await entriesOf(here.vault, app, 'name.family');
    const macOf = new Map(entries.map(({ record, mac }) => [record, mac.toString('hex')]));
    expect(new Set(macOf.values()).size).toBeLessThanOrEqual(2 ** BITS);

    let besides = 0;
    for (const [i, family] of families.entries()) {
      const counted = counting(here.vault);
      expect(await findAll(counted.vault, app, { type: 'name', part: 'family', value: family })).toEqual([stored[i]]);
      const sharing = entries.filter(({ mac }) => mac.toString('hex') === macOf.get(stored[i] as string));
      expect(counted.opened()).toBe(sharing.length);
      besides += sharing.length - 1;
    }
    expect(besides).toBeGreaterThan(60);
  });

  test('a part is not found any more once its value was corrected or erased, and the new one’s is', async () => {
    const app = await here.as('app');
    const [one, two] = await store('email', 'a@before.example', 'b@before.example');
    await correct(here.vault, app, { record: one as never, value: 'a@after.example' });
    expect(await find('email', 'domain', 'before.example')).toEqual([two]);
    expect(await find('email', 'domain', 'after.example')).toEqual([one]);

    await erase(here.vault, app, { records: [one, two] as never });
    expect(await find('email', 'domain', 'before.example')).toEqual([]);
    expect(await find('email', 'domain', 'after.example')).toEqual([]);
    const left = (await entriesOf(here.vault, app, 'email.domain')).map(({ record }) => record);
    expect(left.filter((record) => record === one || record === two)).toEqual([]);
  });

  test.each(['country', 'DOMAIN', '', 'toString', '__proto__', 'masked', 'local'])(
    'a part %j that emails are not found by is refused at `part`',
    async (part) => {
      expect(await refusal('email', part, 'x')).toEqual({ kind: 'invalid', code: 'unknown_part', field: 'part' });
    },
  );

  test('an unknown part of a type without search is refused as a part', async () => {
    expect(await refusal('text', 'word', 'x')).toMatchObject({ code: 'unknown_part', field: 'part' });
  });

  test.each([
    ['email', 'domain', 'no dot', 'value'],
    ['email', 'domain', { domain: 'a.example' }, 'value'],
    ['name', 'family', '  ', 'value'],
    ['card', 'last4', '424', 'value'],
    ['card', 'last4', 4242, 'value'],
    ['card', 'last4_expiry', { last4: '4242', expiryMonth: 13, expiryYear: 2030 }, 'value.expiryMonth'],
    ['card', 'last4_expiry', { last4: '4242', expiryMonth: 1 }, 'value.expiryYear'],
    ['card', 'last4_expiry', { last4: '42', expiryMonth: 1, expiryYear: 2030 }, 'value.last4'],
    ['card', 'last4_expiry', { last4: '4242', expiryMonth: 1, expiryYear: 2030, x: 1 }, 'value.x'],
  ])('%s by %s: %j is refused at %s', async (type, part, value, field) => {
    expect(await refusal(type, part, value)).toEqual({ kind: 'invalid', code: 'invalid_value', field });
  });
});
