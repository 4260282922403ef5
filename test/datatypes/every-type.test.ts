/** What holds for every data type there is, and for every one to come: a new type needs a line in inputs.ts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CATEGORIES } from '../../src/datatypes/datatype.ts';
import { dataTypes } from '../../src/datatypes/registry.ts';
import { MAX_VALUE_BYTES } from '../../src/datatypes/shape.ts';
import { accepts, CONTEXT, canonical, refusal, stored } from './expectations.ts';
import { inputs } from './inputs.ts';

describe.each(dataTypes().map((type) => [type.name, type] as const))('%s', (name, type) => {
  const accepted = (inputs[name] ?? fc.constant(undefined)).filter((input) => accepts(type, input));

  test('parsing what was parsed changes nothing', () => {
    fc.assert(
      fc.property(accepted, (input) => {
        const value = stored(type, input);
        expect(stored(type, value)).toEqual(value);
        expect(canonical(type, value)).toBe(canonical(type, input));
      }),
    );
  });

  test('a stored value survives JSON, as do all its views', () => {
    fc.assert(
      fc.property(accepted, (input) => {
        const value = stored(type, input);
        for (const json of [value, ...Object.values(type.views).map((view) => view(value))]) {
          expect(JSON.parse(JSON.stringify(json))).toEqual(json);
        }
      }),
    );
  });

  test('no view cuts a character in half', () => {
    fc.assert(
      fc.property(
        accepted.filter((input) => JSON.stringify(input).isWellFormed()),
        (input) => {
          for (const view of Object.values(type.views)) {
            const shown = view(stored(type, input));
            expect(typeof shown === 'string' && shown.isWellFormed()).toBe(true);
          }
        },
      ),
    );
  });

  test('anything at all is accepted or refused as a value, never an accident', () => {
    const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true });
    fc.assert(fc.property(fc.oneof(anything, fc.jsonValue()), (input) => void accepts(type, input)));
  });

  test('any junk in place of a property is refused or accepted, never an accident', () => {
    const junk = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.integer());
    fc.assert(
      fc.property(accepted, fc.string(), junk, (input, property, value) => {
        if (typeof input !== 'object' || input === null) return void accepts(type, value);
        const keys = [...Object.keys(input), property];
        for (const key of keys) accepts(type, { ...input, [key]: value });
      }),
    );
  });

  test('a value over 64 KiB is refused as a whole', () => {
    const huge = 'x'.repeat(MAX_VALUE_BYTES + 1);
    expect(refusal(type, huge).field).toBe('value');
  });

  test('a refusal never repeats the value', () => {
    const secret = 'Zebedee31415';
    const faulty = [secret, { number: secret, country: secret }, { given: secret, family: 7 }, { line1: secret }];
    for (const input of faulty.filter((candidate) => !accepts(type, candidate))) {
      const error = refusal(type, input);
      expect(`${error.message} ${error.field}`).not.toContain(secret);
    }
  });

  test('every example fits the documented shape and is accepted', () => {
    expect(type.examples.length).toBeGreaterThan(0);
    for (const example of type.examples) {
      expect(type.input.safeParse(example).success).toBe(true);
      expect(() => type.parse(example, CONTEXT)).not.toThrow();
    }
  });

  test('the catalogue can show it: name, category, every view described, a JSON Schema', () => {
    expect(type.name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(CATEGORIES).toContain(type.category);
    expect(type.version).toBeGreaterThanOrEqual(1);
    for (const view of Object.keys(type.views)) expect(type.description).toContain(view);
    expect(z.toJSONSchema(type.input)).toBeTypeOf('object');
  });
});
