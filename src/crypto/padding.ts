/**
 * Length classes: a value is padded before it is sealed, so that a ciphertext tells the class of its length, not the
 * length.
 *
 *   size u32 BE | plaintext | zeros up to the class
 *
 * With n = 4 + size, the class is n rounded up to a multiple of max(64, 2^(floor(log2 n) - 3)): multiples of 64 up to
 * 1 KiB, then eight classes to a doubling, so at most 12.5 % on top (after Padmé, Nikitin et al., PETS 2019, which
 * thins out further as values grow).
 * Does not: hide the class. An email address is nearly always in the first; a long text shows roughly how long it is.
 */
export const SIZE_FIELD_BYTES = 4;
const SMALLEST_CLASS_BYTES = 64;
const CLASSES_PER_DOUBLING_LOG2 = 3;

/** How many bytes are sealed for a plaintext of `plaintextBytes`. */
export function paddedSizeBytes(plaintextBytes: number): number {
  const needed = SIZE_FIELD_BYTES + plaintextBytes;
  const log2 = 31 - Math.clz32(needed);
  const step = Math.max(SMALLEST_CLASS_BYTES, 2 ** (log2 - CLASSES_PER_DOUBLING_LOG2));
  return Math.ceil(needed / step) * step;
}

/** Writes the padded plaintext to `memory`, over whatever was there. */
export function writePadded(memory: Buffer, at: number, plaintext: Uint8Array): void {
  memory.writeUInt32BE(plaintext.length, at);
  memory.set(plaintext, at + SIZE_FIELD_BYTES);
  const end = at + SIZE_FIELD_BYTES + plaintext.length;
  memory.fill(0, end, at + paddedSizeBytes(plaintext.length));
}

/**
 * The size of the plaintext in `paddedBytes` bytes at `at`, or undefined unless they are exactly what `writePadded`
 * would have written. The bytes are authentic by now, so how long this takes tells nobody anything.
 */
export function plaintextSizeBytes(memory: Buffer, at: number, paddedBytes: number): number | undefined {
  const sizeBytes = memory.readUInt32BE(at);
  // Also keeps the size within the bytes, because a class is never smaller than what it holds.
  if (paddedSizeBytes(sizeBytes) !== paddedBytes) return undefined;
  for (let i = at + SIZE_FIELD_BYTES + sizeBytes; i < at + paddedBytes; i += 1) {
    if (memory[i] !== 0) return undefined;
  }
  return sizeBytes;
}
