import { expect, test } from 'vitest';
import { associatedData, associatedDataSizeBytes, type Field } from '../../src/crypto/associated-data.ts';
import { fc } from '../support/properties.ts';

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', '\udc00', '\ufffd', 'a\ud800', ''),
  fc.maxSafeNat(),
  fc.uint8Array({ maxLength: 20 }),
);

test('the encoding is the drawn one', () => {
  expect(
    associatedData('index', 'ten_a', 'é', 1, Number.MAX_SAFE_INTEGER, new Uint8Array([0, 255])).toString('hex'),
  ).toBe(
    '060100000005696e646578010000000574656e5f610100000002c3a9030000000800000000000000010300000008001fffffffffffff040000000200ff',
  );
  expect(associatedData('', '\ud800').toString('hex')).toBe('020100000000020000000200d8');
});

test('two lists have the same bytes exactly when they are the same', () => {
  const list = fc.tuple(fc.string(), fc.array(field, { maxLength: 4 }));
  // Text and its bytes are different fields, so a tag tells them apart.
  const plain = ([label, fields]: [string, Field[]]) =>
    JSON.stringify([
      label,
      fields.map((f) => (f instanceof Uint8Array ? { bytes: Buffer.from(f).toString('hex') } : f)),
    ]);
  fc.assert(
    fc.property(list, list, (a, b) => {
      const same = associatedData(a[0], ...a[1]).equals(associatedData(b[0], ...b[1]));
      return same === (plain(a) === plain(b));
    }),
    { numRuns: 2000 },
  );
});

test('look-alikes differ', () => {
  const lists: [string, ...Field[]][] = [
    ['l'],
    ['l', ''],
    ['l', '', ''],
    ['l', '1'],
    ['l', 1],
    ['l', new Uint8Array([0x31])],
    ['l', new Uint8Array(8)],
    ['l', 0],
    ['l', 'ab', 'c'],
    ['l', 'a', 'bc'],
    ['la', 'bc'],
    ['l', '\ud800'],
    ['l', '\ud801'],
    ['l', '\ufffd'],
  ];
  expect(new Set(lists.map((list) => associatedData(...list).toString('hex'))).size).toBe(lists.length);
});

test('the size is known beforehand', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(field), (label, fields) => {
      return associatedDataSizeBytes(label, fields) === associatedData(label, ...fields).length;
    }),
  );
});

test('a number that eight bytes cannot name exactly is refused', () => {
  for (const number of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER + 1]) {
    expect(() => associatedData('l', number)).toThrow(RangeError);
  }
  expect(() => associatedData('l', ...new Array<number>(255).fill(0))).toThrow(RangeError);
});
