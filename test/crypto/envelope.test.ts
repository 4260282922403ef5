import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { aeadOpen, aeadSeal } from '../../src/crypto/aead.ts';
import { associatedData } from '../../src/crypto/associated-data.ts';
import { blake2b, domain } from '../../src/crypto/blake2b.ts';
import { envelopeSizeBytes, open, seal, unwrapKey, wrapKey } from '../../src/crypto/envelope.ts';
import { paddedSizeBytes } from '../../src/crypto/padding.ts';
import { pooledRandom, type RandomSource } from '../../src/crypto/random.ts';
import { IntegrityError } from '../../src/errors.ts';
import { fc } from '../support/properties.ts';
import { twoKeyCiphertext } from './two-key-ciphertext.ts';

const random = pooledRandom();
const key = random(32);
const ad = associatedData('value', 'ten_a', 'rec_a', 'email', 1, 1);
const value = Buffer.from('"ada@example.com"');
const VALUE = 'lethe value 01';
const WRAP = 'lethe wrap 02';

/** An envelope made by hand, so that it can be wrong in one way and right in every other. */
function forge(parts: { suite: number; use: string; text: Uint8Array; key?: Uint8Array; commitmentKey?: Uint8Array }) {
  const nonce = random(24);
  const okm = (under: Uint8Array) =>
    blake2b(under, 64, domain(parts.use), 24 + ad.length, (memory, at) => {
      memory.set(nonce, at);
      memory.set(ad, at + 24);
    });
  const sealedUnder = parts.key ?? key;
  const commitment = okm(parts.commitmentKey ?? sealedUnder).subarray(32);
  const encryptionKey = okm(sealedUnder).subarray(0, 32);
  return Buffer.concat([Buffer.of(parts.suite), nonce, commitment, aeadSeal(parts.text, encryptionKey, nonce, ad)]);
}

function padded(plaintextBytes: number, paddedBytes: number): Buffer {
  const text = Buffer.alloc(paddedBytes);
  text.writeUInt32BE(plaintextBytes, 0);
  return text;
}

test('what is sealed opens, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 3000 }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ maxLength: 200 }),
      (plaintext, anyKey, anyAd) => {
        const envelope = seal(plaintext, anyKey, anyAd, random);
        expect(envelope.length).toBe(envelopeSizeBytes(plaintext.length));
        return open(envelope, anyKey, anyAd).equals(plaintext);
      },
    ),
  );
});

test('what is wrapped unwraps, in 105 bytes', () => {
  const dek = random(32);
  const wrapped = wrapKey(dek, key, ad, random);
  expect(wrapped.length).toBe(105);
  expect(unwrapKey(wrapped, key, ad)).toEqual(dek);
});

test('the same value sealed twice shares nothing but the suite', () => {
  const [a, b] = [seal(value, key, ad, random), seal(value, key, ad, random)];
  expect(a[0]).toBe(1);
  for (let at = 1; at + 8 <= a.length; at += 1) expect(b.includes(a.subarray(at, at + 8))).toBe(false);
});

