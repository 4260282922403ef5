/** The last four characters of a number, as people say them on the phone. There are some ten thousand of them. */
import { InvalidValueError } from '../errors.ts';
import type { Json, SearchPart } from './datatype.ts';
import { foldCode, trim } from './normalise.ts';
import { requireString, typedText } from './shape.ts';

export const LAST4 = /^\d{4}$/;
const MAX_TYPED = 16;

/** @throws {InvalidValueError} */
export function parseLast4(text: string, path: string): string {
  const digits = text.length > MAX_TYPED ? '' : foldCode(trim(text));
  if (!LAST4.test(digits)) throw new InvalidValueError(path, 'Must be four digits.');
  return digits;
}

/** @param of undefined for a value that is not found by them */
export function last4Part<V extends Json>(
  description: string,
  example: string,
  of: (value: V) => string | undefined,
): SearchPart<V> {
  return {
    ...{ description, examples: [example], spread: 'shared', distinct: 10_000, of },
    input: typedText.describe('Four digits.'),
    parse: (input) => parseLast4(requireString(input), ''),
  };
}
