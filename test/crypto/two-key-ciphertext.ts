/**
 * The attack that key commitment is for: one ciphertext and tag that XChaCha20-Poly1305 opens under two keys (Albertini
 * et al., USENIX Security 2022; Len, Grubbs, Ristenpart, USENIX Security 2021). Poly1305 is linear in each block, so two
 * free blocks meet one chosen tag under two keys: two equations, two unknowns.
 */
import { createCipheriv } from 'node:crypto';

const P = (1n << 130n) - 5n;
const TAG_SPACE = 1n << 128n;

/** 32 bytes of ciphertext and a tag, valid for `nonce` and `ad` under both keys. */
export function twoKeyCiphertext(first: Uint8Array, second: Uint8Array, nonce: Uint8Array, ad: Uint8Array): Buffer {
  const keys = [oneTimeKey(first, nonce), oneTimeKey(second, nonce)] as const;
  const sizes = Buffer.alloc(16);
  sizes.writeUInt32LE(ad.length, 0);
  sizes.writeUInt32LE(32, 8);
  for (let tag = 0n; ; tag += 1n) {
    // Of each key: rhs = x r^3 + y r^2, with everything but the blocks x and y moved to the left.
    const [a, b] = keys.map(({ r, s }) => {
      let acc = 0n;
      for (let at = 0; at < ad.length; at += 16) {
        const padded = Buffer.alloc(16);
        padded.set(ad.subarray(at, at + 16));
        acc = ((acc + block(padded)) * r) % P;
      }
      const fromAd = acc * r ** 3n;
      return { r, rhs: mod(((tag + TAG_SPACE - s) % TAG_SPACE) - fromAd - block(sizes) * r) };
    }) as [{ r: bigint; rhs: bigint }, { r: bigint; rhs: bigint }];
    const determinant = mod(a.r ** 3n * b.r ** 2n - b.r ** 3n * a.r ** 2n);
    const inverse = power(determinant, P - 2n);
    const x = mod((a.rhs * b.r ** 2n - b.rhs * a.r ** 2n) * inverse) - TAG_SPACE;
    const y = mod((a.r ** 3n * b.rhs - b.r ** 3n * a.rhs) * inverse) - TAG_SPACE;
    // A whole block has bit 128 set and nothing above: one tag in sixteen gives two such blocks.
    if (x >= 0n && x < TAG_SPACE && y >= 0n && y < TAG_SPACE) return Buffer.concat([bytes(x), bytes(y), bytes(tag)]);
  }
}

/** The Poly1305 key: the start of the key stream. */
function oneTimeKey(key: Uint8Array, nonce: Uint8Array): { r: bigint; s: bigint } {
  const stream = chacha20Block(
    hchacha20(key, nonce.subarray(0, 16)),
    Buffer.concat([Buffer.alloc(8), nonce.subarray(16)]),
  );
  return {
    r: number(stream.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn,
    s: number(stream.subarray(16, 32)),
  };
}

/** A ChaCha20 block is its permuted state plus its state; HChaCha20 is the rows 0 and 3 of the permuted one. */
function hchacha20(key: Uint8Array, nonce: Uint8Array): Buffer {
  const block = chacha20Block(key, nonce);
  const start = Buffer.concat([Buffer.from('expand 32-byte k'), Buffer.alloc(32), nonce]);
  const subkey = Buffer.alloc(32);
  [0, 4, 8, 12, 48, 52, 56, 60].forEach((at, i) => {
    subkey.writeUInt32LE((block.readUInt32LE(at) - start.readUInt32LE(at)) >>> 0, 4 * i);
  });
  return subkey;
}

/** @param start counter and nonce, 16 bytes */
function chacha20Block(key: Uint8Array, start: Uint8Array): Buffer {
  return createCipheriv('chacha20', key, start).update(Buffer.alloc(64));
}

function number(littleEndian: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(littleEndian).reverse().toString('hex')}`);
}

function block(sixteen: Uint8Array): bigint {
  return number(sixteen) + TAG_SPACE;
}

function bytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(32, '0'), 'hex').reverse();
}

function mod(value: bigint): bigint {
  return ((value % P) + P) % P;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let [square, rest] = [base, exponent]; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
