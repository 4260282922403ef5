import { describe, expect, test } from 'vitest';
import { card } from '../../src/datatypes/card.ts';
import { fc } from '../support/properties.ts';
import { accepts, CONTEXT, canonical, refusal, refusedField, seen, stored } from './expectations.ts';
import { cardNumbers } from './inputs.ts';

/** A published test number; no issuer hands it out. */
const visa = { number: '4242424242424242', expiryMonth: 1, expiryYear: 2030 };

describe('comes back as bare digits and a numeric expiry', () => {
  test.each([
    ['as it is', visa, visa],
    ['spaces', { ...visa, number: ' 4242 4242 4242 4242 ' }, visa],
    ['hyphens', { ...visa, number: '4242-4242–4242—4242' }, visa],
    ['full-width digits', { ...visa, number: '４２４２　４２４２　４２４２　４２４２' }, visa],
    ['Arabic digits', { ...visa, number: '٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢', expiryMonth: '٠١', expiryYear: '٢٠٣٠' }, visa],
    ['Devanagari digits', { ...visa, number: '४२४२४२४२४२४२४२४२' }, visa],
    ['what nobody sees', { ...visa, number: '\u20664242\u200b4242\u00ad42424242\u2069' }, visa],
    ['expiry in digits', { ...visa, expiryMonth: '01', expiryYear: '2030' }, visa],
    ['holder tidied', { ...visa, holder: ' Ada  Byron ' }, { ...visa, holder: 'Ada Byron' }],
    ['empty holder left out', { ...visa, holder: ' ' }, visa],
    ['expired, for refunds', { ...visa, expiryYear: 2020 }, { ...visa, expiryYear: 2020 }],
    ['twenty years back', { ...visa, expiryYear: 2006 }, { ...visa, expiryYear: 2006 }],
    ['twenty years ahead', { ...visa, expiryYear: 2046 }, { ...visa, expiryYear: 2046 }],
  ])('%s', (_, input, output) => {
    expect(stored(card, input)).toEqual(output);
  });
});

describe('refused', () => {
  test.each([
    ['a string', '4242424242424242', 'value'],
    ['no number', { expiryMonth: 1, expiryYear: 2030 }, 'value.number'],
    ['a number that is no string', { ...visa, number: 4_242_424_242_424_242 }, 'value.number'],
    ['a wrong check digit', { ...visa, number: '4242424242424241' }, 'value.number'],
    ['too few digits', { ...visa, number: '4242' }, 'value.number'],
    ['too many digits', { ...visa, number: '42424242424242424242' }, 'value.number'],
    ['a letter', { ...visa, number: '4242x424242424242' }, 'value.number'],
    ['zeros', { ...visa, number: '0000000000000000' }, 'value.number'],
    ['full-width zeros', { ...visa, number: '００００００００００００００００' }, 'value.number'],
    ['endless spaces', { ...visa, number: `4242424242424242${' '.repeat(1000)}` }, 'value.number'],
    ['month 0', { ...visa, expiryMonth: 0 }, 'value.expiryMonth'],
    ['month 13', { ...visa, expiryMonth: 13 }, 'value.expiryMonth'],
    ['a fraction of a month', { ...visa, expiryMonth: 1.5 }, 'value.expiryMonth'],
    ['a list for a month', { ...visa, expiryMonth: [1] }, 'value.expiryMonth'],
    ['no month', { number: visa.number, expiryYear: 2030 }, 'value.expiryMonth'],
    ['a year of two digits', { ...visa, expiryYear: 30 }, 'value.expiryYear'],
    ['expired beyond reason', { ...visa, expiryYear: 1999 }, 'value.expiryYear'],
    ['too far ahead', { ...visa, expiryYear: 2047 }, 'value.expiryYear'],
    ['NaN', { ...visa, expiryYear: Number.NaN }, 'value.expiryYear'],
    ['a control character in the holder', { ...visa, holder: 'A\u0007' }, 'value.holder'],
    ['an unknown property', { ...visa, brand: 'visa' }, 'value.brand'],
  ])('%s', (_, input, field) => {
    expect(refusedField(card, input)).toBe(field);
  });
});

describe('sensitive authentication data is refused by name, with the clause (PCI DSS 3.3.1)', () => {
  test.each([
    ['track1', '3.3.1.1'],
    ['track2', '3.3.1.1'],
    ['track_data', '3.3.1.1'],
    ['Track-2', '3.3.1.1'],
    ['cvc', '3.3.1.2'],
    ['cvv', '3.3.1.2'],
    ['CVV2', '3.3.1.2'],
    ['cid', '3.3.1.2'],
    ['csc', '3.3.1.2'],
    ['security_code', '3.3.1.2'],
    ['pin', '3.3.1.3'],
    ['pin_block', '3.3.1.3'],
    ['pinBlock', '3.3.1.3'],
  ])('%s', (property, clause) => {
    const error = refusal(card, { ...visa, [property]: '123' });
    expect(error.field).toBe(`value.${property}`);
    expect(error.message).toContain(`PCI DSS v4.0.1, ${clause}`);
  });

  test('even where the card itself is faulty, and whatever it holds', () => {
    expect(refusedField(card, { number: 'x', cvc: null })).toBe('value.cvc');
    expect(refusedField(card, { pin: '' })).toBe('value.pin');
  });
});

test('cards of one number are the same, others are not', () => {
  const renewed = { number: '4242 4242 4242 4242', expiryMonth: 12, expiryYear: 2035, holder: 'Ada Byron' };
  expect(canonical(card, renewed)).toBe(canonical(card, visa));
  expect(canonical(card, { ...visa, number: '4111111111111111' })).not.toBe(canonical(card, visa));
});

