/** Random sources that repeat, types with shapes of their own, and checks written anew so that they can differ. */
import { randomFillSync } from 'node:crypto';
import type { RandomSource } from '../../src/crypto/random.ts';
import { card } from '../../src/datatypes/card.ts';
import type { DataType, Shape, ShapedFormat } from '../../src/datatypes/datatype.ts';
import { text } from '../../src/datatypes/text.ts';

/** Mulberry32: even enough for a chi-square, and the same bytes for the same seed. */
export function seeded(seed: number): RandomSource {
  let state = seed >>> 0;
  return (sizeBytes) => {
    const bytes = Buffer.alloc(sizeBytes);
    for (let i = 0; i < sizeBytes; i += 1) {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      bytes[i] = (mixed ^ (mixed >>> 14)) >>> 24;
    }
    return bytes;
  };
}

/** The operating system's randomness, a megabyte at a time and without a copy. */
export function batched(): RandomSource {
  const batch = Buffer.alloc(1 << 20);
  let used = batch.length;
  return (sizeBytes) => {
    if (used + sizeBytes > batch.length) {
      randomFillSync(batch);
      used = 0;
    }
    used += sizeBytes;
    return batch.subarray(used - sizeBytes, used);
  };
}

/** A type whose values are texts, with one shape; nothing is real to it unless said, so that the format stands alone. */
export function textType(format: ShapedFormat, isReal: (token: string) => boolean = () => false): DataType<string> {
  return { ...text, shapes: { [format]: { source: (value: string) => value, isReal } } };
}

const cardNumber: Shape<{ number: string }> = {
  source: ({ number }) => number,
  isReal: (token) => /^\d{12,19}$/.test(token) && luhn(token),
};
export const cardType: DataType = { ...card, shapes: { card: cardNumber } };
/** To this one no number is real, so that its tokens are what the format alone makes them. */
export const loneCard: DataType = { ...card, shapes: { card: { ...cardNumber, isReal: () => false } } };
/** A published test number; no issuer hands it out. */
export const visa = { number: '4242424242424242', expiryMonth: 1, expiryYear: 2030, holder: 'Ada Byron' };

/** ISO/IEC 7812-1 annex B, by a table of doubled digits. */
export function luhn(digits: string): boolean {
  const doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
  let sum = 0;
  for (let i = digits.length - 1, twice = false; i >= 0; i -= 1, twice = !twice) {
    const digit = digits.charCodeAt(i) - 48;
    sum += twice ? doubled[digit]! : digit;
  }
  return sum % 10 === 0;
}

/** ISO/IEC 7064 MOD 97-10, on the whole number at once. */
export function mod97(iban: string): bigint {
  const digits = [...(iban.slice(4) + iban.slice(0, 4))].map((letter) => Number.parseInt(letter, 36)).join('');
  return BigInt(digits) % 97n;
}

/** Pearson's statistic of counts that should be equal. */
export function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