describe.each([
  { name: 'a value', sealed: seal(value, key, ad, random), read: open },
  { name: 'a wrapped key', sealed: wrapKey(random(32), key, ad, random), read: unwrapKey },
])('$name', ({ sealed, read }) => {
  test('is refused after any change of any byte of it, of its key, or of its associated data', () => {
    const flipped = (bytes: Uint8Array, at: number, mask: number) => {
      const copy = Buffer.from(bytes);
      copy[at]! ^= mask;
      return copy;
    };
    for (const mask of [0x01, 0x80, 0xff]) {
      for (let at = 0; at < sealed.length; at += 1) {
        expect(() => read(flipped(sealed, at, mask), key, ad), `byte ${at}`).toThrow(IntegrityError);
      }
      for (let at = 0; at < key.length; at += 1) {
        expect(() => read(sealed, flipped(key, at, mask), ad)).toThrow(IntegrityError);
      }
      for (let at = 0; at < ad.length; at += 1) {
        expect(() => read(sealed, key, flipped(ad, at, mask))).toThrow(IntegrityError);
      }
    }
  });

  test('is refused when cut, or longer by a byte, at either end', () => {
    for (let size = 0; size < sealed.length; size += 1) {
      expect(() => read(sealed.subarray(0, size), key, ad)).toThrow(IntegrityError);
      expect(() => read(sealed.subarray(sealed.length - size), key, ad)).toThrow(IntegrityError);
    }
    expect(() => read(Buffer.concat([sealed, Buffer.of(0)]), key, ad)).toThrow(IntegrityError);
    expect(() => read(sealed, key, ad.subarray(0, -1))).toThrow(IntegrityError);
    expect(() => read(sealed, key, Buffer.concat([ad, Buffer.of(0)]))).toThrow(IntegrityError);
  });

  test('opens again after all that, and is left as it was', () => {
    const before = Buffer.from(sealed);
    read(sealed, key, ad);
    expect(sealed).toEqual(before);
  });
});

test('a suite never opens as the other, even with its byte changed', () => {
  const asKey = forge({ suite: 1, use: VALUE, text: random(32) });
  const asValue = forge({ suite: 2, use: WRAP, text: padded(10, 64) });
  for (const suite of [0, 1, 2, 3, 255]) {
    asKey[0] = suite;
    asValue[0] = suite;
    expect(() => unwrapKey(asKey, key, ad)).toThrow(IntegrityError);
    expect(() => open(asValue, key, ad)).toThrow(IntegrityError);
  }
});

test('a wrapped key is 32 bytes, also when whoever made it had the right key', () => {
  expect(unwrapKey(forge({ suite: 2, use: WRAP, text: random(32) }), key, ad).length).toBe(32);
  for (const sizeBytes of [0, 16, 31, 33, 64]) {
    expect(() => unwrapKey(forge({ suite: 2, use: WRAP, text: random(sizeBytes) }), key, ad)).toThrow(IntegrityError);
  }
});

describe('commitment', () => {
  test('an envelope with the right tag and the commitment of another key is refused under both', () => {
    const other = random(32);
    const text = padded(10, 64);
    expect(open(forge({ suite: 1, use: VALUE, text }), key, ad).length).toBe(10);
    const envelope = forge({ suite: 1, use: VALUE, text, commitmentKey: other });
    expect(() => open(envelope, key, ad)).toThrow(IntegrityError);
    expect(() => open(envelope, other, ad)).toThrow(IntegrityError);
  });

  test('a ciphertext that the cipher opens under two keys unwraps under the one it commits to, and no other', () => {
    const keks = [random(32), random(32)] as const;
    const nonce = random(24);
    const okms = keks.map((kek) =>
      blake2b(kek, 64, domain(WRAP), 24 + ad.length, (memory, at) => {
        memory.set(nonce, at);
        memory.set(ad, at + 24);
      }),
    );
    const [first, second] = okms.map((okm) => okm.subarray(0, 32)) as [Buffer, Buffer];
    const sealed = twoKeyCiphertext(first, second, nonce, ad);
    // The cipher alone is satisfied both times, with two different keys inside.
    const inside = aeadOpen(sealed, first, nonce, ad);
    expect(aeadOpen(sealed, second, nonce, ad)).not.toEqual(inside);

    const wrapped = Buffer.concat([Buffer.of(2), nonce, okms[0]!.subarray(32), sealed]);
    expect(unwrapKey(wrapped, keks[0], ad)).toEqual(inside);
    expect(() => unwrapKey(wrapped, keks[1], ad)).toThrow(IntegrityError);
  });
});

