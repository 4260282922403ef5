/** Where a card number has no business it is refused, however it is written; where long numbers belong, none is. */
import { describe, expect, test } from 'vitest';
import { holdsNoCardNumber } from '../../src/card-like.ts';
import { dataTypes } from '../../src/datatypes/registry.ts';
import { fc } from '../support/properties.ts';
import { accepts, refusal } from './expectations.ts';
import { cardNumbers, fullWidth } from './inputs.ts';

const VISA = '4242424242424242';
const arabic = (text: string) => text.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)));
const grouped = (between: string) => (number: string) => number.match(/.{1,4}/g)!.join(between);
const spellings = fc.constantFrom(
  (number: string) => number,
  ...[' ', '-', '.', '_', '/', ' - ', '\u2013', '\u00a0', '\u200b', ', '].map(grouped),
  fullWidth,
  arabic,
  (number: string) => fullWidth(grouped(' ')(number)),
);
const before = fc.constantFrom('', 'x', 'pan-', 'Jane ', 'card:', '伟', '(', '12/30 ', '7 ', '[1] ');
const after = fc.constantFrom('', 'x', '-pan', ' Doe', ': card', '伟', ')', ' 12/30', ' 7', ' [1]');

describe('a card number in a text', () => {
  test('is found in every spelling, whatever stands before and behind it', () => {
    fc.assert(
      fc.property(cardNumbers, spellings, before, after, (number, spell, start, end) => {
        expect(holdsNoCardNumber(start + spell(number) + end)).toBe(false);
      }),
    );
  });

  test('is none with a wrong check digit, with letters between its groups, or with fewer than 12 digits', () => {
    fc.assert(
      fc.property(cardNumbers, fc.constantFrom(fullWidth, arabic, String), (number, spell) => {
        const wrong = number.slice(0, -1) + ((Number(number.at(-1)) + 1) % 10);
        expect(holdsNoCardNumber(spell(wrong))).toBe(true);
        expect(holdsNoCardNumber(grouped('a')(number))).toBe(true);
        expect(holdsNoCardNumber(`Jane ${number.slice(0, 11)}`)).toBe(true);
      }),
    );
  });

  test('a long text of digits and separators is read in good time', () => {
    const began = performance.now();
    for (const unit of ['4', '4 ', '42-', '٤', '٤-', '4\u0301', '-', '1-']) holdsNoCardNumber(unit.repeat(262_144));
    // Of each some 0.1 s; adding up every stretch anew would take seconds for each.
    expect(performance.now() - began).toBeLessThan(4_000);
  });
});

const REFUSED: readonly (readonly [type: string, field: string, value: (number: string) => unknown])[] = [
  ['name', 'value.given', (number) => ({ given: number, family: 'Doe' })],
  ['name', 'value.family', (number) => ({ given: 'Jane', family: `Doe ${number}` })],
  ['card', 'value.holder', (number) => ({ number: VISA, expiryMonth: 1, expiryYear: 2030, holder: number })],
  ['address', 'value.city', (number) => ({ ...ADDRESS, city: number })],
  ['address', 'value.region', (number) => ({ ...ADDRESS, region: number })],
  ['address', 'value.postalCode', (number) => ({ ...ADDRESS, postalCode: number })],
];
const ADDRESS = { line1: 'Am Sonnenhang 44b', city: 'Berlin', postalCode: '10115', country: 'DE' };
const typeOf = (name: string) => dataTypes().find((type) => type.name === name)!;

test.each(REFUSED)('%s refuses one in %s, and does not repeat it', (name, field, value) => {
  fc.assert(
    fc.property(
      cardNumbers.filter((number) => number.length > 12),
      spellings,
      (number, spell) => {
        const error = refusal(typeOf(name), value(spell(number)));
        expect(error.field).toBe(field);
        expect(`${error.message}`).not.toMatch(/\d{4}/);
      },
    ),
  );
});

test('a card number in two halves of a name is refused, for nobody is called so', () => {
  expect(refusal(typeOf('name'), { given: '4242 4242', family: '42424242' }).field).toBe('value');
});

test('a postal code of card length is refused, for none has so many digits', () => {
  expect(refusal(typeOf('postal_code'), { code: '424242424242', country: 'US' }).field).toBe('value.code');
});

test('what is made of such numbers is refused nowhere: phones, accounts, serial numbers, addresses of things and people', () => {
  for (const [name, value] of [
    ['phone', '+49 151 23456789 02'.slice(0, 17)],
    ['serial_number', '490154203237518'],
    ['iban', 'DE89370400440532013000'],
    ['bank_account', { bic: 'DEUTDEFF', accountNumber: VISA }],
    ['cookie_id', VISA],
    ['username', VISA],
    ['email', `${VISA}@example.com`],
    ['address', { ...ADDRESS, line1: `Packstation 145, ${VISA}`, line2: VISA }],
    ['text', VISA],
    ['document', { article: VISA }],
    ['search_terms', VISA],
    ['user_agent', `Agent/${VISA}`],
  ] as const) {
    expect([name, accepts(typeOf(name), value)]).toEqual([name, true]);
  }
});

test('a property that is a card number is not named in the refusal of it', () => {
  for (const [name, value] of [
    ['name', { [VISA]: 'x' }],
    ['card', { [`_${VISA}`]: 'x' }],
  ] as const) {
    expect(refusal(typeOf(name), value).field).toBe('value.*');
  }
});
