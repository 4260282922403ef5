import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { aeadOpen, aeadSeal } from '../../src/crypto/aead.ts';
import { IntegrityError } from '../../src/errors.ts';

interface Vector {
  tcId: number;
  key: string;
  iv: string;
  aad: string;
  msg: string;
  ct: string;
  tag: string;
  result: 'valid' | 'invalid';
}

const path = new URL('../../../shared/vectors/xchacha20-poly1305.wycheproof.json', import.meta.url);
const found = existsSync(path);
const reason = `${path.pathname} is not here`;
const vectors: Vector[] = found
  ? JSON.parse(readFileSync(path, 'utf8')).testGroups.flatMap((group: { tests: Vector[] }) => group.tests)
  : [];
const hex = (text: string) => Buffer.from(text, 'hex');

describe('Wycheproof XChaCha20-Poly1305', () => {
  test('every valid vector seals and opens as it should', ({ skip }) => {
    skip(!found, reason);
    const valid = vectors.filter((vector) => vector.result === 'valid');
    expect(valid.length).toBe(246);
    for (const { tcId, key, iv, aad, msg, ct, tag } of valid) {
      expect(aeadSeal(hex(msg), hex(key), hex(iv), hex(aad)).toString('hex'), `${tcId}`).toBe(ct + tag);
      expect(aeadOpen(hex(ct + tag), hex(key), hex(iv), hex(aad)).toString('hex'), `${tcId}`).toBe(msg);
    }
  });

  test('every invalid vector is refused: a wrong tag as tampering, a wrong nonce size as a mistake of ours', ({
    skip,
  }) => {
    skip(!found, reason);
    const invalid = vectors.filter((vector) => vector.result === 'invalid');
    expect(invalid.length).toBe(69);
    for (const { tcId, key, iv, aad, ct, tag } of invalid) {
      const refusal = iv.length === 48 ? IntegrityError : RangeError;
      expect(() => aeadOpen(hex(ct + tag), hex(key), hex(iv), hex(aad)), `${tcId}`).toThrow(refusal);
    }
  });
});

test('what is too short to hold a tag is refused', () => {
  for (const sizeBytes of [0, 1, 15]) {
    expect(() => aeadOpen(Buffer.alloc(sizeBytes), Buffer.alloc(32), Buffer.alloc(24), Buffer.alloc(0))).toThrow(
      IntegrityError,
    );
  }
});

test('a key or a nonce of another size is refused before anything is sealed', () => {
  const none = Buffer.alloc(0);
  expect(() => aeadSeal(none, Buffer.alloc(31), Buffer.alloc(24), none)).toThrow(RangeError);
  expect(() => aeadSeal(none, Buffer.alloc(33), Buffer.alloc(24), none)).toThrow(RangeError);
  expect(() => aeadSeal(none, Buffer.alloc(32), Buffer.alloc(12), none)).toThrow(RangeError);
});
