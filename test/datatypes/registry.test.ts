import { expect, test } from 'vitest';
import { dataType, dataTypes } from '../../src/datatypes/registry.ts';

test('every type is found by its name', () => {
  for (const type of dataTypes()) expect(dataType(type.name)).toBe(type);
  expect(new Set(dataTypes().map((type) => type.name)).size).toBe(dataTypes().length);
});

test.each([
  'no_such_type',
  'Email',
  ' email',
  '',
  '__proto__',
  'constructor',
  'toString',
  7,
  null,
  undefined,
  ['email'],
])('%o is no type', (name) => {
  expect(() => dataType(name)).toThrow(expect.objectContaining({ code: 'unknown_type' }));
});
