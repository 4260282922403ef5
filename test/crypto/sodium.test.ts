/** What is left in the memory of libsodium: its heap and its stack are one buffer, searched as a whole. */
import { expect, test } from 'vitest';
import { aeadOpen, aeadSeal } from '../../src/crypto/aead.ts';
import { associatedData } from '../../src/crypto/associated-data.ts';
import { blake2b, domain } from '../../src/crypto/blake2b.ts';
import { open, seal, unwrapKey, wrapKey } from '../../src/crypto/envelope.ts';
import { deriveKey } from '../../src/crypto/kdf.ts';
import { mac } from '../../src/crypto/mac.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import { heap, sodium, withMemory } from '../../src/crypto/sodium.ts';
import { IntegrityError } from '../../src/errors.ts';

const random = pooledRandom();
const ad = associatedData('place', 'rec_a', 1);

/** The offsets in `secret` of eight bytes that are still somewhere in wasm memory. */
function found(secret: Uint8Array): number[] {
  const offsets: number[] = [];
  for (let at = 0; at + 8 <= secret.length; at += 8) {
    if (heap().includes(Buffer.from(secret.subarray(at, at + 8)))) offsets.push(at);
  }
  return offsets;
}

function okmOf(key: Uint8Array, envelope: Buffer, use: string): Buffer {
  const message = Buffer.concat([envelope.subarray(1, 25), ad]);
  return blake2b(key, 64, domain(use), message.length, (memory, at) => memory.set(message, at));
}

test('the search finds what is there', () => {
  const secret = random(32);
  withMemory(64, (memory, at) => {
    memory.set(secret, at + 3);
    expect(found(secret)).toEqual([0, 8, 16, 24]);
  });
  expect(found(secret)).toEqual([]);
});

test('sealing, opening, wrapping and MACs leave the memory exactly as it was', () => {
  const [key, dek] = [random(32), random(32)];
  for (const sizeBytes of [0, 16, 60, 61, 64, 1000, 5000]) {
    const value = random(sizeBytes);
    const before = Buffer.from(heap());
    const envelope = seal(value, key, ad, random);
    expect(open(envelope, key, ad).equals(value)).toBe(true);
    expect(() => open(envelope, dek, ad)).toThrow(IntegrityError);
    envelope[envelope.length - 1]! ^= 1;
    expect(() => open(envelope, key, ad)).toThrow(IntegrityError);
    unwrapKey(wrapKey(dek, key, ad, random), key, ad);
    mac(key, 'label', 32, value);
    deriveKey(key, 'label', value);
    const nonce = random(24);
    aeadOpen(aeadSeal(value, key, nonce, ad), key, nonce, ad);
    expect(before.equals(heap()), `${sizeBytes} bytes`).toBe(true);
  }
});

test('neither key, nor derived key, nor plaintext is found after a seal and an open', () => {
  const [key, dek] = [random(32), random(32)];
  const value = random(56);
  const envelope = seal(value, key, ad, random);
  expect(found(value)).toEqual([]);
  open(envelope, key, ad);
  const wrapped = wrapKey(dek, key, ad, random);
  unwrapKey(wrapped, key, ad);
  expect(found(key)).toEqual([]);
  expect(found(dek)).toEqual([]);
  expect(found(value)).toEqual([]);
  expect(found(okmOf(key, envelope, 'lethe value 01'))).toEqual([]);
  expect(found(okmOf(key, wrapped, 'lethe wrap 02'))).toEqual([]);
});

test('nothing is found after a value that needs a block of its own and makes the memory grow', () => {
  const key = random(32);
  const size = heap().length;
  const value = random(size);
  const envelope = seal(value, key, ad, random);
  expect(heap().length).toBeGreaterThan(size);
  const opened = open(envelope, key, ad);
  expect(opened.equals(value)).toBe(true);
  expect(found(key)).toEqual([]);
  // Start, middle, and the end, which the cipher copies to its stack.
  for (const at of [0, size / 2, size - 64]) expect(found(value.subarray(at, at + 64))).toEqual([]);
});

test('nothing is found after a call through the wrapper either', () => {
  const [key, value, nonce] = [random(32), random(40), random(24)];
  const clean = (...secrets: Uint8Array[]) => {
    for (const secret of [key, value, ...secrets]) expect(found(secret)).toEqual([]);
  };
  clean(sodium.crypto_generichash(64, value, key));
  const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(value, ad, null, nonce, key);
  clean(sealed);
  clean(sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, ad, nonce, key));
  const pair = sodium.crypto_sign_keypair();
  clean(pair.privateKey);
  clean(sodium.crypto_sign_detached(value, pair.privateKey), pair.privateKey);
});

test('a block is zeroed also when the work throws, and blocks may nest', () => {
  const [outer, inner] = [random(32), random(32)];
  expect(() =>
    withMemory(64, (memory, at) => {
      memory.set(outer, at);
      withMemory(64, (second, secondAt) => {
        second.set(inner, secondAt);
        expect(found(outer)).toHaveLength(4);
      });
      expect(found(inner)).toEqual([]);
      throw new TypeError();
    }),
  ).toThrow(TypeError);
  expect(found(outer)).toEqual([]);
});