describe('views', () => {
  test.each([
    ['16 digits', '4242424242424242', '**** **** **** 4242', '424242', '4242'],
    ['15 digits', '378282246310005', '**** **** **** 0005', '378282', '0005'],
    ['14 digits', '30569309025904', '**** **** **** 5904', '305693', '5904'],
    ['13 digits', '4222222222222', '**** **** **** 2222', '42222', '2222'],
    ['12 digits', '424242424242', '**** **** **** 4242', '4242', '4242'],
  ])('of %s', (_, number, masked, bin, last4) => {
    const input = { ...visa, number };
    expect(seen(card, 'masked', input)).toBe(masked);
    expect(seen(card, 'bin', input)).toBe(bin);
    expect(seen(card, 'last4', input)).toBe(last4);
    expect(seen(card, 'expiry', input)).toBe('2030-01');
  });

  test('all views together never show more than BIN and last four digits (PCI DSS 3.4.1)', () => {
    fc.assert(
      fc.property(cardNumbers, (number) => {
        const value = stored(card, { ...visa, number, holder: 'Ada Byron' });
        const { expiry, ...ofNumber } = card.views;
        expect(expiry!(value)).toBe('2030-01');
        const shown = Object.values(ofNumber).map((view) => String(view(value)).replace(/\D/g, ''));
        const head = Math.max(...shown.filter((digits) => number.startsWith(digits)).map((digits) => digits.length), 0);
        for (const digits of shown) expect(number.startsWith(digits) || number.slice(-4) === digits).toBe(true);
        expect(head).toBeLessThanOrEqual(6);
        expect(number.length - head - 4).toBeGreaterThanOrEqual(4);
      }),
    );
  });

  test('the mask tells neither the length nor the holder', () => {
    fc.assert(
      fc.property(cardNumbers, (number) => {
        expect(seen(card, 'masked', { ...visa, number, holder: 'Ada' })).toBe(`**** **** **** ${number.slice(-4)}`);
      }),
    );
  });
});

test('every mistyped digit is noticed', () => {
  fc.assert(
    fc.property(cardNumbers, fc.nat(), fc.integer({ min: 1, max: 9 }), (number, at, by) => {
      const place = at % number.length;
      const wrong = (Number(number[place]) + by) % 10;
      const mistyped = number.slice(0, place) + wrong + number.slice(place + 1);
      expect(accepts(card, { ...visa, number: mistyped })).toBe(false);
    }),
  );
});

describe('by what a receipt shows a card is found', () => {
  const { last4, last4_expiry: both } = card.parts as Required<NonNullable<typeof card.parts>>;
  const shown = { last4: '4242', expiryMonth: 1, expiryYear: 2030 };
  const asked = (part: typeof last4) => ({ ...card, parse: (input: unknown) => part!.parse(input, CONTEXT) as never });

  test('by the last four digits', () => {
    for (const typed of ['4242', ' 4242 ', '４２４２'])
      expect(last4!.parse(typed, CONTEXT)).toBe(last4!.of(stored(card, visa)));
    expect(last4!.parse('2424', CONTEXT)).not.toBe(last4!.of(stored(card, visa)));
  });

  test('by them and the expiry, though it has passed long ago', () => {
    for (const typed of [shown, { ...shown, expiryMonth: '01', expiryYear: '2030' }]) {
      expect(both!.parse(typed, CONTEXT)).toBe(both!.of(stored(card, visa)));
    }
    for (const other of [
      { ...shown, last4: '4241' },
      { ...shown, expiryMonth: 12 },
      { ...shown, expiryYear: 2031 },
    ]) {
      expect(both!.parse(other, CONTEXT)).not.toBe(both!.of(stored(card, visa)));
    }
    expect(both!.parse({ ...shown, expiryYear: 1999 }, CONTEXT)).toContain('1999-01');
  });

  test.each([
    ['a whole number', '4242424242424242'],
    ['three digits', '242'],
    ['letters', 'abcd'],
    ['a number', 4242],
  ])('%s is not asked for', (_, typed) => {
    expect(refusedField(asked(last4), typed)).toBe('value');
    expect(refusedField(asked(both), { ...shown, last4: typed })).toBe('value.last4');
  });

  test.each([
    ['no expiry', { last4: '4242' }, 'value.expiryMonth'],
    ['month 13', { ...shown, expiryMonth: 13 }, 'value.expiryMonth'],
    ['a year of two digits', { ...shown, expiryYear: 30 }, 'value.expiryYear'],
    ['a verification code', { ...shown, cvc: '123' }, 'value.cvc'],
    ['a holder', { ...shown, holder: 'Ada' }, 'value.holder'],
  ])('%s is refused', (_, typed, field) => {
    expect(refusedField(asked(both), typed)).toBe(field);
  });
});

describe('a token shaped like a card, or of its digits,', () => {
  test.each(Object.entries(card.shapes!))('could be real exactly if it passes for a card number (%s)', (_, shape) => {
    fc.assert(
      fc.property(cardNumbers, fc.integer({ min: 1, max: 9 }), (number, by) => {
        const token = number.slice(0, -1) + ((Number(number.at(-1)) + by) % 10);
        for (const written of [number, number.match(/.{1,4}/g)!.join(' '), `9${number.slice(1)}`]) {
          expect(shape.isReal(written)).toBe(accepts(card, { ...visa, number: written }));
        }
        expect([shape.isReal(number), shape.isReal(token)]).toEqual([true, false]);
        expect(shape.source(stored(card, { ...visa, number }))).toBe(number);
      }),
    );
    for (const none of ['', '4242', '0'.repeat(16), `4242424242424242${'0'.repeat(60)}`, 'x'])
      expect(shape.isReal(none)).toBe(false);
  });
});
