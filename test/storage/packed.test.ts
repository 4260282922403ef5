/** What lies packed in a store comes back as it was, whatever it was, and whatever somebody put there by hand. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ACTIONS } from '../../src/access/actions.ts';
import { OUTCOMES } from '../../src/audit/entries.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import { dataTypes } from '../../src/datatypes/registry.ts';
import { type IdKind, isId, newId, newTenantId, newToken, sizeOfId } from '../../src/ids.ts';
import { idPacking, idsPacking, wordPacking } from '../../src/storage/packed.ts';
import { WORDS } from '../../src/storage/words.ts';
import { fc } from '../support/properties.ts';

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

/** Any bytes, and those that differ from a packed text only in how they end. */
const hostile = (packed: Buffer) =>
  fc.oneof(
    fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(fc.oneof(text, fc.constant(idPacking('record').unpack(packed))), fc.nat({ max: 3 }))
      .map(([any, ends]) => Buffer.concat([Buffer.from(any), Buffer.alloc(ends, 0xff)])),
    fc.constant(packed),
  );

test.each(KINDS)('whatever lies in a column of ids of a %s is read as what nothing else is read as', (kind) => {
  const { pack, unpack } = idPacking(kind);
  fc.assert(
    fc.property(hostile(pack(made(kind))), (bytes) => {
      expect(pack(unpack(bytes))).toEqual(bytes);
      if (isId(kind, unpack(bytes))) expect(bytes).toHaveLength(sizeOfId(kind));
    }),
  );
  // The text of an id beside the id.
  const id = made(kind);
  const beside = Buffer.concat([Buffer.from(id), Buffer.from([0xff])]);
  expect(unpack(beside)).not.toBe(id);
});

test('and so is whatever lies in a column of words', () => {
  const { pack, unpack } = wordPacking;
  for (let byte = 0; byte < 256; byte += 1) expect(pack(unpack(Buffer.from([byte])))).toEqual(Buffer.from([byte]));
  fc.assert(fc.property(hostile(Buffer.from([3])), (bytes) => void expect(pack(unpack(bytes))).toEqual(bytes)));
});

test('a list of ids comes back in order, and what was cut short is no id', () => {
  const { pack, unpack } = idsPacking('record');
  const ids = [made('record'), made('record'), made('record')];
  expect(unpack(pack(ids))).toEqual(ids);
  expect(unpack(pack([]))).toEqual([]);
  expect(unpack(pack(ids).subarray(0, 40)).some((id) => isId('record', id))).toBe(false);
  for (const odd of [['odd', ...ids], [...ids, ''], ['rec_x'], ['']]) expect(unpack(pack(odd))).toEqual(odd);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(text, fc.constantFrom(...ids))),
      (list) => void expect(unpack(pack(list))).toEqual(list),
    ),
  );
});

test('a common word takes a byte, any other its text, and both come back', () => {
  const { pack, unpack } = wordPacking;
  for (const word of WORDS) expect([pack(word).length, unpack(pack(word))]).toEqual([1, word]);
  fc.assert(fc.property(text, (any) => void expect(unpack(pack(any))).toBe(any)));
});

test('the list of words has each action and outcome, no data type that came later, and is never reordered', () => {
  expect(new Set(WORDS).size).toBe(WORDS.length);
  expect(WORDS.length).toBeLessThan(255);
  expect([...ACTIONS, ...OUTCOMES].filter((word) => !WORDS.includes(word))).toEqual([]);
  // A tenant may have a type of its own by a name that the house takes later. Its rows have that name as text.
  const types = dataTypes().flatMap(({ name, parts }) => [
    name,
    ...Object.keys(parts ?? {}).map((part) => `${name}.${part}`),
  ]);
  expect(WORDS.slice(FROZEN).filter((word) => types.includes(word))).toEqual([]);
  expect(createHash('sha256').update(WORDS.slice(0, FROZEN).join(' ')).digest('hex')).toBe(OF_THEM);
});
