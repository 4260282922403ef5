/**
 * The number of a payment card: 12 to 19 digits, the last of which checks the others (ISO/IEC 7812-1).
 * It does not tell whether an issuer ever gave the number out.
 */
import { luhnSum } from '../card-like.ts';
import { InvalidValueError } from '../errors.ts';
import { foldCode } from './normalise.ts';

export const MAX_TYPED_NUMBER = 64;
const MIN_DIGITS = 12;
const MAX_DIGITS = 19;

const SEPARATORS = /[\s\u0085\u2010-\u2015\u2212-]+/g;
const DIGITS = /^\d+$/;

/** @throws {InvalidValueError} naming `number`, if the text is no card number. */
export function parseCardNumber(text: string): string {
  const number = digitsOf(text);
  if (number === undefined) {
    throw new InvalidValueError('number', 'Must be digits, with spaces or hyphens between them.');
  }
  if (!hasLength(number)) throw new InvalidValueError('number', 'Must have 12 to 19 digits.');
  if (!passesLuhn(number)) throw new InvalidValueError('number', 'The check digit is wrong.');
  return number;
}

/**
 * Whether some issuer could have given this number out. All first digits are accepted, because networks come and go.
 */
export function isCardNumber(text: string): boolean {
  const number = digitsOf(text) ?? '';
  return hasLength(number) && passesLuhn(number);
}

/** Digits with up to three marks or spaces between two of them. */
const DIGIT_RUN = /[0-9](?:[^\p{L}\p{N}]{0,3}[0-9])+/gu;

/** Whether a card number can be read anywhere in a text. If in doubt it says yes: one long number in four holds one. */
export function holdsCardNumber(text: string): boolean {
  for (const [run] of foldCode(text).matchAll(DIGIT_RUN)) {
    const digits = run.replaceAll(/[^0-9]/g, '');
    for (let from = 0; from + MIN_DIGITS <= digits.length; from++) {
      for (let size = MIN_DIGITS; size <= Math.min(MAX_DIGITS, digits.length - from); size++) {
        if (passesLuhn(digits.slice(from, from + size))) return true;
      }
    }
  }
  return false;
}

function digitsOf(text: string): string | undefined {
  if (text.length > MAX_TYPED_NUMBER) return undefined;
  const number = foldCode(text).replace(SEPARATORS, '');
  return DIGITS.test(number) ? number : undefined;
}

function hasLength(number: string): boolean {
  return number.length >= MIN_DIGITS && number.length <= MAX_DIGITS;
}

/** Whether the digits pass the Luhn check. Zeros alone would pass, but are no card number. */
function passesLuhn(digits: string): boolean {
  const sum = luhnSum(digits);
  return sum > 0 && sum % 10 === 0;
}
