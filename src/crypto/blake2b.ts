/**
 * Keyed BLAKE2b (RFC 7693) over a domain and a message.
 *
 *   BLAKE2b(key, domain 16 | message)
 *
 * Guarantees: a pseudorandom function of (key, output length, message) for each domain, and unrelated functions for
 * different domains, because every input starts with its sixteen bytes. Collision-resistant over key and message, for
 * outputs of 32 bytes and more. (BLAKE2b has a parameter for this, the personalisation, but the JavaScript build of
 * libsodium leaves it out.)
 */
import { raw, withMemory } from './sodium.ts';

export const DOMAIN_BYTES = 16;
const MIN_HASH_BYTES = 16;
const MAX_HASH_BYTES = 64;
const MIN_KEY_BYTES = 16;
const MAX_KEY_BYTES = 64;

/** One use of a key: its name in ASCII, then zeros, 16 bytes. */
export function domain(name: string): Buffer {
  const bytes = Buffer.alloc(DOMAIN_BYTES);
  if (bytes.write(name, 'latin1') !== name.length) throw new RangeError('A domain has at most 16 letters.');
  return bytes;
}

/** The primitive on wasm addresses, for callers inside `withMemory`. */
export function blake2bAt(
  out: number,
  outBytes: number,
  message: number,
  messageBytes: number,
  key: number,
  keyBytes: number,
): void {
  const status = raw._crypto_generichash(out, outBytes, message, messageBytes, 0, key, keyBytes);
  if (status !== 0) throw new RangeError('BLAKE2b refused its parameters.');
}

/**
 * The hash under `key` of `prefix` and of the `bodyBytes` bytes that `writeBody` puts at its offset. The message exists
 * in wasm memory only, and is wiped there.
 * @param outBytes 16 to 64
 * @throws {RangeError} for another length, and for a key not of 16 to 64 bytes
 */
export function blake2b(
  key: Uint8Array,
  outBytes: number,
  prefix: Uint8Array,
  bodyBytes: number,
  writeBody: (memory: Buffer, at: number) => void,
): Buffer {
  if (!(Number.isInteger(outBytes) && outBytes >= MIN_HASH_BYTES && outBytes <= MAX_HASH_BYTES)) {
    throw new RangeError('A MAC has 16 to 64 bytes.');
  }
  if (key.length < MIN_KEY_BYTES || key.length > MAX_KEY_BYTES) {
    throw new RangeError('A BLAKE2b key has 16 to 64 bytes.');
  }
  const messageBytes = prefix.length + bodyBytes;
  return withMemory(key.length + outBytes + messageBytes, (memory, keyAt) => {
    const outAt = keyAt + key.length;
    const messageAt = outAt + outBytes;
    memory.set(key, keyAt);
    memory.set(prefix, messageAt);
    writeBody(memory, messageAt + prefix.length);
    blake2bAt(outAt, outBytes, messageAt, messageBytes, keyAt, key.length);
    const out = Buffer.allocUnsafeSlow(outBytes);
    memory.copy(out, 0, outAt, outAt + outBytes);
    return out;
  });
}
