/**
 * JSON whose numbers stay as they were written. `JSON.parse` reads each as the nearest double: 1234567890123.123456789
 * silently becomes another number, and 1e-400 becomes 0.
 *
 * Guarantees: a number that a double holds is a number. Any other is kept as its text, and `JSON.stringify` writes it
 * out again as it stood (`JSON.rawJSON`, ECMA-262 25.5.4). Code that does not know such a text sees no number, and
 * refuses it.
 */

/** A number that no double holds, as it was written. */
export interface ExactNumber {
  readonly rawJSON: string;
}

const { isRawJSON, rawJSON } = JSON as unknown as {
  isRawJSON(value: unknown): boolean;
  rawJSON(text: string): ExactNumber;
};

/** A double gives back fifteen significant digits. A number with more, or with an exponent, is looked at closely. */
const MAY_CHANGE = /(?:^|[:,[\s-])[\d.]{16,}|[\d.][eE][-+]?\d/;
const WRITTEN = /^-?(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;

/** @throws {SyntaxError} as `JSON.parse` does; its message quotes the text */
export function parseExactly(text: string): unknown {
  return MAY_CHANGE.test(text) ? JSON.parse(text, keepExact) : JSON.parse(text);
}

export function isExactNumber(value: unknown): value is ExactNumber {
  return isRawJSON(value);
}

/** Whether a number of JSON is zero, to the last of its digits. */
export function isZero(written: string): boolean {
  return decimalOf(written) === '0';
}

function keepExact(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined) return value;
  return Number.isFinite(value) && decimalOf(source) === decimalOf(String(value)) ? value : rawJSON(source);
}

/** The one text of a number without its sign: its digits without zeros at either end, and the place of its point. */
function decimalOf(written: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = WRITTEN.exec(written) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end -= 1;
  if (end === 0) return '0';
  return `${digits.slice(0, end)}e${BigInt(exponent) + BigInt(digits.length - end - fraction.length)}`;
}
