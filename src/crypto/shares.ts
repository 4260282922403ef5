/**
 * Shamir's secret sharing over GF(2^8) (Shamir, "How to Share a Secret", CACM 22, 1979), by the audited library
 * shamir-secret-sharing; this is its only importer.
 *
 * Guarantees: any `threshold` different shares of one splitting give the secret back, and fewer say nothing about it.
 * Does not: detect a wrong share. Shares that are damaged, or of different splittings, combine to other bytes without
 * an error, so the caller must check the result. It reads its tables at places that depend on secrets: use it in a
 * ceremony, not in a service that an attacker can time.
 */
import { combine, split } from 'shamir-secret-sharing';
import { secret, secrets } from '../secret.ts';

/** The library's bounds, and the field's: a share is a point other than zero. */
export const MIN_THRESHOLD = 2;
export const MAX_SHARES = 255;

/**
 * @returns `shares` pieces, each one byte longer than the secret and owned by the caller
 * @throws {RangeError} unless 2 ≤ threshold ≤ shares ≤ 255 and the secret has a byte
 */
export async function splitSecret(whole: Uint8Array, shares: number, threshold: number): Promise<Buffer[]> {
  const countable = Number.isInteger(shares) && Number.isInteger(threshold);
  if (!(countable && threshold >= MIN_THRESHOLD && threshold <= shares && shares <= MAX_SHARES && whole.length > 0)) {
    throw new RangeError(`A secret is split by 2 ≤ threshold ≤ shares ≤ ${MAX_SHARES}.`);
  }
  // The library refuses subclasses of Uint8Array, such as Buffer; the copy has its own memory.
  using copy = secret(Uint8Array.from(whole));
  return (await split(copy, shares, threshold)).map(owned);
}

/**
 * @param pieces at least two; more than the threshold do no harm
 * @returns the secret, if these are enough shares of one splitting; otherwise bytes that mean nothing
 * @throws {RangeError} where two pieces lie at the same place, or have different lengths
 */
export async function combineShares(pieces: readonly Uint8Array[]): Promise<Buffer> {
  using copies = secrets(pieces.map((piece) => Uint8Array.from(piece)));
  try {
    return owned(await combine(copies));
  } catch {
    throw new RangeError('These pieces cannot be combined.');
  }
}

/** The same memory as a Buffer: the library allocates each result by itself. */
function owned(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
