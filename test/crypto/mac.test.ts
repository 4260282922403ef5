import { expect, test } from 'vitest';
import { blake2b, domain } from '../../src/crypto/blake2b.ts';
import { deriveKey } from '../../src/crypto/kdf.ts';
import { equalBytes, mac } from '../../src/crypto/mac.ts';

const count = (sizeBytes: number) => Buffer.from(Array.from({ length: sizeBytes }, (_, i) => i & 255));
const key = count(32);
const fields = ['ten_a', 'é', 1, Number.MAX_SAFE_INTEGER, new Uint8Array([0, 255])] as const;

test('keyed BLAKE2b gives the known answers of the BLAKE2 reference (RFC 7693, blake2b-kat.txt)', () => {
  const answers = new Map([
    [
      0,
      '10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568',
    ],
    [
      1,
      '961f6dd1e4dd30f63901690c512e78e4b45e4742ed197c3c5e45c549fd25f2e4187b0bc9fe30492b16b0d0bc4ef9b0f34c7003fac09a5ef1532e69430234cebd',
    ],
    [
      128,
      '72065ee4dd91c2d8509fa1fc28a37c7fc9fa7d5b3f8ad3d0d7a25626b57b1b44788d4caf806290425f9890a3a2a35a905ab4b37acfd0da6e4517b2525c9651e4',
    ],
    [
      255,
      '142709d62e28fcccd0af97fad0f8465b971e82201dc51070faa0372aa43e92484be1c1e73ba10906d5d1853db6a4106e0a7bf9800d373d6dee2d46d62ef2a461',
    ],
  ]);
  for (const [sizeBytes, answer] of answers) {
    expect(blake2b(count(64), 64, count(sizeBytes), 0, () => {}).toString('hex')).toBe(answer);
    const message = count(sizeBytes);
    const written = blake2b(count(64), 64, new Uint8Array(0), sizeBytes, (memory, at) => memory.set(message, at));
    expect(written.toString('hex')).toBe(answer);
  }
});

// Made with Python's hashlib.blake2b over the drawn encoding.
test('mac and deriveKey are keyed BLAKE2b over the domain and the associated data', () => {
  expect(mac(key, 'index', 16, ...fields).toString('hex')).toBe('f96df156743112fa9de93f47c10f968f');
  expect(mac(key, 'index', 32, ...fields).toString('hex')).toBe(
    'fd1bfdd469a13739c1d7a8b71c8af6d096b72b04c882cf4ab16a3e15c2d2de40',
  );
  expect(mac(key, 'index', 64, ...fields).toString('hex')).toBe(
    'd9cd3b0e5f6bf5b5a7214def93768cfd5b00b8e10bca28ed763c675598d4794b5f50c5dd7f50172a162ec6d714aaafab29ca0ebbf371d4853291a716f27ca976',
  );
  expect(deriveKey(key, 'index', ...fields).toString('hex')).toBe(
    'c9fbf203a7d2aa5051ec92187eeac97751e020f4e0c0a3e186a4ca62f0e09e46',
  );
});

test('a MAC depends on the key, the label and every field', () => {
  const macs = [
    mac(key, 'index', 32, 'a', 'b'),
    mac(count(33).subarray(1), 'index', 32, 'a', 'b'),
    mac(key, 'indices', 32, 'a', 'b'),
    mac(key, 'index', 32, 'ab'),
    mac(key, 'index', 32, 'a', 'b', ''),
    mac(key, 'index', 32, 'a', 'c'),
    deriveKey(key, 'index', 'a', 'b'),
  ];
  expect(new Set(macs.map((bytes) => bytes.toString('hex'))).size).toBe(macs.length);
  expect(mac(key, 'index', 32, 'a', 'b')).toEqual(macs[0]);
});

test('a shorter MAC is not the beginning of a longer one', () => {
  expect(
    mac(key, 'l', 32, 'a')
      .subarray(0, 16)
      .equals(mac(key, 'l', 16, 'a')),
  ).toBe(false);
});

test('keys and sizes out of range are refused', () => {
  for (const sizeBytes of [0, 15, 65, 16.5, Number.NaN]) expect(() => mac(key, 'l', sizeBytes)).toThrow(RangeError);
  expect(() => mac(count(31), 'l', 32)).toThrow(RangeError);
  expect(() => mac(count(65), 'l', 32)).toThrow(RangeError);
  expect(() => blake2b(count(15), 32, key, 0, () => {})).toThrow(RangeError);
  expect(() => domain('a name of 17 byte')).toThrow(RangeError);
});

test('equalBytes says whether bytes and lengths are the same', () => {
  expect(equalBytes(count(32), count(32))).toBe(true);
  expect(equalBytes(new Uint8Array(0), new Uint8Array(0))).toBe(true);
  expect(equalBytes(count(32), count(31))).toBe(false);
  for (let i = 0; i < 32; i += 1) {
    const other = count(32);
    other[i] = 200;
    expect(equalBytes(count(32), other)).toBe(false);
  }
});
