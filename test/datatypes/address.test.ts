import { describe, expect, test } from 'vitest';
import { address } from '../../src/datatypes/address.ts';
import { isCountry } from '../../src/datatypes/iso3166.ts';
import { fc } from '../support/properties.ts';
import { accepts, canonical, refusedField, seen, stored } from './expectations.ts';
import { addresses } from './inputs.ts';

const berlin = { line1: 'Am Sonnenhang 44b', city: 'Berlin', postalCode: '10115', country: 'DE' };

describe('comes back tidied', () => {
  test.each([
    ['as it is', berlin, berlin],
    ['trimmed and collapsed', { ...berlin, line1: ' Am  Sonnenhang\u300044b ' }, berlin],
    ['country in upper case', { ...berlin, country: ' de' }, berlin],
    ['country in full width', { ...berlin, country: 'ＤＥ' }, berlin],
    ['empty optional parts left out', { ...berlin, line2: ' ', region: '' }, berlin],
    ['optional parts kept', { ...berlin, line2: '2. Hof', region: 'BE' }, { ...berlin, line2: '2. Hof', region: 'BE' }],
    [
      'no postal code where there is none',
      { line1: '1 Queen’s Road', city: 'Central', country: 'HK' },
      { line1: '1 Queen’s Road', city: 'Central', postalCode: '', country: 'HK' },
    ],
  ])('%s', (_, input, output) => {
    expect(stored(address, input)).toEqual(output);
  });
});

describe('refused', () => {
  test.each([
    ['a string', 'Am Sonnenhang 44b, Berlin', 'value'],
    ['no line1', { city: 'X' }, 'value.line1'],
    ['blank line1', { ...berlin, line1: ' \u3000' }, 'value.line1'],
    ['no city', { line1: 'x', postalCode: '1', country: 'DE' }, 'value.city'],
    ['no postal code', { line1: 'x', city: 'X', country: 'DE' }, 'value.postalCode'],
    ['no country', { line1: 'x', city: 'X', postalCode: '1' }, 'value.country'],
    ['no such country', { ...berlin, country: 'ZZ' }, 'value.country'],
    ['a reserved code', { ...berlin, country: 'UK' }, 'value.country'],
    ['alpha-3', { ...berlin, country: 'DEU' }, 'value.country'],
    ['a number for a line', { ...berlin, line2: 4 }, 'value.line2'],
    ['a number for a postal code', { ...berlin, postalCode: 10115 }, 'value.postalCode'],
    ['a control character', { ...berlin, line1: 'Am Sonnenhang\u000044b' }, 'value.line1'],
    ['a line of nothing that is seen', { ...berlin, line1: '\u200b\u2060' }, 'value.line1'],
    ['a postal code that is too short there', { ...berlin, postalCode: '123' }, 'value.postalCode'],
    ['a word for a postal code', { ...berlin, country: 'US', postalCode: 'ABCDE' }, 'value.postalCode'],
    ['over 200 characters', { ...berlin, region: 'x'.repeat(201) }, 'value.region'],
    ['an unknown property', { ...berlin, zip: '10115' }, 'value.zip'],
  ])('%s', (_, input, field) => {
    expect(refusedField(address, input)).toBe(field);
  });
});

test('case, width, composition and the spacing of the postal code do not make another address', () => {
  const wakefield = { line1: '734 Café Path', city: 'Wakefield', postalCode: 'WF3 5VS', country: 'GB' };
  const same = [
    wakefield,
    { ...wakefield, postalCode: 'wf35vs', country: 'gb' },
    { ...wakefield, postalCode: 'ＷＦ３－５ＶＳ', line1: '734  CAFE\u0301 PATH' },
  ];
  expect(new Set(same.map((input) => canonical(address, input))).size).toBe(1);
});

test('every part counts, and no part can pass for its neighbour', () => {
  const others = [
    berlin,
    { ...berlin, line1: 'Am Sonnenhang 44' },
    { ...berlin, line2: 'x' },
    { ...berlin, region: 'x' },
    { ...berlin, city: 'Bonn' },
    { ...berlin, postalCode: '10117' },
    { ...berlin, country: 'FR' },
  ];
  expect(new Set(others.map((input) => canonical(address, input))).size).toBe(others.length);
});

test('views show the city and the country, and nothing of the lines', () => {
  const accepted = addresses.filter((input) => accepts(address, input));
  expect(seen(address, 'masked', berlin)).toBe('Berlin, DE');
  fc.assert(
    fc.property(accepted, (input) => {
      const { city, country } = stored(address, input);
      expect(seen(address, 'masked', input)).toBe(`${city}, ${country}`);
      expect(seen(address, 'city', input)).toBe(city);
      expect(seen(address, 'country', input)).toBe(country);
    }),
  );
});

test('there are the 249 countries of ISO 3166-1, Kosovo, and no code beside them', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((first) => letters.map((second) => first + second)).filter(isCountry);
  expect(codes.length).toBe(250);
  expect(['EU', 'UK', 'ZZ', 'AN', 'SU', 'AC', 'de', '', 'constructor'].filter(isCountry)).toEqual([]);
});

test('lines that were broken, or copied with marks around them, come back in one', () => {
  const typed = { ...berlin, line1: 'Flat 1\r\n12 High St', city: '\u2067Berlin\u2069', line2: 'c/o\u2028Doe' };
  expect(stored(address, typed)).toMatchObject({ line1: 'Flat 1 12 High St', city: 'Berlin', line2: 'c/o Doe' });
});

test('a postal code may be missing where an address is complete without, and has the form of its country', () => {
  const { postalCode, ...rest } = berlin;
  const without = (country: string) => accepts(address, { ...rest, country });
  const complete = [
    'CL',
    'CO',
    'GT',
    'NG',
    'VN',
    'BH',
    'XK',
    'AE',
    'HK',
    'IE',
    'GH',
    'KE',
    'PE',
    'EC',
    'SN',
    'BD',
    'PK',
  ];
  expect(complete.filter((country) => !without(country))).toEqual([]);
  expect(['DE', 'US', 'GB', 'FR', 'JP', 'BR', 'IN', 'CN', 'PL', 'SE', 'TR', 'ZA'].filter(without)).toEqual([]);
  for (const [country, code] of [
    ['CL', '8340457'],
    ['BH', '317'],
    ['XK', '10000'],
    ['NG', '930283'],
    ['VN', '70010'],
  ]) {
    expect(accepts(address, { ...rest, country, postalCode: code })).toBe(true);
  }
});

test('of an address of which no more is known than the place, views show the country alone', () => {
  const place = { line1: '-', city: '香港', country: 'HK' };
  expect([seen(address, 'masked', place), seen(address, 'city', place)]).toEqual(['***, HK', '']);
  for (const more of [{ line1: '1丁目' }, { line2: '7' }, { region: '九龍' }, { postalCode: '999077' }]) {
    expect([seen(address, 'masked', { ...place, ...more }), seen(address, 'city', { ...place, ...more })]).toEqual([
      ...['香港, HK', '香港'],
    ]);
  }
});
