import { describe, expect, test } from 'vitest';
import { dateOfBirth } from '../../src/datatypes/date-of-birth.ts';
import { fc } from '../support/properties.ts';
import { accepts, CONTEXT, canonical, refusedField, seen, stored } from './expectations.ts';
import { datesOfBirth } from './inputs.ts';

const year = dateOfBirth.keeps!.year!;

describe('comes back as YYYY-MM-DD', () => {
  test.each([
    ['as it is', '1990-07-21', '1990-07-21'],
    ['trimmed', ' 1990-07-21\n', '1990-07-21'],
    ['full width', '１９９０－０７－２１', '1990-07-21'],
    ['Arabic digits', '١٩٩٠-٠٧-٢١', '1990-07-21'],
    ['Thai digits and other hyphens', '๑๙๙๐\u2011๐๗\u2212๒๑', '1990-07-21'],
    ['marks of direction', '\u202a1990-07-21\u202c', '1990-07-21'],
    ['the first day', '1900-01-01', '1900-01-01'],
    ['a leap day', '2000-02-29', '2000-02-29'],
    ['today', '2026-11-22', '2026-11-22'],
    ['today where it is tomorrow already', '2026-11-23', '2026-11-23'],
  ])('%s', (_, input, output) => {
    expect(stored(dateOfBirth, input)).toBe(output);
    expect(canonical(dateOfBirth, input)).toBe(output);
  });
});

describe('refused', () => {
  test.each([
    ['no string', 19_900_721],
    ['empty', ''],
    ['no such day', '1990-02-30'],
    ['no leap year', '1900-02-29'],
    ['no such month', '1990-13-01'],
    ['month 0', '1990-00-10'],
    ['day 0', '1990-01-00'],
    ['before 1900', '1899-12-31'],
    ['in the future', '2090-01-01'],
    ['the day after tomorrow', '2026-11-24'],
    ['slashes', '01/02/1990'],
    ['the basic form', '19900721'],
    ['one digit for a month', '1990-7-21'],
    ['a time', '1990-07-21T00:00:00Z'],
    ['a year alone', '1990'],
    ['a year of five digits', '+01990-07-21'],
    ['letters', 'YYYY-MM-DD'],
    ['endless', '1990-07-21'.repeat(100)],
  ])('%s', (_, input) => {
    expect(refusedField(dateOfBirth, input)).toBe('value');
  });
});

test('the future begins at most 14 hours early, wherever the clock stands', () => {
  const at = (now: string) => ({ now: new Date(now) });
  expect(dateOfBirth.parse('2024-03-01', at('2024-02-29T10:00:00Z'))).toBe('2024-03-01');
  expect(() => dateOfBirth.parse('2024-03-01', at('2024-02-29T09:59:59Z'))).toThrow();
});

test('a day is accepted exactly if the calendar has it and it lies between 1900 and tomorrow', () => {
  const part = (max: number) => fc.integer({ min: 0, max }).map((number) => String(number).padStart(2, '0'));
  const written = fc.tuple(fc.integer({ min: 1890, max: 2030 }), part(13), part(32)).map((parts) => parts.join('-'));
  const daysOf = (month: number, year: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();
  fc.assert(
    fc.property(written, (date) => {
      const [year, month, day] = date.split('-').map(Number) as [number, number, number];
      const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysOf(month, year);
      expect(accepts(dateOfBirth, date)).toBe(isDay && date >= '1900-01-01' && date <= '2026-11-23');
    }),
    { numRuns: 2000 },
  );
});

describe('views', () => {
  const accepted = datesOfBirth.filter((input) => accepts(dateOfBirth, input));

  test('show the year, its decade, or nothing', () => {
    expect(seen(dateOfBirth, 'masked', '1990-07-21')).toBe('****-**-**');
    expect(seen(dateOfBirth, 'year', '1990-07-21')).toBe('1990');
    expect(seen(dateOfBirth, 'age_band', '1990-07-21')).toBe('1990-1999');
    expect(seen(dateOfBirth, 'age_band', '1989-12-31')).toBe('1980-1989');
  });

  test('and never a month or a day: days of one year look alike in every view', () => {
    fc.assert(
      fc.property(accepted, (input) => {
        const [value, other] = [stored(dateOfBirth, input), `${input.slice(0, 4)}-01-01`];
        for (const view of Object.values(dateOfBirth.views)) expect(view(value)).toBe(view(other));
      }),
    );
  });

  test('a year alone is seen like any day of it, is found by nothing, and tells no days apart', () => {
    expect(year.spread).toBe('none');
    fc.assert(
      fc.property(accepted, (input) => {
        const whole = dateOfBirth.parse(input, CONTEXT);
        const cut = year.cut(whole);
        expect(cut).toBe(input.slice(0, 4));
        for (const view of Object.values(dateOfBirth.views)) expect(view(cut)).toBe(view(whole));
      }),
    );
  });
});
