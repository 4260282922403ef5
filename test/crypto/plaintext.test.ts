import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Plaintext } from '../../src/crypto/plaintext.ts';
import { IntegrityError } from '../../src/errors.ts';

const SECRET = 'ada@example.com';

test('a plaintext never prints, whichever way it is printed', () => {
  const value = Plaintext.of({ email: SECRET });
  const holder = { value, list: [value], map: new Map([['k', value]]), error: new Error('x', { cause: value }) };
  const printed = [
    String(value),
    `${value}`,
    ''.concat(value as unknown as string),
    value.toLocaleString(),
    JSON.stringify(value),
    JSON.stringify(holder),
    inspect(value),
    inspect(holder, { depth: null, showHidden: true, getters: true }),
    inspect(value, { customInspect: false, showHidden: true }),
    format('%s %o %O %j %i', value, value, value, value, value),
    [value].join(),
    Object.entries(value).flat().join(),
    JSON.stringify(structuredClone({ ...value })),
    String(Object.getOwnPropertyNames(value)),
    Buffer.from(value as unknown as string).toString(),
    new URLSearchParams({ value: value as unknown as string }).toString(),
  ];
  for (const text of printed) expect(text).not.toMatch(/ada|example/);
  expect(`${value}`).toBe('[redacted]');
  expect(inspect(holder)).toContain('[redacted]');
  expect(JSON.stringify({ value })).toBe('{"value":"[redacted]"}');
});

test('expose gives the value back', () => {
  for (const json of [SECRET, 1, 0, true, null, '', [1, 'é', null], { a: { b: [SECRET] } }]) {
    expect(Plaintext.of(json).expose()).toEqual(json);
  }
  expect(Plaintext.ofBytes(Buffer.from('{"a":1}')).expose()).toEqual({ a: 1 });
});

test('after wipe the bytes are zero and the value is gone', () => {
  const value = Plaintext.of(SECRET);
  const bytes = value.exposeBytes();
  value.wipe();
  value.wipe();
  expect(bytes.every((byte) => byte === 0)).toBe(true);
  expect(() => value.expose()).toThrow(TypeError);
  expect(() => value.exposeBytes()).toThrow(TypeError);
  expect(`${value}`).toBe('[redacted]');
});

test('bytes that are no JSON are refused without being quoted', () => {
  const broken = Plaintext.ofBytes(Buffer.from(`${SECRET} is not JSON`));
  const error = (() => {
    try {
      return broken.expose();
    } catch (caught) {
      return caught;
    }
  })();
  expect(error).toBeInstanceOf(IntegrityError);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SECRET);
});
