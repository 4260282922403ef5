/** Decimal digits without bias. */
import type { RandomSource } from '../../crypto/random.ts';

/** Five bytes give 12 digits: only the lowest 10^12 of 2^40 numbers are used, so that every digit is as likely. */
const DRAW_BYTES = 5;
const DRAW_DIGITS = 12;
const LIMIT = 10 ** DRAW_DIGITS;
/** One draw in eleven is above the limit; 100 in a row do not happen by chance (10^-104). */
const MAX_DRAWS = 100;

/** @throws {RangeError} if the source gives no usable bytes */
export function drawDigits(count: number, random: RandomSource): string {
  let digits = '';
  for (let left = count; left > 0; left -= DRAW_DIGITS) {
    const size = Math.min(left, DRAW_DIGITS);
    // The limit is a multiple of every smaller power of ten, so the remainder is as even as the number.
    digits += String(below(random) % 10 ** size).padStart(size, '0');
  }
  return digits;
}

function below(random: RandomSource): number {
  for (let i = 0; i < MAX_DRAWS; i++) {
    const number = random(DRAW_BYTES).readUIntBE(0, DRAW_BYTES);
    if (number < LIMIT) return number;
  }
  throw new RangeError('The random source gives the same bytes again and again.');
}
