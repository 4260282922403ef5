/** What holds for every data type there is, and for every one to come: a new type needs a line in inputs.ts. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CATEGORIES, type Json, MIN_DISTINCT, SHAPED_FORMATS } from '../../src/datatypes/datatype.ts';
import { fold } from '../../src/datatypes/normalise.ts';
import { dataTypes } from '../../src/datatypes/registry.ts';
import { MAX_VALUE_BYTES } from '../../src/datatypes/shape.ts';
import { fc } from '../support/properties.ts';
import { accepts, CONTEXT, canonical, refusal, stored } from './expectations.ts';
import { inputs, queries, shortInputs } from './inputs.ts';

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

  test('no view but plain shows every letter and digit of a value, however few, unless no more was kept', () => {
    const short = (shortInputs[name] ?? fc.constant(undefined)).filter((input) => accepts(type, input));
    fc.assert(
      fc.property(fc.oneof(accepted, ...(name in shortInputs ? [short] : [])), (input) => {
        const value = stored(type, input);
        const isAllThatIsKept = Object.values(type.keeps ?? {}).some((keep) => equal(keep.cut(value), value));
        if (isAllThatIsKept || lettersAndDigits(value) === '') return;
        for (const [view, show] of Object.entries(type.views)) {
          expect([view, holdsAll(name, show(value), value)]).toEqual([view, false]);
        }
      }),
      { numRuns: 500 },
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

  describe.each(Object.entries(type.parts ?? {}))('part %s', (partName, part) => {
    test('is described, and every example of it fits its shape and is taken', () => {
      expect(partName).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(part.description).toMatch(/^[A-Z].*\.$/);
      expect(part.examples.length).toBeGreaterThan(0);
      for (const example of part.examples) {
        expect(part.input.safeParse(example).success).toBe(true);
        expect(part.parse(example, CONTEXT)).toBeTypeOf('string');
      }
      expect(z.toJSONSchema(part.input)).toBeTypeOf('object');
    });

    test('has enough different values to hide among', () => {
      expect(part.distinct).toBeGreaterThanOrEqual(MIN_DISTINCT);
    });

    test('is found by what a seeker who knows the value asks for', () => {
      const query = queries[`${name}.${partName}`]!;
      fc.assert(
        fc.property(accepted, (input) => {
          const value = stored(type, input);
          const asked = query(value as never);
          expect(part.of(value)).toBe(asked === undefined ? undefined : part.parse(asked, CONTEXT));
        }),
      );
    });

    test('anything at all is taken or refused as a value, never an accident', () => {
      const parts = { ...type, parse: (input: unknown) => part.parse(input, CONTEXT) };
      const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true });
      fc.assert(fc.property(fc.oneof(anything, fc.jsonValue()), (input) => void accepts(parts, input)));
      expect(refusal(parts, 'x'.repeat(MAX_VALUE_BYTES + 1)).field).toBe('value');
    });
  });

  describe.each(Object.entries(type.keeps ?? {}))('kept as %s', (_, keep) => {
    test('what was cut is cut, and every function takes it and shows no more of it than of the whole', () => {
      expect(keep.description).toMatch(/^[A-Z].*\.$/);
      fc.assert(
        fc.property(accepted, (input) => {
          const whole = stored(type, input);
          const cut = keep.cut(whole);
          expect(keep.cut(cut)).toEqual(cut);
          expect(type.canonical(cut)).toBeTypeOf('string');
          for (const view of Object.values(type.views)) expect(String(view(whole))).toContain(String(view(cut)));
          for (const part of Object.values(type.parts ?? {})) part.of(cut);
          for (const shape of Object.values(type.shapes ?? {})) shape.source(cut);
        }),
      );
    });

    // But where any text is an input, as it is for what a browser says of itself.
    if (name !== 'user_agent') {
      test('a lesser form is no input: what to keep is not the caller’s choice', () => {
        fc.assert(fc.property(accepted, (input) => !accepts(type, keep.cut(stored(type, input)))));
      });
    }
  });

  describe.each(Object.entries(type.shapes ?? {}))('shaped as %s', (format, shape) => {
    test('whatever is a value could be real', () => {
      expect(SHAPED_FORMATS).toContain(format);
      fc.assert(
        fc.property(accepted, (input) => {
          const source = shape.source(stored(type, input));
          if (source === undefined) return;
          // The test data's addresses stand under domains that are reserved; this one is like any other.
          expect(shape.isReal(format === 'email' ? source.replace(/@.*$/, '@post.internal') : source)).toBe(true);
        }),
      );
    });

    test('any text is real or not, never an accident, a long one included', () => {
      fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof shape.isReal(text) === 'boolean'));
      for (const unit of ['1', 'A', ' ', '+1', '\u0301', 'x@', '.1']) shape.isReal(unit.repeat(MAX_VALUE_BYTES));
    });
  });
});

/** Letters and digits alone, as they are compared, in the order in which they are stored. */
function lettersAndDigits(value: Json): string {
  if (typeof value === 'object' && value !== null) return Object.values<Json>(value).map(lettersAndDigits).join('');
  return fold(String(value ?? '')).replace(/[^\p{L}\p{N}]/gu, '');
}

/** Whether a view says all of a value, but where what it says is said of others, too. */
function holdsAll(name: string, shown: Json, value: Json): boolean {
  // The first address of a network, whose name is all that is shown: it stands for every address in it.
  if (name === 'ip') return !/\/(?:24|48)$|\*\*\*$/.test(String(shown));
  // A family and a version of the vault's own list, as its own test holds, also where a header says nothing more.
  if (name === 'user_agent') return false;
  // Nothing is known but the country.
  if (name === 'address' && lettersAndDigits({ ...(value as object), country: '' }) === '') return false;
  return lettersAndDigits(shown).includes(lettersAndDigits(value));
}

function equal(one: Json, other: Json): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

test('there is a query in inputs.ts for every part, and none beside', () => {
  const parts = dataTypes().flatMap((type) => Object.keys(type.parts ?? {}).map((part) => `${type.name}.${part}`));
  expect(Object.keys(queries).sort()).toEqual(parts.sort());
});
