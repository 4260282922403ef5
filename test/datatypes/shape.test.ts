import { describe, expect, test } from 'vitest';
import { name } from '../../src/datatypes/name.ts';
import { text } from '../../src/datatypes/text.ts';
import { accepts, refusedField, stored } from './expectations.ts';

describe('an unknown property is refused by name', () => {
  test.each([
    ['an ordinary one', '{"given":"Ada","middle":"B"}', 'value.middle'],
    ['__proto__ out of JSON', '{"given":"Ada","__proto__":{"family":"X"}}', 'value.__proto__'],
    ['constructor', '{"given":"Ada","constructor":1}', 'value.constructor'],
    ['one in another case', '{"Given":"Ada"}', 'value.Given'],
    ['a name unfit to be repeated', '{"given":"Ada","<b>x</b>":1}', 'value.*'],
    ['an address as a name', '{"ada@example.com":1}', 'value.*'],
    ['an empty name', '{"":1}', 'value.*'],
  ])('%s', (_, json, field) => {
    expect(refusedField(name, JSON.parse(json))).toBe(field);
  });

  test('and a long name is cut to 64 characters', () => {
    expect(refusedField(name, { ['x'.repeat(1000)]: 1 })).toBe(`value.${'x'.repeat(64)}`);
  });
});

test('properties count only where they are the value’s own', () => {
  expect(refusedField(name, Object.create({ given: 'Ada' }))).toBe('value');
  expect(stored(name, Object.assign(Object.create(null), { given: 'Ada' }))).toEqual({ given: 'Ada', family: '' });
});

test.each([[[]], [null], ['Ada'], [7], [true], [undefined], [new Date()], [new Map()], [() => 'Ada']])(
  'an object is wanted, and %o is none',
  (input) => {
    expect(refusedField(name, input)).toBe('value');
  },
);

describe('the limit of 64 KiB counts bytes of UTF-8', () => {
  test.each([
    ['ASCII at the limit', 'x'.repeat(65_536), true],
    ['ASCII over it', 'x'.repeat(65_537), false],
    ['three-byte letters at the limit', 'あ'.repeat(21_845), true],
    ['three-byte letters over it', 'あ'.repeat(21_846), false],
    ['four-byte letters over it', '😀'.repeat(16_385), false],
  ])('%s', (_, value, fits) => {
    expect(accepts(text, value)).toBe(fits);
  });

  test('over all strings of an object', () => {
    expect(refusedField(name, { given: 'x'.repeat(40_000), family: 'x'.repeat(40_000) })).toBe('value');
  });
});
