/**
 * A date of birth: a calendar date in the extended form of ISO 8601, `YYYY-MM-DD`. It exists in the Gregorian calendar,
 * is 1900 or later, and not in the future. Two are the same if they are the same day.
 *
 * It does not know a person's age, because a view has no clock: `age_band` is the decade of birth. A tenant may keep
 * only the year, and every function here takes `1990` like `1990-07-21`. As an input it is refused, because the tenant,
 * not the caller, chooses what to keep.
 */
import { InvalidValueError } from '../errors.ts';
import type { DataType, ParseContext } from './datatype.ts';
import { foldCode, trim } from './normalise.ts';
import { requireString, typedText } from './shape.ts';

const MAX_TYPED = 32;
/** Everything that is typed or typeset for a hyphen. */
const HYPHENS = /[\p{Pd}\u2212]/gu;
const DATE = /^\d{4}-\d\d-\d\d$/;
const YEAR = /^\d{4}$/;
const EARLIEST = '1900-01-01';
/** How far the first time zone is ahead of UTC. A child may be born there today, when it is still yesterday in UTC. */
const FIRST_ZONE_HOURS = 14;
/** The mask is the same for a day and for a year alone. */
const MASK = '****-**-**';

export const dateOfBirth: DataType<string> = {
  name: 'date_of_birth',
  version: 1,
  category: 'identity',
  description:
    'A date of birth, YYYY-MM-DD (ISO 8601), from 1900-01-01 to today. Comes back in ASCII digits; one day is the same day. ' +
    'Views: masked (****-**-**, whatever the day), year (1990), age_band (1990-1999: the decade of birth, not an ' +
    'age, for that changes).',
  input: typedText.describe('YYYY-MM-DD.'),
  examples: ['1990-07-21', '2000-02-29'],
  spread: 'shared',
  guessable: { byEverybody: true, shown: (value) => [yearOf(value)] },

  compared: {
    year: {
      description: 'The year of birth.',
      input: typedText.describe('Four digits.'),
      examples: ['1990'],
      parse(input) {
        const year = foldCode(trim(requireString(input)));
        if (!YEAR.test(year)) throw new InvalidValueError('', 'Must be a year of four digits.');
        return year;
      },
      of: yearOf,
    },
  },

  keeps: {
    year: {
      description: 'The year of birth alone (1990); month and day are dropped before sealing. Not searchable.',
      spread: 'none',
      cut: yearOf,
    },
  },

  parse(input, context) {
    const typed = trim(requireString(input));
    const date = typed.length > MAX_TYPED ? '' : foldCode(typed).replace(HYPHENS, '-');
    if (!DATE.test(date)) throw new InvalidValueError('', 'Must be a date, YYYY-MM-DD.');
    if (!isDay(date)) throw new InvalidValueError('', 'There is no such day.');
    // Dates of this form sort as text.
    if (date < EARLIEST) throw new InvalidValueError('', 'Must not be before 1900.');
    if (date > latest(context)) throw new InvalidValueError('', 'Must not be in the future.');
    return date;
  },

  canonical: (value) => value,

  views: {
    masked: () => MASK,
    year: yearOf,
    age_band: (value) => `${value.slice(0, 3)}0-${value.slice(0, 3)}9`,
  },
};

function yearOf(value: string): string {
  return value.slice(0, 4);
}

/** Whether the date exists. A Date turns 30 February into a day in March, which then reads differently. */
function isDay(date: string): boolean {
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === date;
}

function latest({ now }: ParseContext): string {
  return new Date(now.getTime() + FIRST_ZONE_HOURS * 3_600_000).toISOString().slice(0, 10);
}
