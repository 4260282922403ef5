/**
 * Random bytes for keys, nonces, tokens and ids.
 *
 * Guarantees: bytes of the operating system's generator, through OpenSSL; each byte is given out once, and leaves no
 * copy in the pool. Every buffer has memory of its own, so its owner may keep it, and wipe it.
 * Does not: wipe what the caller never wipes. One pool belongs to one thread.
 */
import { randomFillSync } from 'node:crypto';

/** Gives `sizeBytes` fresh random bytes in a buffer that is the caller's alone. Tests pass a fixed one. */
export type RandomSource = (sizeBytes: number) => Buffer;

/** One fill costs about as much as two single draws of 32 bytes. */
const POOL_BYTES = 16 * 1024;

export function pooledRandom(): RandomSource {
  const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
  let used = POOL_BYTES;
  return (sizeBytes) => {
    // Not `Buffer.alloc`: a small one may live on the JavaScript heap, where the collector leaves copies behind.
    const given = Buffer.allocUnsafeSlow(sizeBytes);
    if (sizeBytes > POOL_BYTES) return randomFillSync(given);
    if (sizeBytes > POOL_BYTES - used) {
      randomFillSync(pool);
      used = 0;
    }
    pool.copy(given, 0, used, used + sizeBytes);
    pool.fill(0, used, used + sizeBytes);
    used += sizeBytes;
    return given;
  };
}
