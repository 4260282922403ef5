/**
 * A payment card: number (ISO/IEC 7812-1), expiry, holder. Two cards are the same if their numbers are.
 *
 * Sensitive authentication data is refused by name wherever it is sent along: PCI DSS v4.0.1 requirement 3.3.1
 * forbids to keep it after authorisation, even encrypted. No view, and no two views together, show more of the
 * number than requirement 3.4.1 lets a person see: the BIN and the last four digits.
 *
 * Expired cards are accepted, because refunds go to them.
 */
import { z } from 'zod';
import { InvalidValueError } from '../errors.ts';
import type { DataType, ParseContext } from './datatype.ts';
import { foldWidth, tidy } from './normalise.ts';
import { optionalString, own, type Properties, requiredString, requireObject } from './shape.ts';

const MIN_DIGITS = 12;
const MAX_DIGITS = 19;
const MAX_INPUT = 64;
const MAX_HOLDER = 200;
/**
 * How far from now an expiry may lie, either way. Issuers go up to 20 years ahead, and no business keeps a card
 * longer than that for its books; beyond is a mistake of typing.
 */
const MAX_YEARS_AWAY = 20;

const SEPARATORS = /[\s\u2010-\u2015\u2212-]+/g;
const DIGITS = /^\d+$/;
const MONTH = /^(?:0?[1-9]|1[0-2])$/;
const YEAR = /^\d{4}$/;
const PROPERTIES = new Set(['number', 'expiry_month', 'expiry_year', 'holder']);

/** The names that sensitive authentication data goes by, without case and punctuation, and why each is refused. */
const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ...each(
    'track tracks track1 track2 track3 trackdata track1data track2data magstripe magneticstripe',
    'Track data may never be stored (PCI DSS v4.0.1, 3.3.1.1).',
  ),
  ...each(
    'cvc cvc2 cvv cvv2 cid csc cav cav2 cvn cvn2 cvd securitycode verificationcode',
    'A card verification code may never be stored (PCI DSS v4.0.1, 3.3.1.2).',
  ),
  ...each('pin pinblock pincode', 'A PIN may never be stored (PCI DSS v4.0.1, 3.3.1.3).'),
]);

export type Card = {
  readonly number: string;
  readonly expiry_month: number;
  readonly expiry_year: number;
  readonly holder?: string;
};

export const card: DataType<Card> = {
  name: 'card',
  version: 1,
  category: 'payment',
  description:
    'A payment card: {number, expiry_month, expiry_year, holder?}. The number has 12 to 19 digits, spaces and hyphens ' +
    'between them or not, and passes the Luhn check; the expiry lies within 20 years. Comes back with bare digits ' +
    'and a numeric expiry; cards of one number are the same. Verification codes, PINs and track data are refused. ' +
    'Views: masked (**** **** **** 4242), bin (424242: the first six digits, fewer of a number under 14), ' +
    'last4 (4242), expiry (2030-01).',
  input: z.strictObject({
    number: z.string().max(MAX_INPUT),
    expiry_month: z.union([z.int().min(1).max(12), z.string().regex(MONTH)]),
    expiry_year: z.union([z.int().min(1000).max(9999), z.string().regex(YEAR)]),
    holder: z.string().max(MAX_HOLDER).optional(),
  }),
  examples: [{ number: '4242 4242 4242 4242', expiry_month: 1, expiry_year: 2030, holder: 'Jane Doe' }],
  spread: 'unique',

  parse(input, context) {
    const properties = requireObject(input, PROPERTIES, whyForbidden);
    const number = parseNumber(requiredString(properties, 'number'));
    const month = parseInteger(properties, 'expiry_month', MONTH, 'Must be a month, 1 to 12.');
    const year = parseYear(properties, context);
    const holder = tidy(optionalString(properties, 'holder') ?? '', 'holder', MAX_HOLDER);
    return { number, expiry_month: month, expiry_year: year, ...(holder === '' ? {} : { holder }) };
  },

  canonical: (value) => value.number,

  views: {
    masked: (value) => `**** **** **** ${last4(value)}`,
    bin: ({ number }) => number.slice(0, Math.min(6, number.length - 8)),
    last4,
    expiry: (value) => `${value.expiry_year}-${String(value.expiry_month).padStart(2, '0')}`,
  },
};

function last4(value: Card): string {
  return value.number.slice(-4);
}

function parseNumber(text: string): string {
  const number = foldWidth(text.slice(0, MAX_INPUT + 1)).replace(SEPARATORS, '');
  if (text.length > MAX_INPUT || !DIGITS.test(number)) {
    throw new InvalidValueError('number', 'Must be digits, with spaces or hyphens between them.');
  }
  if (number.length < MIN_DIGITS || number.length > MAX_DIGITS) {
    throw new InvalidValueError('number', 'Must have 12 to 19 digits.');
  }
  if (!passesLuhn(number)) throw new InvalidValueError('number', 'The check digit is wrong.');
  return number;
}

/** ISO/IEC 7812-1 annex B. A number of zeros passes the sum, and is none. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    const weighed = place % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum > 0 && sum % 10 === 0;
}

function parseYear(properties: Properties, { now }: ParseContext): number {
  const year = parseInteger(properties, 'expiry_year', YEAR, 'Must be a year of four digits.');
  if (Math.abs(year - now.getUTCFullYear()) > MAX_YEARS_AWAY) {
    throw new InvalidValueError('expiry_year', 'Must lie within 20 years of today.');
  }
  return year;
}

/** A number, or the same in digits, as forms send it. */
function parseInteger(properties: Properties, key: string, shape: RegExp, message: string): number {
  const value = own(properties, key);
  if (value === undefined) throw new InvalidValueError(key, 'This property is required.');
  const isOne = typeof value === 'number' || typeof value === 'string';
  if (!isOne || !shape.test(String(value))) throw new InvalidValueError(key, message);
  return Number(value);
}

function each(names: string, message: string): [string, string][] {
  return names.split(' ').map((key) => [key, message]);
}

function whyForbidden(property: string): string | undefined {
  const bare = property.slice(0, MAX_INPUT).replace(/[^A-Za-z0-9]/g, '');
  return FORBIDDEN.get(bare.toLowerCase());
}
