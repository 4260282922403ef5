/**
 * A postal address. The stored form always has `line1`, `city`, `postalCode` and `country`; it has `line2` and
 * `region` if they say something. Two addresses are the same if all their parts are the same apart from case, width and
 * composition; in the postal code, spaces and hyphens do not count either (`SW1A 1AA` is `sw1a1aa`).
 *
 * It does not check that the place exists. A postal code must be in a form of its country. It may be left out only if
 * an address there is complete without one (postal-forms.ts), and is then stored as `''`. The city, which views show,
 * the region and the postal code may not hold a card number. The lines may, because parcels, flats and lockers have
 * long numbers.
 */
import { z } from 'zod';
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { isTelling } from './graphemes.ts';
import { requireCountry } from './iso3166.ts';
import { fold, foldCode, foldNarrow, foldWidth, requireNoCard, SEPARATOR, tidy, tidyLine } from './normalise.ts';
import { needsPostalCode, settledCode } from './postal-forms.ts';
import { optionalString, type Properties, requiredString, requireObject, requireString, typedText } from './shape.ts';

const MAX_CHARACTERS = 200;
const PROPERTIES = new Set(['line1', 'line2', 'city', 'region', 'postalCode', 'country']);
const REQUIRED = 'This property is required.';
/** Spaces, and everything that people type for a hyphen, also the Japanese minus and long-vowel mark. */
const POSTAL_CODE_FILLER = /[\s\p{Pd}\u2212\u30fc]/gu;

export type Address = {
  readonly line1: string;
  readonly line2?: string;
  readonly city: string;
  readonly region?: string;
  readonly postalCode: string;
  readonly country: string;
};

export const address: DataType<Address> = {
  name: 'address',
  version: 1,
  category: 'contact',
  description:
    'A postal address: {line1, line2?, city, region?, postalCode, country}, country an ISO 3166-1 alpha-2 code ' +
    'or XK, postalCode as the country writes it, optional where an address is complete without. Comes back trimmed, inner white space collapsed, in ' +
    'Unicode NFC, empty optional parts left out; addresses that differ only in case, width, composition or the ' +
    'spacing of the postal code are the same. Views: masked (Berlin, DE: city and country), city ' +
    '(none where nothing else is known but the country), country.',
  input: z.strictObject({
    line1: typedText.describe('Street and house, up to 200 characters.'),
    line2: typedText.optional().describe('What else the post needs.'),
    city: typedText.describe('The city.'),
    region: typedText.optional().describe('State, province or prefecture.'),
    postalCode: typedText
      .optional()
      .describe('As the country writes it; left out where an address is complete without.'),
    country: typedText.describe('ISO 3166-1 alpha-2, or XK.'),
  }),
  plain: z.strictObject({
    line1: z.string().describe('Street and house, as it is written there.'),
    line2: z.string().optional().describe('What else the post needs.'),
    city: z.string().describe('The city.'),
    region: z.string().optional().describe('State, province or prefecture.'),
    postalCode: z.string().describe('As the country writes it; empty where an address is complete without.'),
    country: z.string().describe('ISO 3166-1 alpha-2, or XK.'),
  }),
  examples: [
    { line1: 'Am Sonnenhang 44b', city: 'Berlin', postalCode: '10115', country: 'DE' },
    { line1: '1丁目7番4号', city: '港区', region: '東京都', postalCode: '105-0011', country: 'JP' },
  ],
  spread: 'unique',

  compared: {
    postal_code: {
      description: 'The postal code, in any spelling.',
      input: typedText.describe('A postal code.'),
      examples: ['10115'],
      parse(input) {
        return withoutCountry(bareCode(tidyLine(requireString(input), '', MAX_CHARACTERS)));
      },
      of: ({ postalCode: code }) => (code === '' ? undefined : withoutCountry(bareCode(code))),
    },
  },

  parse(input) {
    const properties = requireObject(input, PROPERTIES);
    const line1 = required(properties, 'line1');
    const line2 = optional(properties, 'line2');
    const city = required(properties, 'city');
    const region = optional(properties, 'region');
    const postalCode = optional(properties, 'postalCode');
    const country = requireCountry(foldWidth(required(properties, 'country')));
    requireNoCard(city, 'city');
    requireNoCard(region, 'region');
    requireNoCard(postalCode, 'postalCode');
    if (postalCode === '' && needsPostalCode(country)) throw new InvalidValueError('postalCode', REQUIRED);
    if (postalCode !== '' && settledCode(country, bareCode(postalCode)) === undefined) {
      throw new InvalidValueError('postalCode', 'This country writes no such postal codes.');
    }
    return {
      line1,
      ...(line2 === '' ? {} : { line2 }),
      city,
      ...(region === '' ? {} : { region }),
      postalCode,
      country,
    };
  },

  canonical: (value) => comparedBy(fold, value),
  same: (value) => comparedBy(foldNarrow, value),

  views: {
    masked: (value) => `${shownCity(value) || '***'}, ${value.country}`,
    city: shownCity,
    country: (value) => value.country,
  },
};

function comparedBy(how: (text: string) => string, value: Address): string {
  const bare = bareCode(value.postalCode);
  const postalCode = settledCode(value.country, bare) ?? bare;
  const lines = [value.region ?? '', value.city, value.line1, value.line2 ?? ''].map(how);
  return [value.country, postalCode, ...lines].join(SEPARATOR);
}

function bareCode(text: string): string {
  return foldCode(text).replace(POSTAL_CODE_FILLER, '').toUpperCase();
}

/** Some write the country's letters before a number (`LV-1010`), and some do not. */
function withoutCountry(bare: string): string {
  return bare.replace(/^[A-Z]{1,2}(?=\d+$)/, '');
}

/**
 * The city, or nothing if lines, region and postal code hold no letter or digit: city and country would be the whole.
 */
function shownCity({ line1, line2 = '', region = '', postalCode, city }: Address): string {
  return [line1, line2, region, postalCode].some(isTelling) ? city : '';
}

function required(properties: Properties, key: string): string {
  return tidyLine(requiredString(properties, key), key, MAX_CHARACTERS);
}

/** `''` if there is nothing. */
function optional(properties: Properties, key: string): string {
  return tidy(optionalString(properties, key) ?? '', key, MAX_CHARACTERS);
}
