import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/datatypes/datatype.ts';
import { JsonPointer, viewAt } from '../../src/datatypes/json-pointer.ts';
import { fc } from '../support/properties.ts';

/** The document of RFC 6901 section 5. */
const RFC = JSON.parse(
  '{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\\\j":5,"k\\"l":6," ":7,"m~n":8}',
) as Json;

describe('RFC 6901, section 5', () => {
  test.each<[string, Json]>([
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('%s', (pointer, value) => {
    expect(viewAt(pointer)(RFC)).toEqual(value);
  });
});

describe('null for what is not there', () => {
  test.each([
    ['an absent property', '/bar'],
    ['an absent property on the way', '/bar/baz/0'],
    ['past the end', '/foo/2'],
    ['the end itself', '/foo/-'],
    ['a leading zero', '/foo/00'],
    ['a sign', '/foo/+1'],
    ['the length of an array', '/foo/length'],
    ['a character of a text', '/foo/0/0'],
    ['the length of a text', '/foo/0/length'],
    ['the prototype', '/__proto__'],
    ['the constructor', '/constructor/name'],
    ['a method', '/foo/map'],
  ])('%s', (_, pointer) => {
    expect(viewAt(pointer)(RFC)).toBeNull();
  });
});

test('any property of any document is found by its escaped name', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => text !== '__proto__');
  fc.assert(
    fc.property(name, name, fc.jsonValue(), (outer, inner, value) => {
      const escaped = (text: string) => text.replaceAll('~', '~0').replaceAll('/', '~1');
      const pointer = `/${escaped(outer)}/${escaped(inner)}`;
      if (!JsonPointer.safeParse(pointer).success) return;
      const more = outer === 'more' ? 'else' : 'more';
      expect(viewAt(pointer)({ [outer]: { [inner]: value }, [more]: 'x' } as Json)).toEqual(value);
    }),
  );
});

describe('null for all that there is, which would be plain by another name', () => {
  test.each<[Json, string, Json]>([
    [{ total: '19.90 EUR' }, '/total', null],
    [{ total: '19.90 EUR', note: null, lines: [], mark: '--' }, '/total', null],
    [{ order: { total: 7 } }, '/order', null],
    [{ order: { total: 7 } }, '/order/total', null],
    [['tea'], '/0', null],
    [{ total: '19.90 EUR', paid: false }, '/total', '19.90 EUR'],
    [{ total: '19.90 EUR', lines: [{ item: 'tea' }] }, '/lines', [{ item: 'tea' }]],
    [{ total: '--' }, '/total', '--'],
  ])('%j at %s', (document, pointer, shown) => {
    expect(viewAt(pointer)(document)).toEqual(shown);
  });
});

test('~01 is ~1, not a slash', () => {
  expect(viewAt('/~01')({ '~1': 'tilde', '/': 'slash' })).toBe('tilde');
});

test.each([
  ['the whole document', ''],
  ['no leading slash', 'foo'],
  ['a tilde of its own', '/a~b'],
  ['a tilde at the end', '/a~'],
  ['no other escape', '/~2'],
  ['a URI fragment', '#/foo'],
  ['too long', `/${'x'.repeat(256)}`],
])('no pointer: %s', (_, text) => {
  expect(JsonPointer.safeParse(text).success).toBe(false);
  expect(() => viewAt(text)).toThrow();
});
