/**
 * An International Bank Account Number, stored in its electronic form (ISO 13616-1): country, two check digits, and the
 * account as its country writes it. Two numbers are the same if their electronic forms are the same.
 *
 * It checks country, length, structure and the two check digits against the register in ibantools. It does not check
 * the digits that some countries have inside the account (the French clé RIB, the Spanish DC): they are not part of the
 * standard, and countries abandon them (the Dutch have). It does not check that bank or account exist.
 */
import { ValidationErrorsIBAN, validateIBAN } from 'ibantools';
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { LAST4, last4Part } from './last4.ts';
import { bare } from './normalise.ts';
import { requireString, typedText } from './shape.ts';

/** The longest has 34 characters (ISO 13616-1); the rest is room for separators between its groups. */
const MAX_TYPED = 64;
const OF_THE_ACCOUNT = ValidationErrorsIBAN.WrongAccountBankBranchChecksum;
/**
 * Structures that differ in ibantools. Côte d'Ivoire's bank codes begin with two letters, like its neighbours' (BCEAO).
 */
const STRUCTURES: ReadonlyMap<string, RegExp> = new Map([['CI', /^CI\d\d[A-Z]{2}\d{22}$/]]);

export const iban: DataType<string> = {
  name: 'iban',
  version: 1,
  category: 'payment',
  description:
    'An International Bank Account Number, spaces and hyphens between its groups or not. Comes back in its electronic ' +
    'form (DE89370400440532013000), which is also what is compared. Views: masked (DE** **** **** 3000: the country ' +
    'and the last four characters), country (DE), last4 (3000).',
  input: typedText,
  examples: ['DE89 3704 0044 0532 0130 00', 'gb29nwbk60161331926819'],
  spread: 'unique',

  // The masked view shows them, too.
  parts: {
    last4: last4Part('The last four digits, which in most countries end the account number.', '3000', endOf),
  },

  shapes: {
    iban: { source: (value) => value, isReal: (token) => electronicForm(token) !== undefined },
  },

  parse(input) {
    const value = electronicForm(requireString(input));
    if (value === undefined) throw new InvalidValueError('', 'Must be a valid IBAN (ISO 13616).');
    return value;
  },

  canonical: (value) => value,

  // The shortest IBAN has 15 characters, so the last four are never most of an account.
  views: {
    masked: (value) => `${value.slice(0, 2)}** **** **** ${value.slice(-4)}`,
    country: (value) => value.slice(0, 2),
    last4: (value) => value.slice(-4),
  },
};

/** A few countries end in letters: such an IBAN is found as a whole alone. */
function endOf(value: string): string | undefined {
  const end = value.slice(-4);
  return LAST4.test(end) ? end : undefined;
}

function electronicForm(text: string): string | undefined {
  const code = bare(text, MAX_TYPED);
  if (code === undefined) return undefined;
  const structure = STRUCTURES.get(code.slice(0, 2));
  if (structure !== undefined) return structure.test(code) && hasCheckDigits(code) ? code : undefined;
  const faults = validateIBAN(code).errorCodes.filter((fault) => fault !== OF_THE_ACCOUNT);
  return faults.length === 0 ? code : undefined;
}

/** Whether the check digits are right: ISO 7064, MOD 97-10, with letters as 10 to 35. */
function hasCheckDigits(code: string): boolean {
  const digits = `${code.slice(4)}${code.slice(0, 4)}`.replace(/[A-Z]/g, (letter) =>
    String(Number.parseInt(letter, 36)),
  );
  return BigInt(digits) % 97n === 1n;
}
