import { describe, expect, test } from 'vitest';
import { serialNumber } from '../../src/datatypes/serial-number.ts';
import { fc } from '../support/properties.ts';
import { accepts, canonical, refusedField, seen, stored } from './expectations.ts';
import { serialNumbers } from './inputs.ts';

const accepted = serialNumbers.filter((input) => accepts(serialNumber, input));
const bare = (text: string) => text.normalize('NFKC').replaceAll(/[^A-Za-z0-9]/g, '');

test('comes back as it was typed, but for white space and width', () => {
  expect(stored(serialNumber, ' sn-4410  2278xy ')).toBe('sn-4410 2278xy');
  expect(stored(serialNumber, 'ＳＮ４４１０')).toBe('SN4410');
  expect(stored(serialNumber, 'C02/0ZZ.0zz0')).toBe('C02/0ZZ.0zz0');
});

test('numbers are the same exactly when their letters and digits are, in either case', () => {
  expect(canonical(serialNumber, 'sn-4410 2278/xy')).toBe('SN44102278XY');
  fc.assert(
    fc.property(accepted, accepted, fc.constantFrom('-', '.', '/', ' '), (one, other, separator) => {
      const spelled = bare(one)
        .match(/.{1,3}/g)!
        .join(separator)
        .toLowerCase();
      expect(canonical(serialNumber, spelled)).toBe(canonical(serialNumber, one));
      const isSame = bare(one).toUpperCase() === bare(other).toUpperCase();
      expect(canonical(serialNumber, one) === canonical(serialNumber, other)).toBe(isSame);
    }),
  );
  expect(canonical(serialNumber, 'SN440')).not.toBe(canonical(serialNumber, 'SN44O'));
});

describe('refused', () => {
  test.each([
    ['empty', ''],
    ['three characters', 'A12'],
    ['three characters and separators', '-A.1/2-'],
    ['separators alone', '-----'],
    ['65 characters', 'A'.repeat(65)],
    ['underscore', 'SN_4410'],
    ['letter beyond ASCII', 'SÑ4410'],
    ['control character', 'SN44\u000010'],
    ['no string', 44_102_278],
  ])('%s', (_, input) => {
    expect(refusedField(serialNumber, input)).toBe('value');
  });
});

describe('views', () => {
  test.each([
    ['SN-4410 2278XY', '78XY', '***78XY'],
    ['SN44-10/22', '1022', '***1022'],
    ['SN44102', '102', '***102'],
    ['SN441', '1', '***1'],
    ['SN44', '', '***'],
  ])('%s', (input, last4, masked) => {
    expect(seen(serialNumber, 'last4', input)).toBe(last4);
    expect(seen(serialNumber, 'masked', input)).toBe(masked);
  });

  test('show four characters at most, and leave four unseen at least', () => {
    fc.assert(
      fc.property(accepted, (input) => {
        const shown = String(seen(serialNumber, 'last4', input));
        expect(shown.length).toBe(Math.min(4, bare(input).length - 4));
        expect(bare(input).endsWith(shown)).toBe(true);
        expect(seen(serialNumber, 'masked', input)).toBe(`***${shown}`);
      }),
    );
  });
});
