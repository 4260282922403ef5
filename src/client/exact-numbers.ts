/**
 * JSON whose numbers stay as they were written. A number of JavaScript holds some 16 digits: `JSON.parse` reads
 * 1234567890123.123456789 as another number, and says nothing.
 *
 * Guarantees: a number that JavaScript holds is a `number`, as always. Any other is an `ExactNumber`, both ways.
 * Needs nothing that Node 20 lacks: its `JSON.parse` does not say how a number was written.
 */

const NUMBERS = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const DECIMAL = /^-?(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;
/** Fifteen digits always fit. A text without a longer number, and without an exponent, is read at once. */
const MAY_CHANGE = /(?:^|[:,[\s-])[\d.]{16,}|[\d.][eE][-+]?\d/;

/**
 * A number as it was written, of which JavaScript would lose digits. `String(n)` is all of it; `Number(n)`, and with it
 * arithmetic, is the nearest that JavaScript has.
 */
export class ExactNumber {
  readonly text: string;

  /** @throws {TypeError} for a text that is no number of JSON; the message does not repeat it */
  constructor(text: string) {
    if (!NUMBER.test(text)) throw new TypeError('This is no number as JSON writes it.');
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  valueOf(): number {
    return Number(this.text);
  }

  /** Other JSON than this client's gets the text: a string that is right, in place of a number that is not. */
  toJSON(): string {
    return this.text;
  }
}

/** @throws {SyntaxError} as `JSON.parse` does; its message quotes the text */
export function parseExactly(text: string): unknown {
  if (!MAY_CHANGE.test(text)) return JSON.parse(text);
  // No text of a reply begins so: the mark is drawn anew for each.
  const mark = `${globalThis.crypto.randomUUID()}:`;
  const marked = outsideStrings(text, (between) =>
    between.replace(NUMBERS, (written) => (isHeld(written) ? written : `"${mark}${written}"`)),
  );
  return JSON.parse(marked, (_, value) =>
    typeof value === 'string' && value.startsWith(mark) ? new ExactNumber(value.slice(mark.length)) : value,
  );
}

/** `JSON.stringify`, with every `ExactNumber` as the number it is. */
export function writeExactly(value: unknown): string {
  const mark = `${globalThis.crypto.randomUUID()}:`;
  let marked = false;
  const text = JSON.stringify(value, function (this: Record<string, unknown>, name: string, part: unknown) {
    // What `toJSON` made of it is in `part`; what stands there is in `this`.
    const here = this[name];
    if (!(here instanceof ExactNumber)) return part;
    marked = true;
    return `${mark}${here.text}`;
  });
  return marked ? text.replaceAll(new RegExp(`"${mark}([^"]*)"`, 'g'), '$1') : text;
}

/** Whether JavaScript has this very number. */
function isHeld(written: string): boolean {
  const nearest = Number(written);
  return Number.isFinite(nearest) && decimalOf(written) === decimalOf(String(nearest));
}

/** The one text of a number without its sign: its digits without zeros at either end, and the place of its point. */
function decimalOf(written: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(written) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end -= 1;
  if (end === 0) return '0';
  return `${digits.slice(0, end)}e${BigInt(exponent) + BigInt(digits.length - end - fraction.length)}`;
}

/** Applies `change` to what stands between the strings of a JSON text. */
function outsideStrings(text: string, change: (between: string) => string): string {
  const parts: string[] = [];
  for (let at = 0; ; ) {
    const opening = text.indexOf('"', at);
    if (opening < 0) return parts.concat(change(text.slice(at))).join('');
    const end = endOfString(text, opening);
    parts.push(change(text.slice(at, opening)), text.slice(opening, end));
    at = end;
  }
}

/** The place after the string that begins here. */
function endOfString(text: string, opening: number): number {
  for (let at = opening + 1; ; ) {
    const closing = text.indexOf('"', at);
    if (closing < 0) return text.length;
    let backslashes = 0;
    while (text[closing - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return closing + 1;
    at = closing + 1;
  }
}
