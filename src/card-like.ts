/**
 * Tells what a card scanner would take for a card number. No token may set off a scanner, and no word that is stored in
 * the clear may hold a card number (PCI DSS v4.0.1, 3.5.1: no number is readable wherever it is stored).
 *
 * This is wider than what the `card` type accepts. A row of zeros passes the check of ISO/IEC 7812-1 annex B: it is no
 * card to that type, but it is one to a scanner that only adds up.
 * Does not: find a number that was reversed, cut up, spelt out, or joined to further digits.
 */

/** ISO/IEC 7812-1 allows 19 digits; the shortest numbers in use have 12. */
const MIN_DIGITS = 12;
const MAX_DIGITS = 19;

const LETTER = /[A-Za-z]/;
const NO_DIGIT = /[^0-9]/g;
const IS_DIGIT = /\p{Nd}/u;
/** Groups of digits, with what people put between them: no letters, no other numbers, and no brackets. */
const GROUPED = /\d+(?:[^\p{L}\p{N}()[\]{}<>]{1,3}\d+)*/gu;
const GROUP = /\d+/g;
/** Characters between two digits that nobody sees. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;

/** What a schema says of a text that `holdsNoCardNumber` refuses. */
export const NO_CARD_NUMBER = 'must not hold a card number';

/**
 * Whether a text is 12 to 19 digits that pass the Luhn check. Characters that are neither letter nor digit are ignored.
 */
export function isCardLike(text: string): boolean {
  if (LETTER.test(text)) return false;
  const digits = text.replace(NO_DIGIT, '');
  return digits.length >= MIN_DIGITS && digits.length <= MAX_DIGITS && luhnSum(digits) % 10 === 0;
}

/** The sum of ISO/IEC 7812-1 annex B over ASCII digits. The digits pass if it is a multiple of ten. */
export function luhnSum(digits: string): number {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 0x30;
    const weighed = place % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum;
}

/**
 * Whether the text is free of card numbers: no group of digits, in any script, and no groups that follow each other
 * make up 12 to 19 digits that pass the Luhn check. One in ten numbers of that length passes by chance, so ask this
 * only of texts in which nobody needs such numbers.
 */
export function holdsNoCardNumber(text: string): boolean {
  if (text.length < MIN_DIGITS) return true;
  for (const [run] of inAsciiDigits(text.replace(UNSEEN, '')).matchAll(GROUPED)) {
    if (holdsCardNumber(run.match(GROUP) ?? [])) return false;
  }
  return true;
}

/**
 * Whether groups that follow each other make up a card number. Texts of callers come here before their length is
 * judged, so each digit is weighed once, for a last digit at an even place and at an odd one.
 */
function holdsCardNumber(groups: readonly string[]): boolean {
  const digits = groups.join('');
  if (digits.length < MIN_DIGITS) return false;
  /** The sums of all digits before a place, where numbers end at even places and where they end at odd ones. */
  const sums = [new Uint32Array(digits.length + 1), new Uint32Array(digits.length + 1)] as const;
  for (const [even, sum] of sums.entries()) {
    for (let place = 0; place < digits.length; place++) {
      const digit = digits.charCodeAt(place) - 0x30;
      const weighed = place % 2 === even ? digit : digit * 2;
      sum[place + 1] = (sum[place] as number) + (weighed > 9 ? weighed - 9 : weighed);
    }
  }
  const isEnd = new Uint8Array(digits.length + 1);
  for (let next = 0, to = 0; next < groups.length; next++) {
    isEnd[to] = 1;
    to += (groups[next] as string).length;
  }
  isEnd[digits.length] = 1;
  for (let from = 0; from < digits.length; from++) {
    if (isEnd[from] === 0) continue;
    for (let to = from + MIN_DIGITS; to <= from + MAX_DIGITS && to <= digits.length; to++) {
      const sum = to % 2 === 1 ? sums[0] : sums[1];
      if (isEnd[to] === 1 && ((sum[to] as number) - (sum[from] as number)) % 10 === 0) return true;
    }
  }
  return false;
}

/**
 * Turns the digits of every script (Arabic, Devanagari, Bengali, Thai …) into ASCII digits. Unicode has decimal digits
 * in rows of ten, from zero to nine (Unicode 4.6), so the number of digits before one in its row is its value.
 */
export function inAsciiDigits(text: string): string {
  return text.replace(/(?!\d)\p{Nd}/gu, (digit) => {
    const known = VALUES.get(digit) ?? worthOf(digit);
    VALUES.set(digit, known);
    return known;
  });
}

/** Of digits that were met; Unicode has some hundreds. */
const VALUES = new Map<string, string>();

function worthOf(digit: string): string {
  let value = 0;
  while (IS_DIGIT.test(String.fromCodePoint((digit.codePointAt(0) ?? 0) - value - 1))) value++;
  return String(value % 10);
}