describe('padding', () => {
  test('only zeros, up to the one class, are accepted under a right tag', () => {
    const opens = (text: Buffer) => open(forge({ suite: 1, use: VALUE, text }), key, ad);
    expect(opens(padded(60, 64)).length).toBe(60);
    for (const at of [14, 40, 63]) {
      const text = padded(10, 64);
      text[at] = 1;
      expect(() => opens(text), `byte ${at}`).toThrow(IntegrityError);
    }
    expect(() => opens(padded(10, 128))).toThrow(IntegrityError);
    expect(() => opens(padded(61, 64))).toThrow(IntegrityError);
    expect(() => opens(padded(0xffff_ffff, 64))).toThrow(IntegrityError);
    expect(() => opens(Buffer.alloc(0))).toThrow(IntegrityError);
    expect(() => opens(Buffer.alloc(3))).toThrow(IntegrityError);
  });

  test('envelopes of one length class have one length, whatever the values', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5000 }), fc.nat({ max: 5000 }), (a, b) => {
        const sizes = [a, b].map((sizeBytes) => seal(Buffer.alloc(sizeBytes, 0x61), key, ad, random).length);
        return (sizes[0] === sizes[1]) === (paddedSizeBytes(a) === paddedSizeBytes(b));
      }),
    );
    const lengths = new Set(Array.from({ length: 61 }, (_, n) => seal(Buffer.alloc(n), key, ad, random).length));
    expect([...lengths]).toEqual([137]);
  });
});

describe('mistakes of ours', () => {
  test('a key of another size is refused', () => {
    const sealed = seal(value, key, ad, random);
    for (const wrong of [Buffer.alloc(0), Buffer.alloc(31), Buffer.alloc(64)]) {
      expect(() => seal(value, wrong, ad, random)).toThrow(RangeError);
      expect(() => open(sealed, wrong, ad)).toThrow(RangeError);
      expect(() => wrapKey(wrong, key, ad, random)).toThrow(RangeError);
      expect(() => wrapKey(key, wrong, ad, random)).toThrow(RangeError);
    }
  });

  test('a random source that gives too little is refused', () => {
    expect(() => seal(value, key, ad, () => Buffer.alloc(12))).toThrow(RangeError);
  });

  test('a value of more than 16 MiB is refused', () => {
    expect(() => seal(Buffer.alloc(16 * 1024 * 1024 + 1), key, ad, random)).toThrow(RangeError);
  });
});

test('opened values and unwrapped keys have memory of their own', () => {
  expect(open(seal(value, key, ad, random), key, ad).buffer.byteLength).toBe(value.length);
  expect(unwrapKey(wrapKey(key, key, ad, random), key, ad).buffer.byteLength).toBe(32);
});

interface Case {
  name: string;
  key: string;
  nonce: string;
  ad: string;
  plaintext: string;
  envelope: string;
}
const format1: { values: Case[]; wrappedKeys: Case[] } = JSON.parse(
  readFileSync(new URL('./envelopes.format1.json', import.meta.url), 'utf8'),
);
const hex = (text: string) => Buffer.from(text, 'hex');
const fixed =
  (nonce: string): RandomSource =>
  () =>
    hex(nonce);

// Made by a second implementation, envelopes.format1.py.
describe('format 1, which every version opens', () => {
  test.each(format1.values)('value: $name', (c) => {
    expect(open(hex(c.envelope), hex(c.key), hex(c.ad)).toString('hex')).toBe(c.plaintext);
    expect(seal(hex(c.plaintext), hex(c.key), hex(c.ad), fixed(c.nonce)).toString('hex')).toBe(c.envelope);
  });

  test.each(format1.wrappedKeys)('wrapped key: $name', (c) => {
    expect(unwrapKey(hex(c.envelope), hex(c.key), hex(c.ad)).toString('hex')).toBe(c.plaintext);
    expect(wrapKey(hex(c.plaintext), hex(c.key), hex(c.ad), fixed(c.nonce)).toString('hex')).toBe(c.envelope);
  });
});
