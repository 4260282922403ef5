/**
 * A bank account where IBANs are not in use: the bank, by ABA routing number, BIC or both, and the account number. Two
 * accounts are the same if bank and number are; checking or savings makes no difference. If an account names both, the
 * routing number tells the bank. A BIC's branch `XXX` means the same as no branch (ISO 9362).
 *
 * It does not check the account number, whose form each bank decides, nor that bank or account exist. Leading zeros
 * count.
 */
import { isValidBIC } from 'ibantools';
import { z } from 'zod';
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { bare, fold, SEPARATOR } from './normalise.ts';
import { optionalString, type Properties, requiredString, requireObject, requireString, typedText } from './shape.ts';

const MAX_TYPED = 64;
const PROPERTIES = new Set(['routingNumber', 'bic', 'accountNumber', 'accountType']);
const ACCOUNT_TYPES = ['checking', 'savings'] as const;
const MIN_ACCOUNT = 4;
/** ISO 20022, Max34Text; the field that ACH has for it (Nacha, DFI Account Number). */
const MAX_ACCOUNT = 34;
const MAX_US_ACCOUNT = 17;
/** The Federal Reserve districts, thrifts, electronic numbers and traveller's cheques (ABA routing number policy). */
const ROUTING = /^(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}$/;
const LAST4 = /^[A-Z0-9]{4}$/;
const WEIGHTS = [3, 7, 1];

export type BankAccount = {
  readonly routingNumber?: string;
  readonly bic?: string;
  readonly accountNumber: string;
  readonly accountType?: (typeof ACCOUNT_TYPES)[number];
};

export const bankAccount: DataType<BankAccount> = {
  name: 'bank_account',
  version: 1,
  category: 'payment',
  description:
    'A bank account: {routingNumber?, bic?, accountNumber, accountType?}; a US routing number (ABA, 9 digits) or a ' +
    'BIC (ISO 9362) or both; an account number of 4 to 34 letters and digits, 17 at most with a routing number; ' +
    'checking or savings. Comes back in upper case without spaces and hyphens; accounts of one bank and number are ' +
    'the same. Views: masked (****6789), last4 (6789; of a number under eight its second half at most), routing ' +
    '(021000021: the routing number, or else the BIC).',
  input: z.strictObject({
    routingNumber: typedText.optional().describe('ABA routing number, 9 digits. This or `bic` must be there.'),
    bic: typedText.optional().describe('BIC (ISO 9362), 8 or 11 characters.'),
    accountNumber: typedText.describe('4 to 34 letters and digits, 17 at most with a routing number.'),
    accountType: typedText.optional().describe('`checking` or `savings`.'),
  }),
  plain: z.strictObject({
    routingNumber: z.string().optional().describe('ABA routing number, 9 digits.'),
    bic: z.string().optional().describe('BIC (ISO 9362).'),
    accountNumber: z.string().describe('Letters and digits, without spaces.'),
    accountType: z.string().optional().describe('`checking` or `savings`.'),
  }),
  examples: [
    { routingNumber: '021000021', accountNumber: '0001 2345 6789', accountType: 'checking' },
    { bic: 'DEUTDEFF', accountNumber: '0532013000' },
  ],
  spread: 'unique',
  guessable: { shown: (value) => [bankOf(value), last4(value)] },

  compared: {
    last4: {
      description:
        'The last four characters of the account number; no account is told by it that has fewer than eight.',
      input: typedText.describe('Four letters or digits.'),
      examples: ['6789'],
      parse(input) {
        const last = bare(requireString(input), MAX_TYPED) ?? '';
        if (!LAST4.test(last)) throw new InvalidValueError('', 'Must be four letters or digits.');
        return last;
      },
      of: ({ accountNumber: account }) => (account.length < 8 ? undefined : account.slice(-4)),
    },
  },

  parse(input) {
    const properties = requireObject(input, PROPERTIES);
    const routing = parseRouting(properties);
    const bic = parseBic(properties);
    if (routing === undefined && bic === undefined) {
      throw new InvalidValueError('', 'Must have a routing number or a BIC.');
    }
    const account = parseAccount(properties, routing === undefined ? MAX_ACCOUNT : MAX_US_ACCOUNT);
    const type = parseType(properties);
    return {
      ...(routing === undefined ? {} : { routingNumber: routing }),
      ...(bic === undefined ? {} : { bic }),
      accountNumber: account,
      ...(type === undefined ? {} : { accountType: type }),
    };
  },

  canonical(value) {
    return bankOf(value) + SEPARATOR + value.accountNumber;
  },

  views: {
    masked: (value) => `****${last4(value)}`,
    last4,
    routing: (value) => value.routingNumber ?? value.bic ?? '',
  },
};

function bankOf({ routingNumber, bic }: BankAccount): string {
  return routingNumber ?? bic?.replace(/^(.{8})XXX$/, '$1') ?? '';
}

/** Half of a short number stays hidden. */
function last4({ accountNumber: account }: BankAccount): string {
  return account.slice(-Math.min(4, Math.floor(account.length / 2)));
}

function parseRouting(properties: Properties): string | undefined {
  const typed = optionalString(properties, 'routingNumber');
  if (typed === undefined) return undefined;
  const routing = bare(typed, MAX_TYPED) ?? '';
  if (!ROUTING.test(routing)) throw new InvalidValueError('routingNumber', 'Must be an ABA number of 9 digits.');
  let sum = 0;
  for (const [place, digit] of [...routing].entries()) sum += Number(digit) * (WEIGHTS[place % 3] ?? 0);
  if (sum === 0 || sum % 10 !== 0) throw new InvalidValueError('routingNumber', 'The check digit is wrong.');
  return routing;
}

function parseBic(properties: Properties): string | undefined {
  const typed = optionalString(properties, 'bic');
  if (typed === undefined) return undefined;
  const bic = bare(typed, MAX_TYPED) ?? '';
  if (!isValidBIC(bic)) throw new InvalidValueError('bic', 'Must be a BIC of 8 or 11 characters (ISO 9362).');
  return bic;
}

function parseAccount(properties: Properties, max: number): string {
  const account = bare(requiredString(properties, 'accountNumber'), MAX_TYPED) ?? '';
  if (account.length < MIN_ACCOUNT || account.length > max) {
    throw new InvalidValueError('accountNumber', `Must be ${MIN_ACCOUNT} to ${max} letters and digits.`);
  }
  return account;
}

function parseType(properties: Properties): BankAccount['accountType'] {
  const typed = optionalString(properties, 'accountType');
  if (typed === undefined) return undefined;
  const type = ACCOUNT_TYPES.find((known) => known === fold(typed.slice(0, MAX_TYPED)));
  if (type === undefined) throw new InvalidValueError('accountType', 'Must be checking or savings.');
  return type;
}
