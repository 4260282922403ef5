/**
 * A payment card: number (ISO/IEC 7812-1), expiry, holder. Two cards are the same if their numbers are.
 *
 * Sensitive authentication data is refused by name wherever it is sent along: PCI DSS v4.0.1 requirement 3.3.1 forbids
 * keeping it after authorisation, even encrypted. No view, and no two views together, show more of the number than
 * requirement 3.4.1 lets a person see: the BIN and the last four digits. Both together leave some 100,000 numbers, so
 * only a caller who may see the whole number sees both.
 *
 * Expired cards are accepted, because refunds go to them.
 */
import { z } from 'zod';
import { InvalidValueError } from '../errors.ts';
import { whyForbidden } from './authentication-data.ts';
import { isCardNumber, parseCardNumber } from './card-number.ts';
import type { DataType, ParseContext, Shape } from './datatype.ts';
import { parseLast4 } from './last4.ts';
import { foldCode, requireNoCard, SEPARATOR, tidy, trim } from './normalise.ts';
import {
  optionalString,
  own,
  type Properties,
  requiredString,
  requireObject,
  requireString,
  typedText,
} from './shape.ts';

const MAX_HOLDER = 200;
/**
 * How far an expiry may be from now, in either direction. Issuers go up to 20 years ahead, and no business keeps a card
 * longer than that for its books. An expiry beyond that is a typing mistake.
 */
const MAX_YEARS_AWAY = 20;

const NO_MONTH = 'Must be a month, 1 to 12.';
const NO_YEAR = 'Must be a year of four digits.';
const MONTH = /^(?:0?[1-9]|1[0-2])$/;
const YEAR = /^\d{4}$/;
const MAX_TYPED_PART = 16;
const PROPERTIES = new Set(['number', 'expiryMonth', 'expiryYear', 'holder']);
const LAST4_EXPIRY = new Set(['last4', 'expiryMonth', 'expiryYear']);

export type Card = {
  readonly number: string;
  readonly expiryMonth: number;
  readonly expiryYear: number;
  readonly holder?: string;
};

const monthInput = z.union([z.int().min(1).max(12), typedText]).meta({ title: 'MonthInput' });
const yearInput = z.union([z.int().min(1000).max(9999), typedText]).meta({ title: 'YearInput' });
const shape: Shape<Card> = { source: ({ number }) => number, isReal: isCardNumber };

export const card: DataType<Card> = {
  name: 'card',
  version: 1,
  category: 'payment',
  description:
    'A payment card: {number, expiryMonth, expiryYear, holder?}. The number has 12 to 19 digits, spaces and hyphens ' +
    'between them or not, and passes the Luhn check; the expiry lies within 20 years. Comes back with bare digits ' +
    'and a numeric expiry; cards of one number are the same. Verification codes, PINs and track data are refused. ' +
    'Views: masked (**** **** **** 4242), bin (424242: the first six digits, fewer of a number under 14), ' +
    'last4 (4242), expiry (2030-01). Who may not see plain is shown no bin, and finds cards by their parts alone.',
  input: z.strictObject({
    number: typedText.describe('12 to 19 digits, spaces and hyphens between them or not.'),
    expiryMonth: monthInput.describe('1 to 12, or its digits as text.'),
    expiryYear: yearInput.describe('Four digits, as a number or as text.'),
    holder: typedText.optional().describe('The name on the card, up to 200 characters.'),
  }),
  plain: z.strictObject({
    number: z.string().describe('Digits alone.'),
    expiryMonth: z.int().describe('1 to 12.'),
    expiryYear: z.int().describe('Four digits.'),
    holder: z.string().optional().describe('The name on the card.'),
  }),
  examples: [{ number: '4242 4242 4242 4242', expiryMonth: 1, expiryYear: 2030, holder: 'Jane Doe' }],
  spread: 'unique',
  // Between the BIN and the last four, a hundred thousand numbers pass the Luhn check.
  guessable: { byEverybody: true, shown: (value) => [bin(value), last4(value)] },
  // Everybody sees the last four digits, and PCI DSS 3.4.1 lets few people see more.
  ofPlain: { views: ['bin'], whole: true },

  parts: {
    last4_expiry: {
      description: 'The last four digits of the number, and the expiry: what a receipt and its holder know.',
      input: z
        .strictObject({
          last4: typedText.describe('The last four digits of the number.'),
          expiryMonth: monthInput.describe('1 to 12, or its digits as text.'),
          expiryYear: yearInput.describe('Four digits, as a number or as text.'),
        })
        .meta({ title: 'CardLast4Expiry', description: 'The last four digits of a card, and its expiry.' }),
      examples: [{ last4: '4242', expiryMonth: 1, expiryYear: 2030 }],
      spread: 'shared',
      // The expiries in use at any time are the months of twenty years.
      distinct: 10_000 * 12 * MAX_YEARS_AWAY,
      parse(input) {
        const properties = requireObject(input, LAST4_EXPIRY, whyForbidden);
        const digits = parseLast4(requiredString(properties, 'last4'), 'last4');
        const month = parseInteger(properties, 'expiryMonth', MONTH, NO_MONTH);
        const year = parseInteger(properties, 'expiryYear', YEAR, NO_YEAR);
        return [digits, expiry({ expiryMonth: month, expiryYear: year })].join(SEPARATOR);
      },
      of: (value) => [last4(value), expiry(value)].join(SEPARATOR),
    },
    last4: {
      description: 'The last four digits of the number.',
      input: typedText,
      examples: ['4242'],
      spread: 'shared',
      distinct: 10_000,
      parse: (input) => parseLast4(requireString(input), ''),
      of: last4,
    },
  },

  shapes: { card: shape, digits: shape },

  parse(input, context) {
    const properties = requireObject(input, PROPERTIES, whyForbidden);
    const number = parseCardNumber(requiredString(properties, 'number'));
    const month = parseInteger(properties, 'expiryMonth', MONTH, NO_MONTH);
    const year = parseYear(properties, context);
    const holder = tidy(optionalString(properties, 'holder') ?? '', 'holder', MAX_HOLDER);
    requireNoCard(holder, 'holder');
    return { number, expiryMonth: month, expiryYear: year, ...(holder === '' ? {} : { holder }) };
  },

  canonical: (value) => value.number,

  views: {
    masked: (value) => `**** **** **** ${last4(value)}`,
    bin,
    last4,
    expiry,
  },
};

function bin({ number }: Card): string {
  return number.slice(0, Math.min(6, number.length - 8));
}

function last4(value: Card): string {
  return value.number.slice(-4);
}

function expiry({ expiryMonth: month, expiryYear: year }: Pick<Card, 'expiryMonth' | 'expiryYear'>): string {
  return `${year}-${String(month).padStart(2, '0')}`;
}

function parseYear(properties: Properties, { now }: ParseContext): number {
  const year = parseInteger(properties, 'expiryYear', YEAR, NO_YEAR);
  if (Math.abs(year - now.getUTCFullYear()) > MAX_YEARS_AWAY) {
    throw new InvalidValueError('expiryYear', 'Must lie within 20 years of today.');
  }
  return year;
}

/** Reads a number, or text with its digits, as forms send it. */
function parseInteger(properties: Properties, key: string, shape: RegExp, message: string): number {
  const value = own(properties, key);
  if (value === undefined) throw new InvalidValueError(key, 'This property is required.');
  const isText = typeof value === 'string' && value.length <= MAX_TYPED_PART;
  const digits = isText ? foldCode(trim(value)) : typeof value === 'number' ? String(value) : '';
  if (!shape.test(digits)) throw new InvalidValueError(key, message);
  return Number(digits);
}
