/**
 * JSON whose numbers stay what was written. `JSON.parse` reads each as the nearest double, so that 1234567890123.123456789
 * comes back as another number, and 1e-400 as 0, without a word.
 *
 * Guarantees: a number that a double holds is a number; any other is kept as its text, which `JSON.stringify` writes out again
 * as it stood (`JSON.rawJSON`, ECMA-262 25.5.4). What has no such use for it takes it for no number, and refuses it.
 */

/** A number that no double holds, as it was written. */
export interface ExactNumber {
  readonly rawJSON: string;
}

const { isRawJSON, rawJSON } = JSON as unknown as {
  isRawJSON(value: unknown): boolean;
  rawJSON(text: string): ExactNumber;
};

/** Of fifteen significant digits every double gives back each; more of them, or an exponent, are looked at one by one. */
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

/** One text for one number, whatever its sign: its digits without zeros at the ends, and where its point is. */
function decimalOf(written: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = WRITTEN.exec(written) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end -= 1;
  if (end === 0) return '0';
  return `${digits.slice(0, end)}e${BigInt(exponent) + BigInt(digits.length - end - fraction.length)}`;
}
