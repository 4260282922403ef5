/**
 * A number that a state gives a person, with its country and kind. It is stored in the bare form of its register: upper
 * case, and between the groups only what is part of the number. Two are the same if country, kind and number are the
 * same. national-id-kinds.ts has the known numbers.
 *
 * It checks the form, and the check digits if the number has them. It does not check whether or to whom it was given.
 */
import { z } from 'zod';
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { requireCountry } from './iso3166.ts';
import {
  bareNumber,
  COUNTRIES_WITH_KINDS,
  isSomeonesNumber,
  type Kind,
  kindsOf,
  MAX_TYPED,
} from './national-id-kinds.ts';
import { foldWidth, SEPARATOR, tidy } from './normalise.ts';
import { optionalString, requiredString, requireObject, typedText } from './shape.ts';

const DIGITS = /^\d+$/;
const PROPERTIES = new Set(['country', 'kind', 'number']);
const KNOWN = COUNTRIES_WITH_KINDS.flatMap((country) => kindsOf(country).map(({ name }) => `${country} ${name}`));

export type NationalId = { readonly country: string; readonly kind: string; readonly number: string };

export const nationalId: DataType<NationalId> = {
  name: 'national_id',
  version: 1,
  category: 'identity',
  description:
    'A national number of a person: {country, kind?, number}, country an ISO 3166-1 alpha-2 code; the number tells its ' +
    `kind. Known are ${KNOWN.join(', ')}. Comes back with its kind, the number in upper case without spaces and ` +
    'punctuation; two are the same if country, kind and number are, though one NINO has its suffix and one has not. ' +
    'Views: masked (***789: the last characters, three at most, none that tell of birth or sex), country (US), kind ' +
    '(ssn).',
  input: z.strictObject({
    country: typedText.describe('ISO 3166-1 alpha-2.'),
    kind: typedText.optional().describe('Which of the country’s numbers; absent: the number tells.'),
    number: typedText.describe('The number, spaces and punctuation in it or not.'),
  }),
  plain: z.strictObject({
    country: z.string().describe('ISO 3166-1 alpha-2.'),
    kind: z.string().describe('Which of the country’s numbers.'),
    number: z.string().describe('In upper case, without spaces and punctuation.'),
  }),
  examples: [
    { country: 'US', number: '123-45-6789' },
    { country: 'ES', kind: 'nie', number: 'X-1234567-L' },
  ],
  spread: 'unique',
  guessable: { shown: (value) => [value.country, value.kind, masked(value)] },

  shapes: {
    digits: {
      source: ({ number }) => (DIGITS.test(number) ? number : undefined),
      isReal: isSomeonesNumber,
    },
  },

  parse(input, { now }) {
    const properties = requireObject(input, PROPERTIES);
    const country = requireCountry(foldWidth(tidy(requiredString(properties, 'country'), 'country', MAX_TYPED)));
    const kinds = kindsNamed(country, optionalString(properties, 'kind'));
    const typed = requiredString(properties, 'number');
    for (const kind of kinds) {
      const number = bareNumber(kind, typed, now);
      if (number !== undefined && kind.isValid(number)) return { country, kind: kind.name, number };
    }
    throw new InvalidValueError('number', 'Not a number that this country gives.');
  },

  canonical({ country, kind, number }) {
    return [country, kind, number.slice(0, kindOf(country, kind)?.telling)].join(SEPARATOR);
  },

  views: {
    masked,
    country: ({ country }) => country,
    kind: ({ kind }) => kind,
  },
};

function masked({ country, kind, number }: NationalId): string {
  return `***${number.slice(number.length - (kindOf(country, kind)?.shown ?? 0))}`;
}

/** The named kind, or all kinds of the country if none is named. */
function kindsNamed(country: string, typed: string | undefined): readonly Kind[] {
  const kinds = kindsOf(country);
  if (kinds.length === 0) throw new InvalidValueError('country', 'No national number of this country is known here.');
  if (typed === undefined) return kinds;
  const name = foldWidth(tidy(typed, 'kind', MAX_TYPED)).toLowerCase();
  const named = kinds.filter((kind) => kind.name === name);
  if (named.length === 0) throw new InvalidValueError('kind', 'This country has no number of this kind.');
  return named;
}

function kindOf(country: string, name: string): Kind | undefined {
  return kindsOf(country).find((kind) => kind.name === name);
}
