/**
 * Message authentication codes: keyed BLAKE2b over a label and fields.
 *
 * Guarantees: a pseudorandom function of (key, label, size, fields); different lists of fields are different messages.
 * The fields exist in wasm memory only while they are hashed. Unrelated to `deriveKey` under the same key.
 * Does not: protect a low-entropy field from whoever holds the key.
 */
import { timingSafeEqual } from 'node:crypto';
import { associatedDataSizeBytes, type Field, writeAssociatedData } from './associated-data.ts';
import { blake2b, domain } from './blake2b.ts';

const MAC_DOMAIN = domain('lethe mac');
const MIN_KEY_BYTES = 32;

/**
 * @param sizeBytes 16 to 64; a shorter MAC is not the beginning of a longer one
 */
export function mac(key: Uint8Array, label: string, sizeBytes: number, ...fields: Field[]): Buffer {
  return keyedHash(MAC_DOMAIN, key, label, sizeBytes, fields);
}

/** Whether the bytes are the same, in a time that depends on the lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What `mac` and `deriveKey` share; `use`, a domain, keeps them apart. */
export function keyedHash(
  use: Uint8Array,
  key: Uint8Array,
  label: string,
  sizeBytes: number,
  fields: readonly Field[],
): Buffer {
  if (key.length < MIN_KEY_BYTES) throw new RangeError('A key has at least 32 bytes.');
  return blake2b(key, sizeBytes, use, associatedDataSizeBytes(label, fields), (memory, at) => {
    writeAssociatedData(memory, at, label, fields);
  });
}
