import { describe, expect, test } from 'vitest';
import { bankAccount } from '../../src/datatypes/bank-account.ts';
import { fc } from '../support/properties.ts';
import { accepts, canonical, refusedField, seen, stored } from './expectations.ts';
import { bankAccounts } from './inputs.ts';

const checking = { routingNumber: '021000021', accountNumber: '000123456789' };

describe('comes back bare, in upper case', () => {
  test.each([
    ['as it is', checking, checking],
    ['groups', { routingNumber: '0210 0002 1', accountNumber: '0001-2345 6789' }, checking],
    ['full width', { routingNumber: '０２１００００２１', accountNumber: '０００１２３４５６７８９' }, checking],
    ['its type', { ...checking, accountType: ' Checking ' }, { ...checking, accountType: 'checking' }],
    ['BIC in lower case', { bic: 'deutdeff', accountNumber: 'a1234' }, { bic: 'DEUTDEFF', accountNumber: 'A1234' }],
    ['both names of the bank', { ...checking, bic: 'CHASUS33XXX' }, { ...checking, bic: 'CHASUS33XXX' }],
    [
      'a long number beside a BIC',
      { bic: 'DEUTDEFF', accountNumber: '1'.repeat(34) },
      { bic: 'DEUTDEFF', accountNumber: '1'.repeat(34) },
    ],
  ])('%s', (_, input, output) => {
    expect(stored(bankAccount, input)).toEqual(output);
  });
});

describe('refused', () => {
  test.each([
    ['a string', '000123456789', 'value'],
    ['no bank', { accountNumber: '000123456789' }, 'value'],
    ['no account', { routingNumber: '021000021' }, 'value.accountNumber'],
    ['a number for a number', { ...checking, accountNumber: 123_456_789 }, 'value.accountNumber'],
    ['an account too short', { ...checking, accountNumber: '123' }, 'value.accountNumber'],
    ['an account too long for ACH', { ...checking, accountNumber: '1'.repeat(18) }, 'value.accountNumber'],
    ['an account too long', { bic: 'DEUTDEFF', accountNumber: '1'.repeat(35) }, 'value.accountNumber'],
    ['an account with junk', { ...checking, accountNumber: "1234' OR 1=1" }, 'value.accountNumber'],
    ['a wrong check digit', { ...checking, routingNumber: '021000022' }, 'value.routingNumber'],
    ['too few digits', { ...checking, routingNumber: '02100002' }, 'value.routingNumber'],
    ['zeros', { ...checking, routingNumber: '000000000' }, 'value.routingNumber'],
    ['a district that there is not', { ...checking, routingNumber: '501000020' }, 'value.routingNumber'],
    ['a letter', { ...checking, routingNumber: 'O21000021' }, 'value.routingNumber'],
    ['an empty routing number', { ...checking, routingNumber: '' }, 'value.routingNumber'],
    ['a BIC of 9 characters', { ...checking, bic: 'DEUTDEFF5' }, 'value.bic'],
    ['a BIC of no country', { ...checking, bic: 'DEUTZZFF' }, 'value.bic'],
    ['a BIC that is no string', { ...checking, bic: null }, 'value.bic'],
    ['another type', { ...checking, accountType: 'brokerage' }, 'value.accountType'],
    ['an unknown property', { ...checking, iban: 'DE89370400440532013000' }, 'value.iban'],
  ])('%s', (_, input, field) => {
    expect(refusedField(bankAccount, input)).toBe(field);
  });
});

test('every mistyped digit of a routing number is noticed, and two neighbours exchanged, but by five', () => {
  const numbers = fc.constantFrom('021000021', '011401533', '091000019', '322271627');
  fc.assert(
    fc.property(numbers, fc.nat({ max: 8 }), fc.integer({ min: 1, max: 9 }), (number, place, by) => {
      const typed = (routing: string) => accepts(bankAccount, { ...checking, routingNumber: routing });
      const digit = Number(number[place]);
      expect(typed(number.slice(0, place) + ((digit + by) % 10) + number.slice(place + 1))).toBe(false);
      const next = Number(number[place + 1] ?? digit);
      if (Math.abs(digit - next) % 5 === 0) return;
      expect(typed(number.slice(0, place) + next + digit + number.slice(place + 2))).toBe(false);
    }),
  );
});

describe('the same account', () => {
  test.each([
    ['whatever its type', checking, { ...checking, accountType: 'savings' }],
    ['whatever its spelling', checking, { ...checking, accountNumber: '0001 2345 6789' }],
    ['with the bank’s BIC beside the routing number', checking, { ...checking, bic: 'CHASUS33' }],
    [
      'with the branch that says head office',
      { bic: 'DEUTDEFF', accountNumber: '1234' },
      { bic: 'DEUTDEFFXXX', accountNumber: '1234' },
    ],
  ])('%s', (_, one, two) => {
    expect(canonical(bankAccount, two)).toBe(canonical(bankAccount, one));
  });

  test('and others are others', () => {
    const others = [
      checking,
      { ...checking, accountNumber: '123456789' },
      { ...checking, routingNumber: '011401533' },
      { bic: 'CHASUS33', accountNumber: '000123456789' },
      { bic: 'CHASUS33500', accountNumber: '000123456789' },
    ];
    expect(new Set(others.map((input) => canonical(bankAccount, input))).size).toBe(others.length);
  });
});

describe('views', () => {
  test.each([
    [checking, '****6789', '6789', '021000021'],
    [{ bic: 'DEUTDEFF', accountNumber: '12345678' }, '****5678', '5678', 'DEUTDEFF'],
    [{ bic: 'DEUTDEFF', accountNumber: '1234567' }, '****567', '567', 'DEUTDEFF'],
    [{ bic: 'DEUTDEFF', accountNumber: '1234' }, '****34', '34', 'DEUTDEFF'],
    [{ ...checking, bic: 'CHASUS33' }, '****6789', '6789', '021000021'],
  ])('%o', (input, masked, last4, routing) => {
    expect(seen(bankAccount, 'masked', input)).toBe(masked);
    expect(seen(bankAccount, 'last4', input)).toBe(last4);
    expect(seen(bankAccount, 'routing', input)).toBe(routing);
  });

  test('show at most four characters of the account, and at most half', () => {
    const accepted = bankAccounts.filter((input) => accepts(bankAccount, input));
    fc.assert(
      fc.property(accepted, (input) => {
        const { accountNumber: account } = stored(bankAccount, input);
        const shown = String(seen(bankAccount, 'last4', input));
        expect(account.endsWith(shown)).toBe(true);
        expect(shown.length).toBeLessThanOrEqual(Math.min(4, account.length / 2));
        expect(seen(bankAccount, 'masked', input)).toBe(`****${shown}`);
      }),
    );
  });
});
