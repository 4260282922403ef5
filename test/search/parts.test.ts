/** Search by parts of values, in indexes so blurred that every entry is shared by others. */
import { describe, expect, test } from 'vitest';
import { erase } from '../../src/operations/erasures/erase.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { match } from '../../src/operations/values/match.ts';
import { search } from '../../src/operations/values/search.ts';
import { stage } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
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

  test('a telephone number is found in its national form with a country, and by its last four digits unless it is short', async () => {
    const app = await here.as('app');
    const [berlin, london, oslo] = await store('phone', '+49 30 1234567', '+44 20 7946 4567', '+47 23 33 45 67');
    const [short] = await store('phone', '+290 24567');
    const asked = (value: string, country?: string, part?: string) =>
      findAll(here.vault, app, { type: 'phone', value, ...(country && { country }), ...(part && { part }) });

    for (const value of ['030 1234567', '(030) 123-4567', '0049 30 1234567', '+49 30 1234567']) {
      expect(await asked(value, 'DE')).toEqual([berlin]);
    }
    expect(await asked('+49 30 1234567', 'GB')).toEqual([berlin]);
    expect(await asked('020 7946 4567', 'GB')).toEqual([london]);
    const badly = (query: object) =>
      search(here.vault, app, { type: 'phone', value: '030 1234567', purpose: 'billing', ...query }).then(
        () => undefined,
        ({ code, field }) => `${code} ${field}`,
      );
    expect(await badly({})).toBe('invalid_value value');
    expect(await badly({ country: 'ZZ' })).toBe('invalid_value value.country');
    expect(await badly({ type: 'email', country: 'DE' })).toBe('option_not_offered country');
    expect(await badly({ value: '+49 30 1234567', and: [{ type: 'phone', value: '020 79464567' }] })).toBe(
      'invalid_value and/0/value',
    );
    const items = [{ type: 'phone', value: '030 7654321', country: 'DE' }];
    const [national] = (await tokenize(here.vault, app, { items })).results;
    expect(await asked('+49307654321')).toEqual([national?.record]);

    expect(new Set(await find('phone', 'last4', '4567'))).toEqual(new Set([berlin, london, oslo]));
    expect(await find('phone', 'last4', ' 4567')).not.toContain(short);
    expect(await refusal('phone', 'last4', '567')).toMatchObject({ code: 'invalid_value' });
  });

  test('an IBAN is found by its last four digits', async () => {
    const [german] = await store('iban', 'DE89 3704 0044 0532 0130 00', 'GB29 NWBK 6016 1331 9268 19');
    expect(await find('iban', 'last4', '3000')).toEqual([german]);
    expect(await find('iban', 'last4', '3001')).toEqual([]);
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

  test('an unknown part is refused with those that would do: to search by, or to compare', async () => {
    const wanted = { type: 'address', part: 'street', value: 'x', purpose: 'support' };
    const support = await here.as('support');
    await expect(search(here.vault, support, wanted)).rejects.toThrow(
      /not found by that part\. They are by: no part\.$/,
    );
    const said = { ...wanted, subject: 'cust_1' };
    await expect(match(here.vault, support, said)).rejects.toThrow(
      /compared by that part\. They are by: .*postal_code/,
    );
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
