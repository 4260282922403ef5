/** What the tables of these tests are written with. Every person, address and number in them is made up. */
import type { DataType, Json, ParseContext } from '../../src/datatypes/datatype.ts';
import { InvalidValueError } from '../../src/errors.ts';

export const CONTEXT: ParseContext = { now: new Date('2026-11-22T10:00:00Z') };

/** The stored form of an input. */
export function stored<V extends Json>(type: DataType<V>, input: unknown): V {
  return type.parse(input, CONTEXT);
}

/** What a view shows of an input. */
export function seen<V extends Json>(type: DataType<V>, view: string, input: unknown): Json {
  return type.views[view]!(stored(type, input));
}

export function canonical<V extends Json>(type: DataType<V>, input: unknown): string {
  return type.canonical(stored(type, input));
}

/** The refusal of an input; whatever else it meets with is an error of the test. */
export function refusal(type: DataType, input: unknown): InvalidValueError {
  try {
    type.parse(input, CONTEXT);
  } catch (error) {
    if (error instanceof InvalidValueError) return error;
    throw error;
  }
  throw new Error(`${type.name} accepted what it should refuse`);
}

/** The field that a refusal names. */
export function refusedField(type: DataType, input: unknown): string | undefined {
  return refusal(type, input).field;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** What a view may show of a text: its first character, where that leaves something to be known. */
export function firstOfMore(text: string): string {
  const [first = '', ...rest] = [...segmenter.segment(text)].map(({ segment }) => segment);
  const isAll = rest.length === 0 || (isTelling(first) && !isTelling(rest.join('')));
  return isAll ? '' : first;
}

function isTelling(text: string): boolean {
  return LETTER_OR_DIGIT.test(text.normalize('NFKC'));
}

export function accepts(type: DataType, input: unknown): boolean {
  try {
    type.parse(input, CONTEXT);
    return true;
  } catch (error) {
    if (error instanceof InvalidValueError) return false;
    throw error;
  }
}
