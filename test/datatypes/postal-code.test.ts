import { describe, expect, test } from 'vitest';
import { postalCode } from '../../src/datatypes/postal-code.ts';
import { fc } from '../support/properties.ts';
import { accepts, canonical, refusedField, seen, stored } from './expectations.ts';
import { fullWidth, postalCodes } from './inputs.ts';

const accepted = postalCodes.filter((input) => accepts(postalCode, input));

describe('comes back tidied, in upper case', () => {
  test.each([
    ['as it is', { code: '10115', country: 'DE' }, { code: '10115', country: 'DE' }],
    ['in lower case', { code: 'sw1a  1aa', country: ' gb ' }, { code: 'SW1A 1AA', country: 'GB' }],
    ['in full width', { code: '１０５－００１１', country: 'ＪＰ' }, { code: '105-0011', country: 'JP' }],
    ['with a long-vowel mark', { code: '105ー0011', country: 'JP' }, { code: '105-0011', country: 'JP' }],
    ['the shortest', { code: '01', country: 'AQ' }, { code: '01', country: 'AQ' }],
    ['the longest', { code: '12345-678901', country: 'AE' }, { code: '12345-678901', country: 'AE' }],
    ['in Persian digits', { code: '۱۱۳۶۹-۱۲۳۴۵', country: 'IR' }, { code: '11369-12345', country: 'IR' }],
    ['with the letters of its country', { code: 'az 1000', country: 'AZ' }, { code: 'AZ 1000', country: 'AZ' }],
    ['in two lines', { code: '101\n15', country: 'DE' }, { code: '101 15', country: 'DE' }],
  ])('%s', (_, input, output) => {
    expect(stored(postalCode, input)).toEqual(output);
  });
});

describe('refused', () => {
  test.each([
    ['a string', '10115', 'value'],
    ['no code', { country: 'DE' }, 'value.code'],
    ['no country', { code: '10115' }, 'value.country'],
    ['a number', { code: 10_115, country: 'DE' }, 'value.code'],
    ['one character', { code: '1', country: 'DE' }, 'value.code'],
    ['13 characters', { code: '1234567890123', country: 'DE' }, 'value.code'],
    ['a hyphen at the end', { code: '101-', country: 'DE' }, 'value.code'],
    ['too few digits for its country', { code: '123', country: 'DE' }, 'value.code'],
    ['letters where its country has digits', { code: 'ABCDE', country: 'US' }, 'value.code'],
    ['a code of another country', { code: 'SW1A 1AA', country: 'DE' }, 'value.code'],
    ['the letters of another country', { code: 'AT 10115', country: 'DE' }, 'value.code'],
    ['letters beyond ASCII', { code: '101Ä5', country: 'DE' }, 'value.code'],
    ['a letter that becomes two', { code: '101ß', country: 'DE' }, 'value.code'],
    ['markup', { code: '<b>10', country: 'DE' }, 'value.code'],
    ['no such country', { code: '10115', country: 'UK' }, 'value.country'],
    ['an unknown property', { code: '10115', country: 'DE', city: 'Berlin' }, 'value.city'],
  ])('%s', (_, input, field) => {
    expect(refusedField(postalCode, input)).toBe(field);
  });
});

test('case, width, spaces and hyphens never change which code it is', () => {
  fc.assert(
    fc.property(accepted, (input) => {
      const { code, country } = stored(postalCode, input);
      for (const change of [code.toLowerCase(), fullWidth(code), code.replace(/[ -]/g, ''), ` ${code} `]) {
        const changed = { code: change, country: country.toLowerCase() };
        if (accepts(postalCode, changed)) expect(canonical(postalCode, changed)).toBe(canonical(postalCode, input));
      }
    }),
  );
});

test('one code in two countries is two, and so are two codes in one', () => {
  const codes = [
    { code: '10115', country: 'DE' },
    { code: '10115', country: 'US' },
    { code: '10117', country: 'DE' },
    { code: '10119', country: 'DE' },
  ];
  expect(new Set(codes.map((input) => canonical(postalCode, input))).size).toBe(codes.length);
});

test('whose code it is does not depend on whether the letters of its country stand before it', () => {
  for (const [country, one, other] of [
    ['LV', 'LV-1010', '1010'],
    ['AZ', 'AZ1000', '1000'],
    ['DE', 'D-10115', '10115'],
    ['SV', 'CP 1101', '1101'],
  ]) {
    expect(canonical(postalCode, { country, code: one })).toBe(canonical(postalCode, { country, code: other }));
    expect(seen(postalCode, 'area', { country, code: one })).toBe(seen(postalCode, 'area', { country, code: other }));
  }
});

test('every country has the codes that its post gives as examples', () => {
  const codes =
    'AD100 AD|8340457 CL|130001 CO|09001 GT|930283 NG|70010 VN|317 BH|10000 XK|C1070AAM AR|1340 BD|41100 BA|A65 F4E2 IE|GX11 1AA GI|KY1-1100 KY|00-950 PL|SW1A 1AA GB|BFPO 57 GB|GY1 1AA GG|1234 AB NL|2725-079 PT|110 00 CZ|LIMA 23 PE|10603 TW|RIX 2222 MT';
  for (const one of codes.split('|')) {
    const [country, code] = [one.slice(-2), one.slice(0, -3)];
    expect([one, accepts(postalCode, { code, country })]).toEqual([one, true]);
  }
});

test('views show the country, and of five characters or more the first two', () => {
  expect(
    ['10115', 'SW1A 1AA', '512', 'AD10', 'A-1 0'].map((code) =>
      seen(postalCode, 'area', { code, country: code === '10115' ? 'DE' : 'AE' }),
    ),
  ).toEqual(['10', 'SW', '', '', '']);
  fc.assert(
    fc.property(accepted, (input) => {
      const { country } = stored(postalCode, input);
      const bare = canonical(postalCode, input).slice(3);
      expect(seen(postalCode, 'masked', input)).toBe(`***, ${country}`);
      expect(seen(postalCode, 'country', input)).toBe(country);
      expect(seen(postalCode, 'area', input)).toBe(bare.length < 5 ? '' : bare.slice(0, 2));
    }),
  );
});
