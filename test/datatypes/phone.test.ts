import { describe, expect, test } from 'vitest';
import { phone } from '../../src/datatypes/phone.ts';
import { fc } from '../support/properties.ts';
import { accepts, canonical, refusedField, seen, stored } from './expectations.ts';
import { phones } from './inputs.ts';

describe('comes back as E.164', () => {
  test.each([
    ['spaces', '+1 2015556386', '+12015556386'],
    ['punctuation', ' +1 (201) 555-63.86 ', '+12015556386'],
    ['full-width digits', '＋４４　２０　７９４６　０９５８', '+442079460958'],
    ['Arabic-Indic digits', '+٩٧١ ٥٠ ١٢٣ ٤٥٦٧', '+971501234567'],
    ['Devanagari digits', '+९१ ९८७६५ ४३२१०', '+919876543210'],
    ['Bengali digits', { number: '০১৭১২-৩৪৫৬৭৮', country: 'BD' }, '+8801712345678'],
    ['Thai digits', { number: '๐๘๑ ๒๓๔ ๕๖๗๘', country: 'TH' }, '+66812345678'],
    ['marks of direction around', '\u202a+44 20 7946 0958\u202c', '+442079460958'],
    ['marks of direction inside', '+44\u200e 20 \u206679460958\u2069', '+442079460958'],
    ['two lines', '+44 20\n7946 0958', '+442079460958'],
    ['a Mexican mobile as it was until 2019', '+52 1 55 5412 3456', '+525554123456'],
    ['a Mexican mobile as it is', '+52 55 5412 3456', '+525554123456'],
    ['a Mexican mobile, at home', { number: '55 5412 3456', country: 'MX' }, '+525554123456'],
    ['a Mexican mobile, from a mobile, until 2019', { number: '045 55 5412 3456', country: 'MX' }, '+525554123456'],
    ['an Argentinian mobile', '+54 9 11 2345 6789', '+5491123456789'],
    ['trunk zero in brackets', '+44 (0)20 7946 0958', '+442079460958'],
    ['Italian zero kept', '+39 06 5358 7984', '+390653587984'],
    ['national number', { number: '020 7946 0958', country: 'GB' }, '+442079460958'],
    ['national number, country in lower case', { number: '(201) 555-6386', country: ' us ' }, '+12015556386'],
    ['international number beside another country', { number: '+44 20 7946 0958', country: 'US' }, '+442079460958'],
    ['international prefix as dialled', { number: '011 44 20 7946 0958', country: 'US' }, '+442079460958'],
    ['short numbering plan', '+290 2345', '+2902345'],
    ['code of no country', '+800 1234 5678', '+80012345678'],
  ])('%s', (_, input, output) => {
    expect(stored(phone, input)).toBe(output);
    expect(canonical(phone, input)).toBe(output);
  });
});

describe('refused', () => {
  test.each([
    ['no string', 2_015_556_386, 'value'],
    ['empty', '', 'value'],
    ['too short', '12', 'value'],
    ['unassigned country code', '+999 123456789', 'value'],
    ['no digits', 'call me', 'value'],
    ['too long', '+1 201 555 63861234567', 'value'],
    ['national number without a country', '2015556386', 'value'],
    ['extension', '+44 20 7946 0958 ext. 5', 'value'],
    ['URI', 'tel:+442079460958', 'value'],
    ['letters', '+1 800 FLOWERS', 'value'],
    ['plus inside', '+1 201+5556386', 'value'],
    ['line break and junk', '+12015556386\nx', 'value'],
    ['endless digits', `+${'1'.repeat(1000)}`, 'value'],
    ['leading zeros that several readings strip', '+43 0000 84960', 'value'],
    ['no number', { country: 'GB' }, 'value.number'],
    ['number of the wrong type', { number: 7, country: 'GB' }, 'value.number'],
    ['number impossible in its country', { number: '020', country: 'GB' }, 'value.number'],
    ['no country', { number: '020 7946 0958' }, 'value.country'],
    ['no such country', { number: '020 7946 0958', country: 'ZZ' }, 'value.country'],
    ['property of objects for a country', { number: '020 7946 0958', country: 'constructor' }, 'value.country'],
    ['unknown property', { number: '020 7946 0958', country: 'GB', kind: 'home' }, 'value.kind'],
  ])('%s', (_, input, field) => {
    expect(refusedField(phone, input)).toBe(field);
  });
});

describe('views', () => {
  test.each([
    ['+44 20 7946 0958', '+44 *** *** **58', 'GB'],
    ['+1 201 555 6386', '+1 *** *** **86', 'US'],
    ['+1 876 555 0123', '+1 *** *** **23', 'JM'],
    ['+44 7700 900123', '+44 *** *** **23', '+44'],
    ['+800 1234 5678', '+800 *** *** **78', '+800'],
    ['+383 44 123 456', '+383 *** *** **56', 'XK'],
    ['+290 2345', '+290 *** *** ****', 'SH'],
    ['+246 312 3456', '+246 *** *** **56', 'IO'],
  ])('%s', (input, masked, country) => {
    expect(seen(phone, 'masked', input)).toBe(masked);
    expect(seen(phone, 'country', input)).toBe(country);
  });

  test('a mask has two of seven digits or more, and none of fewer', () => {
    const accepted = phones.filter((input) => accepts(phone, input));
    fc.assert(
      fc.property(accepted, (input) => {
        const number = stored(phone, input);
        const match = /^(\+\d{1,3}) \*{3} \*{3} \*\*(\d\d|\*\*)$/.exec(String(seen(phone, 'masked', input)));
        const [, code = '', last = ''] = match ?? [];
        const national = number.slice(code.length);
        expect(number.startsWith(code)).toBe(true);
        expect(last).toBe(national.length >= 7 ? number.slice(-2) : '**');
      }),
    );
  });
});

describe('a token shaped like a telephone number', () => {
  const { isReal, source } = phone.shapes!.phone!;

  test.each([
    '+442079460958',
    '+44 20 7946 0958',
    '+1201555',
    '+80012345678',
    '＋４４２０７９４６０９５８',
    '020 7946 0958',
  ])('could be real as %s: its calling code is assigned, or it has none', (token) => {
    expect(isReal(token)).toBe(true);
  });

  test.each([
    '+999123456789',
    '+210 123 4567',
    '+0123456789',
    '+',
    '',
    'call me',
    '+44207946x',
    `+44${'1'.repeat(100)}`,
  ])('could not as %j', (token) => {
    expect(isReal(token)).toBe(false);
  });

  test('takes the place of the whole number', () => {
    expect(source(stored(phone, { number: '020 7946 0958', country: 'GB' }))).toBe('+442079460958');
  });
});
