/**
 * What a card scanner would take for a card number, for no token may set one off.
 *
 * Wider than what the `card` type accepts: a row of zeros passes the check of ISO/IEC 7812-1 annex B and is no card
 * to that type, but is one to a scanner that only adds up.
 */

/** ISO/IEC 7812-1 allows 19 digits; the shortest numbers in use have 12. */
const MIN_DIGITS = 12;
const MAX_DIGITS = 19;

const ZERO = 0x30;
const NINE = 0x39;

/** Whether a text is, all that is neither letter nor digit apart, 12 to 19 digits that pass the Luhn check. */
export function isCardLike(text: string): boolean {
  let sum = 0;
  let digits = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    const code = text.charCodeAt(i);
    if (code >= ZERO && code <= NINE) {
      const digit = code - ZERO;
      const weighed = digits % 2 === 0 ? digit : digit * 2;
      sum += weighed > 9 ? weighed - 9 : weighed;
      digits++;
    } else if (isLetter(code)) {
      return false;
    }
  }
  return digits >= MIN_DIGITS && digits <= MAX_DIGITS && sum % 10 === 0;
}

function isLetter(code: number): boolean {
  // Bit 5 is what sets a small letter of ASCII apart from its capital.
  const small = code | 0x20;
  return small >= 0x61 && small <= 0x7a;
}
