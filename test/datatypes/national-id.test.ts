import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { nationalId } from '../../src/datatypes/national-id.ts';
import { COUNTRIES_WITH_KINDS, kindsOf } from '../../src/datatypes/national-id-kinds.ts';
import { fc } from '../support/properties.ts';
import { accepts, canonical, refusedField, seen, stored } from './expectations.ts';
import { fullWidth, NATIONAL_NUMBERS, nationalIds } from './inputs.ts';

describe.each(NATIONAL_NUMBERS)('%s %s', (country, kind, number) => {
  const other = number.slice(0, -2) + (number.at(-2) === '7' ? '8' : '7') + number.at(-1);

  test('comes back bare, with its kind, however it was written', () => {
    for (const typed of [number, number.toLowerCase(), fullWidth(number), ` ${[...number].join('-')} `]) {
      expect(stored(nationalId, { country, number: typed })).toEqual({ country, kind, number });
      expect(stored(nationalId, { country: country.toLowerCase(), kind: kind.toUpperCase(), number: typed })).toEqual({
        country,
        kind,
        number,
      });
    }
  });

  test('a number too short or too long, or with a strange character, is refused', () => {
    for (const wrong of [number.slice(3), `${number}00`, `${number.slice(0, -1)}*`, '', '0'.repeat(number.length)]) {
      expect(refusedField(nationalId, { country, number: wrong })).toBe('value.number');
    }
  });

  // A check that went back and forth over it would run into the time limit of the test.
  test('a hostile number, long or of marks, is refused before it can take long', () => {
    for (const unit of [number, number[0]!, ' ', '\u0301', '２']) {
      expect(accepts(nationalId, { country, number: unit.repeat(10_000 / unit.length) })).toBe(false);
      accepts(nationalId, { country, number: unit.repeat(64 / unit.length) });
    }
  });

  test('a check digit is checked, where there is one', () => {
    const hasNone = ['DK cpr', 'GB nino', 'IN pan', 'MT id_card', 'US ssn'].includes(`${country} ${kind}`);
    expect(accepts(nationalId, { country, kind, number: other })).toBe(hasNone);
  });
});

test('every kind there is has its number here', () => {
  const kinds = COUNTRIES_WITH_KINDS.flatMap((country) => kindsOf(country).map(({ name }) => `${country} ${name}`));
  expect(NATIONAL_NUMBERS.map(([country, kind]) => `${country} ${kind}`).sort()).toEqual(kinds.sort());
  for (const kind of kinds) expect(nationalId.description).toContain(kind);
});

test('a number tells its kind: none is of two kinds of one country', () => {
  fc.assert(
    fc.property(nationalIds, (input) => {
      const { country, number } = stored(nationalId, input);
      expect(kindsOf(country).filter((kind) => kind.isValid(number)).length).toBe(1);
    }),
  );
});

describe('comes back', () => {
  test.each([
    ['GB', 'ab 12 34 56 c', 'nino', 'AB123456C'],
    ['HK', 'G123456(A)', 'hkid', 'G123456A'],
    ['FR', '2 55 08 14 168 025 38', 'nir', '255081416802538'],
    ['FR', '1 86 02 2A 215 325 23', 'nir', '186022A21532523'],
    ['BR', '111.444.777-35', 'cpf', '11144477735'],
    ['CH', '756.9217.0769.85', 'ahv', '7569217076985'],
    ['PL', '02070803628', 'pesel', '02070803628'],
    ['ES', 'K-0867756-N', 'nif', 'K0867756N'],
    ['DE', '65 929 970 489', 'idnr', '65929970489'],
    ['FI', '131052 - 308t', 'hetu', '131052-308T'],
    ['FI', '131052\u2212308T', 'hetu', '131052-308T'],
    ['SE', '880320-0016', 'personnummer', '198803200016'],
    ['SE', '8803200016', 'personnummer', '198803200016'],
    ['SE', '880320+0016', 'personnummer', '188803200016'],
    ['SE', '19880320-0016', 'personnummer', '198803200016'],
    ['NO', '151086 95088', 'fodselsnummer', '15108695088'],
    ['BE', '85.07.30-033.28', 'nn', '85073003328'],
    ['BE', '00.01.25-111.19', 'nn', '00012511119'],
    ['SG', 'f1234567n', 'nric', 'F1234567N'],
    ['SG', 'M1234567K', 'nric', 'M1234567K'],
    ['CZ', '710319/2745', 'rc', '7103192745'],
    ['LV', '326736-79681', 'personas_kods', '32673679681'],
    ['IN', '२३४१ २३४१ २३४६', 'aadhaar', '234123412346'],
  ])('%s %s', (country, number, kind, bare) => {
    expect(stored(nationalId, { country, number })).toEqual({ country, kind, number: bare });
  });
});

