import { getCountrySpecifications } from 'ibantools';
import { describe, expect, test } from 'vitest';
import { iban } from '../../src/datatypes/iban.ts';
import { fc } from '../support/properties.ts';
import { accepts, canonical, refusedField, seen, stored } from './expectations.ts';
import { bareIbans, fullWidth, ibans } from './inputs.ts';

describe('comes back in its electronic form', () => {
  test.each([
    ['as it is', 'DE89370400440532013000', 'DE89370400440532013000'],
    ['groups', ' DE89 3704 0044 0532 0130 00\n', 'DE89370400440532013000'],
    ['hyphens', 'DE89-3704–0044-0532-0130-00', 'DE89370400440532013000'],
    ['lower case', 'gb29nwbk60161331926819', 'GB29NWBK60161331926819'],
    ['full width', 'ＤＥ８９　３７０４　００４４　０５３２　０１３０　００', 'DE89370400440532013000'],
    ['a clé RIB that does not fit', 'FR11 4002 8033 49N8 1SK8 29C4 T87', 'FR114002803349N81SK829C4T87'],
    ['of Côte d’Ivoire', 'CI93 CI00 8011 1301 1342 9120 0589', 'CI93CI0080111301134291200589'],
    ['Arabic digits', 'DE٨٩٣٧٠٤٠٠٤٤٠٥٣٢٠١٣٠٠٠', 'DE89370400440532013000'],
    ['the shortest', 'NO93 8601 1117 947', 'NO9386011117947'],
    ['the longest', 'LC55 HEMM 0001 0001 0012 0012 0002 3015', 'LC55HEMM000100010012001200023015'],
  ])('%s', (_, input, output) => {
    expect(stored(iban, input)).toBe(output);
    expect(canonical(iban, input)).toBe(output);
  });
});

describe('refused', () => {
  test.each([
    ['no string', 89],
    ['empty', ''],
    ['wrong check digits', 'DE00370400440532013000'],
    ['wrong length for its country', 'DE8937040044053201300'],
    ['no such country', 'XX89370400440532013000'],
    ['trailing junk', "DE89 3704 0044 0532 0130 00'; DROP TABLE records;--"],
    ['a word before it', 'IBAN DE89370400440532013000'],
    ['letters where its country has digits', 'DE89370400440532O13000'],
    ['a letter that becomes two', 'DE8937040044053201300ß'],
    ['of Côte d’Ivoire, with a wrong digit', 'CI93CI0080111301134291200588'],
    ['of Côte d’Ivoire, with letters elsewhere', 'CI77A12312341234123412341234'],
    ['a line of zeros', '0'.repeat(22)],
    ['endless', `DE89${' '.repeat(1000)}370400440532013000`],
  ])('%s', (_, input) => {
    expect(refusedField(iban, input)).toBe('value');
  });
});

test('the numbers that central banks print as examples are taken', () => {
  const printed = `BJ66BJ0610100100144390000769 BF42BF0840101300463574000390 ML13ML0160120102600100668497
    SN08SN0100152000048500003035 TG53TG0090604310346500400070 NE58NE0380100100130305000268 GB29NWBK60161331926819
    FR1420041010050500013M02606 IT60X0542811101000000123456 ES9121000418450200051332 NL91ABNA0417164300
    BR1800360305000010009795493C1 SA0380000000608010167519 AE070331234567890123456 TR330006100519786457841326
    XK051212012345678906 PK36SCBL0000001123456702 EG380019000500000000263180002 UA213223130000026007233566001`;
  for (const number of printed.split(/\s+/)) expect([number, accepts(iban, number)]).toEqual([number, true]);
});

test('every mistyped or exchanged digit is noticed', () => {
  fc.assert(
    fc.property(bareIbans, fc.nat(), fc.integer({ min: 1, max: 9 }), (number, at, by) => {
      const place = 4 + (at % (number.length - 4));
      if (!/\d/.test(number[place]!)) return;
      const mistyped = number.slice(0, place) + ((Number(number[place]) + by) % 10) + number.slice(place + 1);
      expect(accepts(iban, mistyped)).toBe(false);
      const [one, two] = [number[place]!, number[place + 1] ?? ''];
      const exchanged = number.slice(0, place) + two + one + number.slice(place + 2);
      expect(accepts(iban, exchanged)).toBe(exchanged === number);
    }),
  );
});

test('one number is the same in every spelling, and two are never the same', () => {
  fc.assert(
    fc.property(bareIbans, bareIbans, (one, two) => {
      const spellings = [one, one.toLowerCase(), fullWidth(one), one.match(/.{1,4}/g)!.join(' ')];
      expect(new Set(spellings.map((input) => canonical(iban, input)))).toEqual(new Set([one]));
      expect(canonical(iban, two) === canonical(iban, one)).toBe(two === one);
    }),
  );
});

test('views show the country and the last four characters, and nothing between them', () => {
  fc.assert(
    fc.property(ibans, (input) => {
      const value = stored(iban, input);
      expect(seen(iban, 'masked', input)).toBe(`${value.slice(0, 2)}** **** **** ${value.slice(-4)}`);
      expect(seen(iban, 'country', input)).toBe(value.slice(0, 2));
      expect(seen(iban, 'last4', input)).toBe(value.slice(-4));
    }),
  );
});

test('no country’s numbers are so short that four characters are much of an account', () => {
  const lengths = Object.values(getCountrySpecifications()).flatMap(({ chars }) => (chars === null ? [] : [chars]));
  expect(Math.min(...lengths)).toBe(15);
});

test('a token could be real exactly where it would be accepted', () => {
  const { isReal } = iban.shapes!.iban!;
  fc.assert(fc.property(ibans, (input) => void expect(isReal(input)).toBe(true)));
  fc.assert(
    fc.property(bareIbans, fc.stringMatching(/^\d\d$/), (number, check) => {
      const token = number.slice(0, 2) + check + number.slice(4);
      expect(isReal(token)).toBe(accepts(iban, token));
      expect(isReal(token)).toBe(token === number);
    }),
  );
});
