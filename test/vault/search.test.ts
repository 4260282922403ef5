import { describe, expect, test } from 'vitest';
import { dataTypes } from '../../src/datatypes/registry.ts';
import type { RecordId } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { search } from '../../src/operations/values/search.ts';
import { stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

const card = (number: string, more = {}) => ({ number, expiryMonth: 1, expiryYear: 2030, ...more });
const address = (line1: string, more = {}) => ({ line1, city: 'Berlin', postalCode: '10115', country: 'DE', ...more });

/** Of each searchable type: a value, the same spelled otherwise, and one that is another. */
const SAME: Record<string, [stored: unknown, same: unknown[], other: unknown]> = {
  email: ['Jane.Doe@Example.com', [' jane.doe@EXAMPLE.com ', 'jane.doe@example.com'], 'jane_doe@example.com'],
  phone: ['+49 30 901820', ['+4930901820', { number: '030 901820', country: 'DE' }], '+49 30 901821'],
  name: [{ given: 'Jane', family: 'Doe' }, [{ given: ' JANE ', family: 'doe' }], { given: 'Doe', family: 'Jane' }],
  address: [address('Hauptstr. 1'), [address(' HAUPTSTR.  1 ', { city: 'BERLIN' })], address('Hauptstr. 11')],
  card: [
    card('4242 4242 4242 4242'),
    [card('4242424242424242', { expiryMonth: 2, holder: 'J' })],
    card('4000056655665556'),
  ],
  ip: ['2001:DB8:0::77', ['2001:db8::77', ' 2001:0db8:0:0:0:0:0:0077 '], '2001:db8::78'],
  cookie_id: ['86e1f0c2-5b0d-4a3e', [' 86e1f0c2-5b0d-4a3e '], '86e1f0c2-5b0d-4A3E'],
  serial_number: ['SN-4410 2278XY', ['sn44102278xy', 'SN/4410.2278-XY'], 'SN-4410 2278XZ'],
  postal_code: [
    { code: 'SW1A 1AA', country: 'GB' },
    [{ code: 'sw1a1aa', country: 'gb' }],
    { code: 'SW1A 1AB', country: 'GB' },
  ],
  date_of_birth: ['1990-07-21', [' 1990-07-21 '], '1990-07-22'],
  national_id: [
    { country: 'US', number: '123-45-6789' },
    [{ country: 'us', kind: 'ssn', number: '123 45 6789' }],
    { country: 'US', number: '123-45-6798' },
  ],
  username: ['Jane.Doe', ['jane.doe', ' JANE.DOE '], 'jane_doe'],
  iban: ['DE89 3704 0044 0532 0130 00', ['de89370400440532013000'], 'GB29 NWBK 6016 1331 9268 19'],
  bank_account: [
    { routingNumber: '021000021', accountNumber: '0001 2345 6789' },
    [{ routingNumber: '0210-0002-1', accountNumber: '000123456789', accountType: 'savings' }],
    { routingNumber: '021000021', accountNumber: '123456789' },
  ],
};

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const store = async (type: string, ...values: unknown[]) =>
    (await tokenize(here.vault, await here.as('app'), { items: values.map((value) => ({ type, value })) })).results;
  const find = async (type: string, value: unknown, purpose = 'billing') =>
    search(here.vault, await here.as('app'), { type, value, purpose });
  const found = async (type: string, value: unknown) =>
    (await find(type, value)).results.map((result) => result.record);

  test('there is a pair of spellings here for every searchable type', () => {
    const searchable = dataTypes().filter((type) => type.spread !== 'none');
    expect(Object.keys(SAME).sort()).toEqual(searchable.map((type) => type.name).sort());
  });

  test.each(Object.entries(SAME))(
    '%s is found by any spelling of it, and by no other value',
    async (type, [stored, same, other]) => {
      const [one, two] = await store(type, stored, other);

      for (const value of [stored, ...same]) expect(await found(type, value)).toEqual([one?.record]);
      expect(await found(type, other)).toEqual([two?.record]);
    },
  );

  test('what is found shows token, record, subject and label, and of the value its mask alone', async () => {
    const item = { type: 'email', value: 'found@example.com', subject: 'found-1', label: 'work' };
    const { results } = await tokenize(here.vault, await here.as('app'), { items: [item] });
    const [stored] = results;

    for (const role of ['app', 'support'] as const) {
      const reply = await search(here.vault, await here.as(role), {
        type: 'email',
        value: item.value,
        purpose: 'support',
      });
      expect(reply).toEqual({
        results: [
          {
            token: stored?.token,
            record: stored?.record,
            subject: stored?.subject,
            label: 'work',
            masked: 'f***@example.com',
          },
        ],
      });
      expect(await here.lastEntry()).toMatchObject({
        ...{ action: 'search', outcome: 'done', view: 'masked', purpose: 'support' },
        records: [stored?.record],
      });
    }
  });

  test('a type without search, an unknown type, a bad value, a foreign purpose and a foreign role are refused', async () => {
    await expect(find('text', 'x')).rejects.toMatchObject({ code: 'not_searchable' });
    await expect(find('Email', 'x')).rejects.toMatchObject({ code: 'unknown_type' });
    await expect(find('email', 'x')).rejects.toMatchObject({ code: 'invalid_value', field: 'value' });
    await expect(find('email', 'a@example.com', 'marketing')).rejects.toMatchObject({ code: 'purpose_not_allowed' });
    for (const role of ['admin', 'auditor', 'security'] as const) {
      const refused = search(here.vault, await here.as(role), {
        type: 'email',
        value: 'a@example.com',
        purpose: 'billing',
      });
      await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
      expect(await here.lastEntry()).toMatchObject({ action: 'search', outcome: 'refused' });
    }
  });

  test('another tenant’s equal value is not found, in either direction', async () => {
    const value = 'both-tenants@example.com';
    const stranger = await here.inTenant('search-other', 'app');
    const theirs = await tokenize(here.vault, stranger, { items: [{ type: 'email', value }] });
    const [own] = await store('email', value);

    expect(await found('email', value)).toEqual([own?.record]);
    const reply = await search(here.vault, stranger, { type: 'email', value, purpose: 'billing' });
    expect(reply.results.map((result) => result.record)).toEqual([theirs.results[0]?.record]);
  });

  test('an erased value is not found', async () => {
    const [one, two] = await store('email', 'erased@example.com', 'erased@example.com');
    await erase(here.vault, await here.as('app'), { records: [one?.record as RecordId] });

    expect(await found('email', 'erased@example.com')).toEqual([two?.record]);
  });

  test('after a correction only the new value is found', async () => {
    const app = await here.as('app');
    const [stored] = await store('email', 'was@example.com');
    await correct(here.vault, app, { record: stored?.record as RecordId, value: 'is@example.com' });
    expect([await found('email', 'was@example.com'), await found('email', 'is@example.com')]).toEqual([
      [],
      [stored?.record],
    ]);

    await correct(here.vault, app, { record: stored?.record as RecordId, value: 'IS@example.com' });
    expect(await found('email', 'is@example.com')).toEqual([stored?.record]);
    await correct(here.vault, app, { record: stored?.record as RecordId, value: 'was@example.com' });
    expect([await found('email', 'was@example.com'), await found('email', 'is@example.com')]).toEqual([
      [stored?.record],
      [],
    ]);
  });

  test('a reply holds a hundred, in the order they were stored, and says when there are more', async () => {
    const stored = await store('email', ...Array(100).fill('crowd@example.com'));
    const all = await find('email', 'crowd@example.com');
    expect(all.results.map((result) => result.record)).toEqual(stored.map((result) => result.record));
    expect(all.next).toBeUndefined();

    await store('email', 'crowd@example.com');
    const some = await find('email', 'crowd@example.com');
    expect(some.results.map((result) => result.record)).toEqual(stored.map((result) => result.record));
    expect(some.next).toBeDefined();
  });

  test('an index row that lies finds nothing: what it offers is opened and compared', async () => {
    const [one, two] = await store('email', 'truth@example.com', 'lie@example.com');
    await tell(
      here.home.keyStoreUrl,
      `UPDATE blind_indexes SET mac = (SELECT mac FROM blind_indexes b WHERE b.record = '${one?.record}' AND b.name = blind_indexes.name)
        WHERE record = '${two?.record}'`,
    );

    expect(await found('email', 'truth@example.com')).toEqual([one?.record]);
    expect(await found('email', 'lie@example.com')).toEqual([]);
  });
});
