/**
 * A telephone number, stored as E.164: `+`, calling code, national number, at most 15 digits (ITU-T E.164 6.2.1).
 * Two numbers are the same if they dial the same line from abroad.
 *
 * It checks that the calling code exists and that its numbering plan has numbers of this length. It does not check that
 * the number is assigned, because plans change faster than vaults. Extensions, letters and `tel:` are refused, since
 * E.164 has no place for them. A national number is read only if its country is stated.
 */
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';
import { z } from 'zod';
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { isCountry } from './iso3166.ts';
import { last4Part } from './last4.ts';
import { foldCode, foldWidth, tidy, trim } from './normalise.ts';
import { requiredString, requireObject, requireString, typedText } from './shape.ts';

const MAX_INPUT = 64;
const MAX_DIGITS = 15;
/** A mask hides at least this many digits. Shorter numbers show none. */
const MIN_HIDDEN = 5;
/** A national number of fewer digits is not found by the last four. */
const MIN_LAST4 = 8;

/** Digits and the punctuation that people put between them (RFC 3966, and more). */
const WRITTEN = /^\+?[\d\s\u0085()./\u2010-\u2015\u2212-]+$/;
const WHITE_RUN = /[\s\u0085]+/g;
/** Mexico abolished the prefixes of mobile numbers (IFT, 3 August 2019), but address books still have them. */
const MEXICAN_MOBILE = { abroad: /^521(\d{10})$/, atHome: /^(?:01|044|045|1)(\d{10})$/ };
const NO_DIGIT = /\D/g;
const PROPERTIES = new Set(['number', 'country']);

const CALLING_CODES: ReadonlySet<string> = new Set(getCountries().map((country) => getCountryCallingCode(country)));

export const phone: DataType<string> = {
  name: 'phone',
  version: 1,
  category: 'contact',
  description:
    'A telephone number, international (+44 20 7946 0958) or national with its country ({number, country}, or `country` beside the value). Comes ' +
    'back as E.164 (+442079460958), which is also what is compared. Views: masked (+44 *** *** **58: calling code and ' +
    'last two digits; no digits of a short number), country (GB: the ISO 3166-1 code, +1 800 ' +
    'counting as US; +44, the calling code, where the number does not tell the country).',
  input: z.union([
    typedText,
    z
      .strictObject({
        number: typedText.describe('As it is dialled in its country.'),
        country: typedText.describe('ISO 3166-1 alpha-2.'),
      })
      .meta({ title: 'NationalPhone', description: 'A telephone number as its country writes it.' }),
  ]),
  examples: ['+44 20 7946 0958', { number: '020 7946 0958', country: 'GB' }],
  spread: 'unique',
  national: true,
  // Who has found the last four digits out has a few thousand numbers left of the shorter ones.
  guessable: { onlyAlike: true, shown: (value) => [callingCodeOf(value), value.slice(-4)] },

  parts: {
    last4: last4Part('The last four digits; not of a number that they would be most of.', '0958', (value) =>
      value.length - 1 - callingCodeOf(value).length < MIN_LAST4 ? undefined : value.slice(-4),
    ),
  },

  shapes: {
    phone: { source: (value) => value, isReal: couldBeReal },
  },

  parse(input, { country }) {
    if (typeof input !== 'object') {
      const by = country === undefined ? undefined : parseCountry(country);
      return parseNumber(requireString(input), '', by);
    }
    const properties = requireObject(input, PROPERTIES);
    const number = requiredString(properties, 'number');
    return parseNumber(number, 'number', parseCountry(requiredString(properties, 'country')));
  },

  canonical: (value) => value,

  views: {
    masked(value) {
      const code = callingCodeOf(value);
      const short = value.length - 1 - code.length < MIN_HIDDEN + 2;
      return `+${code} *** *** **${short ? '**' : value.slice(-2)}`;
    },
    country(value) {
      const country = parsePhoneNumberFromString(value, { extract: false })?.country;
      return country !== undefined && isCountry(country) ? country : `+${callingCodeOf(value)}`;
    },
  },
};

function parseCountry(text: string): CountryCode {
  const country = foldWidth(tidy(text, 'country', MAX_INPUT)).toUpperCase();
  if (!isSupportedCountry(country)) throw new InvalidValueError('country', 'Must be the ISO 3166-1 code of a country.');
  return country;
}

function parseNumber(text: string, path: string, country: CountryCode | undefined): string {
  const typed = trim(text);
  const code = typed.length > MAX_INPUT ? '' : foldCode(typed).replace(WHITE_RUN, ' ');
  if (!WRITTEN.test(code)) {
    throw new InvalidValueError(path, 'Must be a telephone number: digits, a leading +, and spaces between them.');
  }
  const isMexican = code.startsWith('+') || country === 'MX';
  const written = isMexican ? withoutMobilePrefix(code) : code;
  if (country === undefined && !written.startsWith('+')) {
    throw new InvalidValueError(
      path,
      'A national number needs its country: {number, country}, or `country` beside the value.',
    );
  }

  let number = read(written, country, path);
  // Prefixes such as the (0) of +44 (0)20 are gone now. What is left is read again by itself.
  if (number.slice(1) !== written.replace(NO_DIGIT, '')) {
    const settled = read(number, undefined, path);
    if (settled !== number) number = read(settled, undefined, path);
    if (number !== settled) throw new InvalidValueError(path, 'No numbering plan reads this number in one way.');
  }
  return number;
}

function withoutMobilePrefix(written: string): string {
  const form = written.startsWith('+') ? MEXICAN_MOBILE.abroad : MEXICAN_MOBILE.atHome;
  const [, mobile] = form.exec(written.replace(NO_DIGIT, '')) ?? [];
  return mobile === undefined ? written : `+52${mobile}`;
}

function read(written: string, country: CountryCode | undefined, path: string): string {
  const number = parsePhoneNumberFromString(written, {
    extract: false,
    ...(country === undefined ? {} : { defaultCountry: country }),
  });
  if (number === undefined) throw new InvalidValueError(path, 'No telephone number starts or ends like this.');
  if (!isPossible(number)) throw new InvalidValueError(path, 'No number of this country has this length.');
  return number.number;
}

/**
 * Whether it starts with an assigned calling code. Its length does not count, because plans grow. Without a + it could
 * be a national number of some country.
 */
function couldBeReal(token: string): boolean {
  const written = token.length > MAX_INPUT ? '' : foldCode(trim(token));
  if (!WRITTEN.test(written)) return false;
  return !written.startsWith('+') || parsePhoneNumberFromString(written, { extract: false }) !== undefined;
}

function isPossible(number: PhoneNumber): boolean {
  return number.ext === undefined && number.number.length <= 1 + MAX_DIGITS && number.isPossible();
}

/** No calling code is the beginning of another (ITU-T E.164). Codes that belong to no country have three digits. */
function callingCodeOf(value: string): string {
  for (const length of [1, 2]) {
    const code = value.slice(1, 1 + length);
    if (CALLING_CODES.has(code)) return code;
  }
  return value.slice(1, 4);
}