describe('refused', () => {
  const number = '123-45-6789';
  test.each([
    ['a string', number, 'value'],
    ['no country', { number }, 'value.country'],
    ['no such country', { country: 'ZZ', number }, 'value.country'],
    ['a country without numbers here', { country: 'AQ', number }, 'value.country'],
    ['a property of objects for a country', { country: 'constructor', number }, 'value.country'],
    ['a kind of another country', { country: 'US', kind: 'nino', number }, 'value.kind'],
    ['an empty kind', { country: 'US', kind: '', number }, 'value.kind'],
    ['a kind that is no string', { country: 'US', kind: 1, number }, 'value.kind'],
    ['a number of another kind', { country: 'ES', kind: 'nie', number: '12345678Z' }, 'value.number'],
    ['a number that is no string', { country: 'US', number: 123_456_789 }, 'value.number'],
    ['no number', { country: 'US' }, 'value.number'],
    ['an area that is never given', { country: 'US', number: '987-65-4320' }, 'value.number'],
    ['a number out of an advertisement', { country: 'US', number: '078-05-1120' }, 'value.number'],
    ['one digit eleven times', { country: 'BR', number: '111.111.111-11' }, 'value.number'],
    ['ten different digits', { country: 'DE', number: '12345678903' }, 'value.number'],
    ['one digit three times in a row', { country: 'DE', number: '11123456780' }, 'value.number'],
    ['a sign left out', { country: 'FI', number: '131052308T' }, 'value.number'],
    ['a company', { country: 'PT', number: '501964843' }, 'value.number'],
    ['a birthday that there is not', { country: 'PL', number: '44023001350' }, 'value.number'],
    ['a letter that becomes two', { country: 'IT', number: 'RSSMRA85T10A562ß' }, 'value.number'],
    ['an unknown property', { country: 'US', number, name: 'x' }, 'value.name'],
  ])('%s', (_, input, field) => {
    expect(refusedField(nationalId, input)).toBe(field);
  });
});

test('no check asks what day it is: in 1850 all of them were good', () => {
  vi.useFakeTimers({ now: new Date('1850-01-01') });
  onTestFinished(() => void vi.useRealTimers());
  for (const [country, , number] of NATIONAL_NUMBERS) expect(accepts(nationalId, { country, number })).toBe(true);
});

test('My Number: the check digit of the ordinance, which no other digit passes for', () => {
  for (const body of ['12345678901', '00000000001', '99999999999', '20151005001']) {
    const passing = [...'0123456789'].filter((check) => accepts(nationalId, { country: 'JP', number: body + check }));
    expect(passing.length).toBe(1);
  }
});

test('PESEL: centuries stand in the month, and the check does not ask what day it is', () => {
  const fits = (body: string) =>
    [...'0123456789'].filter((check) => accepts(nationalId, { country: 'PL', number: body + check })).length;
  expect(['4405140135', '0222250956', '9932310001', '0442290001'].map(fits)).toEqual([1, 1, 1, 1]);
  expect(['4413140135', '0022300956', '0142290001', '4400140135', '4405000135'].map(fits)).toEqual([0, 0, 0, 0, 0]);
});

test('numbers are the same in every spelling; another country, kind or number is another', () => {
  fc.assert(
    fc.property(nationalIds, nationalIds, (one, two) => {
      const [a, b] = [stored(nationalId, one), stored(nationalId, two)];
      const isSame = a.country === b.country && a.kind === b.kind && a.number === b.number;
      if (a.kind !== 'nino') expect(canonical(nationalId, one) === canonical(nationalId, two)).toBe(isSame);
      const spelled = { country: a.country.toLowerCase(), number: fullWidth([...a.number].join(' ')) };
      expect(canonical(nationalId, spelled)).toBe(canonical(nationalId, one));
    }),
  );
});

test('one number of two countries stays two: what is compared names country and kind', () => {
  expect(canonical(nationalId, { country: 'US', number: '123-45-6789' })).toBe('US\u001fssn\u001f123456789');
  const number = '123456782';
  expect(canonical(nationalId, { country: 'AU', number })).not.toBe(canonical(nationalId, { country: 'NL', number }));
});

test('a NINO is the same with its suffix and without', () => {
  const of = (number: string) => canonical(nationalId, { country: 'GB', number });
  expect(new Set([of('AB123456C'), of('AB 12 34 56'), of('ab123456d')]).size).toBe(1);
  expect(of('AB123457C')).not.toBe(of('AB123456C'));
});

/** What stands before the last character of these tells of sex or place of birth. */
const LAST_BUT_ONE_TELLS = 'amka curp codice_fiscale egn emso hetu ik id_number personnummer pesel ric'.split(' ');

test('a mask shows at most three characters and at most a third, and no birthday, birthplace or sex', () => {
  fc.assert(
    fc.property(nationalIds, (input) => {
      const { country, kind, number } = stored(nationalId, input);
      const shown = String(seen(nationalId, 'masked', input)).slice(3);
      expect(seen(nationalId, 'masked', input)).toBe(`***${shown}`);
      expect(shown.length > 0).toBe(!['vnr', 'cpr', 'id_card'].includes(kind));
      expect(number.endsWith(shown)).toBe(true);
      expect(shown.length).toBeLessThanOrEqual(Math.min(3, number.length / 3));
      if (LAST_BUT_ONE_TELLS.includes(kind)) expect(shown.length).toBe(1);
      expect(seen(nationalId, 'country', input)).toBe(country);
      expect(seen(nationalId, 'kind', input)).toBe(kind);
    }),
  );
});

describe('a token of digits', () => {
  const { source, isReal } = nationalId.shapes!.digits!;

  test('takes the place of a number that is digits alone', () => {
    fc.assert(
      fc.property(nationalIds, (input) => {
        const value = stored(nationalId, input);
        expect(source(value)).toBe(/^\d+$/.test(value.number) ? value.number : undefined);
      }),
    );
  });

  test('could be real if any country could have given it, written in any way', () => {
    fc.assert(fc.property(nationalIds, ({ number }) => void expect(isReal(number)).toBe(true)));
    for (const [, , number] of NATIONAL_NUMBERS) expect(isReal(number)).toBe(true);
  });

  test('of every length that numbers have, there are some that nobody has', () => {
    const lengths = new Set(NATIONAL_NUMBERS.filter(([, , n]) => /^\d+$/.test(n)).map(([, , n]) => n.length));
    for (const length of lengths) {
      const tokens = Array.from({ length: 300 }, (_, i) => String(987_654_321_012_345 + i * 7_777_777).slice(-length));
      expect(tokens.filter((token) => !isReal(token)).length).toBeGreaterThan(5);
    }
  });
});
