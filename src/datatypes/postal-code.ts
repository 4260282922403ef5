/**
 * A postal code with its country, without the rest of an address. It is stored as it is written, in upper case. Two are
 * the same if their country and their letters and digits are the same (`SW1A 1AA` is `sw1a1aa`); the country's own
 * letters (`LV-1010`) do not count.
 *
 * It checks that the country writes its codes like this (postal-forms.ts). It does not check that the place exists.
 */
import { z } from 'zod';
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { requireCountry } from './iso3166.ts';
import { foldCode, requireNoCard, SEPARATOR, tidy } from './normalise.ts';
import { settledCode } from './postal-forms.ts';
import { requiredString, requireObject, typedText } from './shape.ts';

const MAX_TYPED = 64;
const PROPERTIES = new Set(['code', 'country']);
/** Everything that people type for a hyphen, also the Japanese minus and long-vowel mark. */
const HYPHENS = /[\p{Pd}\u2212\u30fc]/gu;
/** 2 to 12 characters, with letters or digits at both ends. */
const CODE = /^[A-Za-z0-9](?:[A-Za-z0-9 -]{0,10}[A-Za-z0-9])$/;
const FILLER = /[ -]/g;
/** A code with at least this many letters and digits: its first two still leave a wide area. */
const MIN_FOR_AREA = 5;

export type PostalCode = { readonly code: string; readonly country: string };

export const postalCode: DataType<PostalCode> = {
  name: 'postal_code',
  version: 1,
  category: 'contact',
  description:
    'A postal code: {code, country}, 2 to 12 letters, digits, spaces and hyphens as the country writes them, country an ' +
    'ISO 3166-1 alpha-2 code or XK. Comes back trimmed and in upper case; codes of one country that differ only in case, width, spaces and hyphens ' +
    'are the same. Views: masked (***, DE: the country), area (10: the first two characters; empty of a code with ' +
    'fewer than five letters and digits), country (DE).',
  input: z.strictObject({
    code: typedText.describe('As the country writes it.'),
    country: typedText.describe('ISO 3166-1 alpha-2, or XK.'),
  }),
  plain: z.strictObject({
    code: z.string().describe('As the country writes it, in upper case.'),
    country: z.string().describe('ISO 3166-1 alpha-2, or XK.'),
  }),
  examples: [
    { code: '10115', country: 'DE' },
    { code: 'sw1a 1aa', country: 'GB' },
  ],
  spread: 'shared',
  guessable: { shown: (value) => [value.country, areaOf(value)] },

  parse(input) {
    const properties = requireObject(input, PROPERTIES);
    const code = typed(requiredString(properties, 'code'), 'code').replace(HYPHENS, '-');
    if (!CODE.test(code)) {
      throw new InvalidValueError('code', 'Must be 2 to 12 letters, digits, spaces and hyphens.');
    }
    requireNoCard(code, 'code');
    const country = requireCountry(typed(requiredString(properties, 'country'), 'country'));
    if (settledCode(country, barePart(code)) === undefined) {
      throw new InvalidValueError('code', 'This country writes no such postal codes.');
    }
    return { code: code.toUpperCase(), country };
  },

  canonical: (value) => value.country + SEPARATOR + bareOf(value),

  views: {
    masked: ({ country }) => `***, ${country}`,
    area: areaOf,
    country: ({ country }) => country,
  },
};

/** It is tidied a second time, because folding can bring a space to either end. */
function typed(text: string, path: string): string {
  return tidy(foldCode(tidy(text, path, MAX_TYPED)), path, MAX_TYPED);
}

function areaOf(value: PostalCode): string {
  return bareOf(value).length < MIN_FOR_AREA ? '' : bareOf(value).slice(0, 2);
}

/** The code in its one spelling. A value that was stored before its country's form was known stays as it is. */
function bareOf({ code, country }: PostalCode): string {
  const bare = barePart(code);
  return settledCode(country, bare) ?? bare;
}

function barePart(code: string): string {
  return code.replace(FILLER, '').toUpperCase();
}
