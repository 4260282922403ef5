import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/datatypes/datatype.ts';
import { document } from '../../src/datatypes/document.ts';
import { dataType } from '../../src/datatypes/registry.ts';
import { parseExactly } from '../../src/exact-json.ts';
import { fc } from '../support/properties.ts';
import { accepts, refusal, refusedField, seen, stored } from './expectations.ts';
import { documents } from './inputs.ts';

const accepted = documents.filter((input) => accepts(document, input));

/** Arrays and objects in turn, `depth` of them in each other. */
function nested(depth: number): unknown {
  let value: unknown = depth % 2 === 0 ? [] : {};
  for (let level = depth - 1; level > 0; level--) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

test('a document comes back exactly, properties in their order', () => {
  fc.assert(
    fc.property(accepted, (input) => {
      expect(JSON.stringify(stored(document, input))).toBe(JSON.stringify(input));
      expect(JSON.parse(JSON.stringify(stored(document, input)))).toEqual(stored(document, input));
    }),
    { numRuns: 500 },
  );
  const order = '{"b":1,"a":{"d":[],"c":{}},"":null,"constructor":{"prototype":0}}';
  expect(JSON.stringify(stored(document, JSON.parse(order)))).toBe(order);
});

test('a number comes back with every digit that was sent, or is refused', () => {
  const sent = '{"a":1234567890123.123456789,"b":[0.1000000000000000055511151231257827,1.5e3,-0.30]}';
  const value = stored(document, parseExactly(sent));
  expect(JSON.stringify(value)).toBe(
    '{"a":1234567890123.123456789,"b":[0.1000000000000000055511151231257827,1500,-0.3]}',
  );
  expect(JSON.stringify(stored(document, parseExactly(JSON.stringify(value))))).toBe(JSON.stringify(value));
  for (const lost of ['1e-400', '-1e-9999999', '[1e400]', '9007199254740993', '12345678901234567890.5']) {
    expect([lost, refusedField(document, parseExactly(lost))]).toEqual([lost, 'value']);
  }
});

test('a number that no double holds is none to a type that asks for one', () => {
  expect(
    refusedField(
      dataType('card'),
      parseExactly('{"number":"4242424242424242","expiryMonth":1.00000000000000001,"expiryYear":2030}'),
    ),
  ).toBe('value.expiryMonth');
  expect(refusedField(dataType('name'), parseExactly('1.00000000000000001'))).toBe('value');
  expect(stored(document, { rawJSON: '1' })).toEqual({ rawJSON: '1' });
});

test('it is a copy: what happens to the input afterwards does not reach it', () => {
  const input = { lines: [{ article: 'Panel' }] };
  const value = stored(document, input);
  input.lines[0]!.article = 'Lamp';
  expect(value).toEqual({ lines: [{ article: 'Panel' }] });
});

test('-0 is 0 at once, as it would be after JSON', () => {
  expect(Object.is((stored(document, [-0]) as number[])[0], 0)).toBe(true);
});

test.each<Json>(['order', '', 7, 0.5, true, null, [], {}])('%j is JSON, and kept as such', (value) => {
  expect(stored(document, value)).toEqual(value);
});

describe('refused', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a date', new Date(0)],
    ['a date inside', { at: new Date(0) }],
    ['a Map inside', [new Map()]],
    ['undefined inside', { gift: undefined }],
    ['a function inside', [() => 1]],
    ['a bigint inside', [7n]],
    ['not a number', [Number.NaN]],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['a whole number that JSON readers round', { order: 2 ** 53 }],
    ['the same below zero', { order: -(2 ** 53) }],
    ['a sparse array', Object.assign([], { length: 3 })],
    ['an endless sparse array', Object.assign([], { length: 2 ** 32 - 1 })],
    ['__proto__', JSON.parse('{"__proto__":{"isAdmin":true}}')],
    ['__proto__ inside', JSON.parse('[{"a":{"__proto__":1}}]')],
    ['33 levels', nested(33)],
    ['itself inside', cycle],
  ])('%s', (_, input) => {
    expect(refusedField(document, input)).toBe('value');
  });

  test('but 32 levels and 2^53 - 1 are taken', () => {
    expect(stored(document, nested(32))).toEqual(nested(32));
    expect(stored(document, [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0.1, 5e-324])).toHaveLength(4);
  });

  test('no refusal names a property, which may be personal data itself', () => {
    const { message, field } = refusal(document, { 'jane@example.com': { Zebedee: Number.NaN } });
    expect(`${message} ${field}`).not.toMatch(/jane|Zebedee/);
  });
});

test('the limit of 64 KiB counts the bytes of the JSON text, all of them', () => {
  const filler = (json: unknown) => 65_536 - Buffer.byteLength(JSON.stringify(json));
  fc.assert(
    fc.property(accepted, (input) => {
      const room = filler([input, '']);
      expect(accepts(document, [input, 'x'.repeat(room)])).toBe(true);
      expect(accepts(document, [input, 'x'.repeat(room + 1)])).toBe(false);
      const name = filler({ a: input, '': 1 });
      expect(accepts(document, { a: input, ['x'.repeat(name)]: 1 })).toBe(true);
      expect(accepts(document, { a: input, ['x'.repeat(name + 1)]: 1 })).toBe(false);
    }),
  );
});

test('the walk ends as soon as there is too much: a document that holds itself many times over is not unfolded', () => {
  let reads = 0;
  const ownKeys = (target: object) => {
    reads += 1;
    return Reflect.ownKeys(target);
  };
  let value: unknown = new Proxy({ a: 1 }, { ownKeys });
  for (let level = 0; level < 25; level++) value = [value, value];
  expect(accepts(document, value)).toBe(false);
  expect(reads).toBeLessThan(65_536);
});

test('the mask is the same for every document', () => {
  fc.assert(fc.property(accepted, (input) => void expect(seen(document, 'masked', input)).toBe('********')));
});

test('there is no equality search', () => {
  expect(document.spread).toBe('none');
});
