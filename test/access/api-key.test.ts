/** The API key as text: recognised by its shape and checksum before any store is asked. */
import { expect, test } from 'vitest';
import { newApiKey, parseApiKey } from '../../src/access/api-key.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import { newId } from '../../src/ids.ts';
import { fc } from '../support/properties.ts';

const random = pooledRandom();
const fresh = () => {
  const id = newId('apiKey', random, new Date());
  return { id, ...newApiKey(id, random) };
};

test('a new key has the form that secret scanners look for, and is read back as what was made', () => {
  for (let i = 0; i < 200; i += 1) {
    const { id, text, secret } = fresh();
    expect(text).toMatch(/^lethe_[0-9a-z]{26}_[A-Za-z0-9_-]{43}_[0-9a-f]{8}$/);
    expect(parseApiKey(text)).toEqual({ id, secret });
    expect(secret).toHaveLength(32);
  }
});

test('the form is frozen: this key is read for as long as there are keys', () => {
  const id = 'key_01kae5m8q0e7t8v9c2n6b4d1fg';
  const text = 'lethe_01kae5m8q0e7t8v9c2n6b4d1fg_WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo_1a579df3';

  expect(parseApiKey(text)).toEqual({ id, secret: Buffer.alloc(32, 0x5a) });
});

test('a key with any one character changed, missing or added is none', () => {
  const { text } = fresh();
  const alphabet = 'abcxyzABCXYZ0129-_';
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom(...alphabet), fc.constantFrom(0, 1, 2), (at, letter, kind) => {
      const changed =
        kind === 0
          ? text.slice(0, at) + letter + text.slice(at + 1)
          : kind === 1
            ? text.slice(0, at) + text.slice(at + 1)
            : text.slice(0, at) + letter + text.slice(at);
      return changed === text || parseApiKey(changed) === undefined;
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  '',
  'lethe_',
  'Bearer lethe_x',
  `lethe_${'0'.repeat(26)}_${'A'.repeat(43)}_00000000`,
  ` ${fresh().text}`,
  `${fresh().text}\n`,
  fresh().text.toUpperCase(),
  fresh().text.replace('lethe_', 'lethe-'),
  'x'.repeat(100_000),
])('%j is none', (text) => {
  expect(parseApiKey(text)).toBeUndefined();
});

test('two keys never share a secret, nor an id', () => {
  const keys = Array.from({ length: 500 }, fresh);
  expect(new Set(keys.map((key) => key.secret.toString('hex'))).size).toBe(500);
  expect(new Set(keys.map((key) => key.id)).size).toBe(500);
});
