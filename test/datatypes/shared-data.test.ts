/** The data types against the data that the project shares: 5,000 customers, what must be refused, naughty strings. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/datatypes/datatype.ts';
import { inTodaysNames } from '../../src/datatypes/earlier-names.ts';
import { dataType, dataTypes } from '../../src/datatypes/registry.ts';
import { accepts, refusedField, stored } from './expectations.ts';

const SHARED = new URL('../../../shared/data/', import.meta.url);
const isThere = existsSync(SHARED);
if (!isThere) process.stdout.write(`Skipped: the shared data is not at ${SHARED.pathname}\n`);

interface Refused {
  readonly type: unknown;
  readonly value: unknown;
  readonly field: string;
  readonly why: string;
}

interface Customer {
  readonly name: Json;
  readonly email: string;
  readonly phone: string;
  readonly address: { readonly country: string; readonly postal_code?: string };
  readonly date_of_birth: string;
  readonly card: Readonly<Record<string, Json>>;
  readonly iban?: string;
  readonly username: string;
  readonly notes?: string;
  readonly ip: string;
  readonly user_agent: string;
  readonly cookie_id: string;
  readonly password: string;
  readonly product: { readonly name: string; readonly serial: string };
}

function lines<T>(file: string): T[] {
  const content = readFileSync(new URL(file, SHARED), 'utf8');
  return content
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

describe.skipIf(!isThere)('shared data', () => {
  test('every value that must be refused is, naming its field', () => {
    const known = new Set(dataTypes().map((type) => type.name));
    const ofValues = lines<Refused>('refused-items.ndjson').filter(
      ({ type, field }) => known.has(String(type)) && field.startsWith('value'),
    );
    expect(ofValues.length).toBeGreaterThan(20);
    for (const { type, value, field, why } of ofValues) {
      const named = inTodaysNames(String(type), value as Json);
      const ours = field.replace(/^value\.expiry_(.)/, (_, letter: string) => `value.expiry${letter.toUpperCase()}`);
      expect([why, refusedField(dataType(type), named)]).toEqual([why, ours]);
    }
  });

  test('everything about 5,000 customers is accepted, their card verification codes apart from their cards', () => {
    const customers = lines<Customer>('customers.ndjson');
    expect(customers.length).toBe(5000);
    let ibans = 0;
    for (const customer of customers) {
      const { cvc, ...card } = customer.card;
      const { email, phone, name, address, date_of_birth, iban, username, notes = '' } = customer;
      const { postal_code, country } = address;
      const account = { bic: 'DEUTDEFF', accountNumber: iban?.slice(-10) };
      const values = {
        ...{
          email,
          phone,
          name,
          address: inTodaysNames('address', address),
          card: inTodaysNames('card', card),
          date_of_birth,
          username,
          cvc,
          text: notes,
        },
        ...(postal_code === undefined ? {} : { postal_code: { code: postal_code, country } }),
        ...(iban === undefined ? {} : { iban, bank_account: account }),
      };
      const refused = Object.entries(values).filter(([type, value]) => !accepts(dataType(type), value));
      expect(refused.map(([type]) => type)).toEqual([]);
      expect(accepts(dataType('card'), { ...(inTodaysNames('card', card) as object), cvc })).toBe(false);
      if (iban !== undefined) ibans += 1;
    }
    expect(ibans).toBeGreaterThan(100);
  });

  test('so is what their devices, purchases and accounts tell, and it comes back as it was', () => {
    const families = new Set<unknown>();
    for (const customer of lines<Customer>('customers.ndjson')) {
      const { ip, user_agent, cookie_id, product } = customer;
      const values = { user_agent, cookie_id, serial_number: product.serial, document: product };
      const given = Object.entries(values);
      expect(given.map(([type, value]) => [type, stored(dataType(type), value)])).toEqual(given);
      expect(accepts(dataType('ip'), ip)).toBe(true);
      expect(stored(dataType('password'), customer.password)).toEqual({ password: customer.password });
      families.add(dataType('user_agent').views.masked(user_agent));
    }
    expect(families).toContain('Googlebot ***');
    expect(families).toContain('Firefox ***');
    expect(families.size).toBeLessThan(12);
  });

  test('naughty strings: text keeps them, every other type refuses them or stores them once and for all', () => {
    const naughty = JSON.parse(readFileSync(new URL('naughty-strings.json', SHARED), 'utf8')) as string[];
    const card = { number: '4242424242424242', expiryMonth: 1, expiryYear: 2030 };
    const address = { line1: 'x', city: 'x', postalCode: '1', country: 'DE' };
    for (const text of naughty) {
      expect(stored(dataType('text'), text)).toBe(text);
      const attempts: [string, unknown][] = [
        ['email', text],
        ['email', `${text}@example.com`],
        ['email', `x@${text}.com`],
        ['phone', text],
        ['phone', { number: text, country: 'US' }],
        ['phone', { number: '020 7946 0958', country: text }],
        ['name', { given: text, family: text }],
        ['name', { given: 'x', [text]: 'x' }],
        ['address', { ...address, line1: text, city: text, country: 'DE' }],
        ['address', { ...address, country: text }],
        ['card', { ...card, holder: text }],
        ['card', { ...card, number: text }],
        ['card', { ...card, expiryMonth: text }],
        ['password', text],
        ['password', { phc: text }],
        ['ip', text],
        ['user_agent', text],
        ['cookie_id', text],
        ['search_terms', text],
        ['serial_number', text],
        ['document', { [text]: text }],
        ['cvc', text],
        ['iban', text],
        ['bank_account', { routingNumber: '021000021', accountNumber: text }],
        ['bank_account', { bic: text, accountNumber: '1234' }],
        ['date_of_birth', text],
        ['national_id', { country: 'US', number: text }],
        ['national_id', { country: 'US', kind: text, number: '123456789' }],
        ['username', text],
        ['postal_code', { code: text, country: 'DE' }],
      ];
      for (const [type, input] of attempts) {
        if (!accepts(dataType(type), input)) continue;
        const value = stored(dataType(type), input);
        expect(stored(dataType(type), value)).toEqual(value);
        for (const view of Object.values(dataType(type).views)) expect(view(value)).toBeTypeOf('string');
      }
    }
  });
});
