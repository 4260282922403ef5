/** What lies packed in a store comes back as it was, whatever it was, and whatever somebody put there by hand. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACTIONS } from '../../src/access/actions.ts';
import { OUTCOMES } from '../../src/audit/entries.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import { dataTypes } from '../../src/datatypes/registry.ts';
import { type IdKind, isId, newId, newTenantId, newToken, sizeOfId } from '../../src/ids.ts';
import { idPacking, idsPacking, wordPacking } from '../../src/storage/packed.ts';
import { WORDS } from '../../src/storage/words.ts';

/** How many words stores may have by their place, and a hash of them. */
const FROZEN = 96;
const OF_THEM = 'f28e0db2688bd6eb43220fe74cc7d2a871b9f10c1fca372acb48a6cf440f31f6';
const random = pooledRandom();
const KINDS = ['record', 'tenant', 'token'] as const;
const made = (kind: IdKind) => {
  if (kind === 'token') return newToken(random);
  return kind === 'tenant' ? newTenantId(random) : newId('record', random, new Date());
};
/** Texts around the lengths that ids have, too. */
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 4, maxLength: 22 }));

test.each(KINDS)('an id of a %s takes its bytes, any other text a few more, and both come back', (kind) => {
  const { pack, unpack } = idPacking(kind);
  const id = made(kind);
  expect(pack(id)).toHaveLength(sizeOfId(kind));
  expect(unpack(pack(id))).toBe(id);
  fc.assert(
    fc.property(text, (any) => {
      expect(unpack(pack(any))).toBe(any);
      expect(pack(any).length).not.toBe(sizeOfId(kind));
    }),
  );
});

test.each(KINDS)('whatever lies in a column of ids of a %s is read, and is an id only if it is one', (kind) => {
  const { pack, unpack } = idPacking(kind);
  const hostile = fc.uint8Array({ maxLength: 24 });
  fc.assert(
    fc.property(hostile, (bytes) => {
      const read = unpack(Buffer.from(bytes));
      if (isId(kind, read)) expect(pack(read)).toEqual(Buffer.from(bytes));
    }),
  );
});

test('a list of ids comes back in order, and what was cut short is no id', () => {
  const { pack, unpack } = idsPacking('record');
  const ids = [made('record'), made('record'), made('record')];
  expect(unpack(pack(ids))).toEqual(ids);
  expect(unpack(pack([]))).toEqual([]);
  const cut = unpack(pack(ids).subarray(0, 40));
  expect(cut.map((id) => isId('record', id))).toEqual([true, true, false]);
});

test('a common word takes a byte, any other its text, and both come back', () => {
  const { pack, unpack } = wordPacking;
  for (const word of WORDS) expect([pack(word).length, unpack(pack(word))]).toEqual([1, word]);
  fc.assert(fc.property(text, (any) => void expect(unpack(pack(any))).toBe(any)));
  // As of a later release.
  expect(unpack(Buffer.from([254]))).toBe('?254');
});

test('the list of words has every word of the vault’s own once, and is never reordered', () => {
  expect(new Set(WORDS).size).toBe(WORDS.length);
  expect(WORDS.length).toBeLessThan(255);
  const parts = dataTypes().flatMap(({ name, parts }) => Object.keys(parts ?? {}).map((part) => `${name}.${part}`));
  const own = [...ACTIONS, ...OUTCOMES, ...dataTypes().map(({ name }) => name), ...parts];
  expect(own.filter((word) => !WORDS.includes(word))).toEqual([]);
  expect(createHash('sha256').update(WORDS.slice(0, FROZEN).join(' ')).digest('hex')).toBe(OF_THEM);
});
