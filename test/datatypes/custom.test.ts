/** Custom types: what a definition makes of values, and which definitions are refused. */
import { describe, expect, test } from 'vitest';
import { assertSound, customType } from '../../src/datatypes/custom.ts';
import { type TypeDefinition, TypeDefinitionSchema } from '../../src/datatypes/definition.ts';
import { MAX_VALUE_BYTES } from '../../src/datatypes/shape.ts';
import { fc } from '../support/properties.ts';
import { BADGE, definition, RECEIPT } from './definitions.ts';
import { accepts, canonical, refusal, seen, stored } from './expectations.ts';

const badge = customType(definition(), 1);
const free = (change: object = {}) =>
  customType(definition({ pattern: undefined, maxLength: 200, normalise: [], ...change }), 1);

describe('a text type', () => {
  test.each([
    ['AB123456', 'AB123456'],
    ['  ab 123-456 ', 'AB123456'],
    ['ａｂ１２３４５６', 'AB123456'],
  ])('%j comes back as %j', (input, value) => {
    expect(stored(badge, input)).toBe(value);
    expect(stored(badge, value)).toBe(value);
  });

  test.each(['', '   ', '--', 'AB12345', 'AB1234567', 'xAB123456', 'AB123456\nAB123456', 7, null, ['AB123456']])(
    '%j is refused, without being repeated',
    (input) => {
      expect(refusal(badge, input).field).toBe('value');
      if (typeof input === 'string' && input.length > 4) expect(refusal(badge, input).message).not.toContain(input);
    },
  );

  test('is as long as declared, in code points, once it is normalised', () => {
    const type = free({ maxLength: 3, normalise: ['remove_spaces'] });
    expect(stored(type, '👍 👍 👍')).toBe('👍👍👍');
    expect(refusal(type, 'abcd').message).toContain('3 characters');
    expect(refusal(type, 'a'.repeat(100_000)).field).toBe('value');
  });

  test('compares as declared: what is ignored is no difference, and nothing else is', () => {
    const type = free({ compare: ['ignore_case', 'ignore_separators'] });
    for (const other of ['ab-12', 'A B 1 2', 'ａｂ.12', 'AB_12']) expect(canonical(type, other)).toBe('ab12');
    expect(canonical(type, 'ab13')).not.toBe(canonical(type, 'ab12'));
    expect(canonical(free({ compare: ['ignore_width'] }), 'Ａb')).toBe('Ab');
    expect(canonical(free({ compare: ['ignore_spaces'] }), 'a b-c')).toBe('ab-c');
    expect(canonical(free(), 'aB c')).toBe('aB c');
  });

  test('shows what its masks say, in the order declared', () => {
    expect(Object.keys(badge.views)).toEqual(['masked', 'front']);
    expect(seen(badge, 'masked', 'AB123456')).toBe('******56');
    expect(seen(badge, 'front', 'AB123456')).toBe('AB***56');
  });

  test('offers tokens of digits that are none of its values', () => {
    const digits = { pattern: '7[0-9]{7}', formats: ['digits'], examples: ['7123 4567'] };
    expect(() => assertSound(definition(digits))).not.toThrow();
    const shape = customType(definition(digits), 1).shapes?.digits;
    expect(shape?.source('71234567')).toBe('71234567');
    expect(shape?.source('AB123456')).toBeUndefined();
    expect([shape?.isReal('71234567'), shape?.isReal('81234567'), shape?.isReal('712345678')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(badge.shapes).toBeUndefined();
  });

  test('refuses marks piled up beyond any script, which would take long to put in order', () => {
    expect(refusal(free({ maxLength: 4_096 }), `a${'\u0301\u0316'.repeat(4_000)}`).message).toContain('marks');
  });

  const definitions = fc
    .record({
      normalise: fc.uniqueArray(fc.constantFrom('fold_width', 'upper', 'lower', 'remove_spaces', 'remove_separators')),
      compare: fc.uniqueArray(fc.constantFrom('ignore_width', 'ignore_case', 'ignore_spaces', 'ignore_separators')),
    })
    .map((steps) => free(steps));
  const typed = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('Σ', 'ς', 'σ', 'ß', 'İ', 'ı', 'ǅ', 'ΐ', 'ﬁ', '-', ' ', '．', 'a', '\u0345', '\u0307', 'ᾳ'),
    }),
  );

  test('parsing what was parsed changes nothing, whatever its steps and the text', () => {
    fc.assert(
      fc.property(definitions, typed, (type, input) => {
        fc.pre(accepts(type, input));
        const value = stored(type, input);
        expect(stored(type, value)).toBe(value);
        expect(canonical(type, value)).toBe(canonical(type, input));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('patterns', () => {
  const long = `${'a'.repeat(1_999)}!`;

  test.each(['(a+)+$', '(a|a)*', '(a|aa)+', '(?:a*)*b', '(.*)*x', 'a?a?a?a?'])(
    '%s decides on a long text by an automaton, not by trying',
    (pattern) => {
      const type = free({ pattern, maxLength: 2_000 });
      // A backtracking engine would not come back from the first of these.
      expect(accepts(type, long)).toBe(false);
    },
  );

  test.each<[what: string, pattern: string, change?: object]>([
    ['a backreference', '(a)\\1'],
    ['a look-ahead', 'a(?=b)'],
    ['a look-behind', '(?<=a)b'],
    ['an open parenthesis', '(a'],
    ['a repetition beyond RE2’s own limit', 'a{1001}'],
    ['repetitions of repetitions', '((a{30}){30}){30}'],
    ['a program beyond the limit', '[a-z]{1,200}'],
    ['a program too large for its texts', '[a-z]{120}x*', { maxLength: 1_000 }],
    ['alternatives beyond the limit', Array.from({ length: 80 }, (_, i) => `${i}xyz`).join('|')],
  ])('%s is refused when it is declared', (_, pattern, change = {}) => {
    const refused = () => assertSound(definition({ pattern, ...change }));
    expect(refused).toThrow(expect.objectContaining({ code: 'invalid_definition', field: 'pattern' }));
    expect(refused).not.toThrow(pattern);
  });

  test('match as a whole, in every line of them', () => {
    for (const pattern of ['ab', '(?m)^ab$', 'ab|cd', '^ab', 'ab$']) {
      const type = free({ pattern });
      expect([pattern, accepts(type, 'ab'), accepts(type, 'abx'), accepts(type, 'xab')]).toEqual([
        pattern,
        true,
        false,
        false,
      ]);
    }
  });
});

describe('a document type', () => {
  const receipt = customType(definition({}, RECEIPT), 3);

  test('keeps JSON as it is', () => {
    for (const value of [null, 0, '', [], {}, [[1, 'a', null]]]) {
      expect(JSON.stringify(stored(receipt, value))).toBe(JSON.stringify(value));
    }
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(accepts(receipt, value));
        const once = stored(receipt, value);
        expect(stored(receipt, once)).toEqual(once);
        expect(JSON.stringify(once)).toBe(JSON.stringify(value));
      }),
    );
  });

  test.each([
    undefined,
    NaN,
    Infinity,
    1n,
    new Date(0),
    () => 1,
    new Map(),
    [undefined],
    { a: undefined },
    Symbol('s'),
  ])('%o is none', (value) => {
    expect(refusal(receipt, value).field).toBe('value');
  });

  test('has its limits: 64 KiB of UTF-8, 32 levels', () => {
    expect(accepts(receipt, 'x'.repeat(MAX_VALUE_BYTES - 2))).toBe(true);
    expect(accepts(receipt, 'x'.repeat(MAX_VALUE_BYTES - 1))).toBe(false);
    const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    expect([accepts(receipt, nested(32)), accepts(receipt, nested(33)), accepts(receipt, nested(3_000))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('shows the parts its views point to, null where there is nothing, and never what is inherited', () => {
    const value = { total: '19.90 EUR', lines: [{ item: 'tea' }] };
    expect(seen(receipt, 'total', value)).toBe('19.90 EUR');
    expect(seen(receipt, 'first_line', value)).toEqual({ item: 'tea' });
    expect(seen(receipt, 'masked', value)).toBe('********');
    const at = (pointer: string, of: unknown) =>
      seen(customType(definition({ views: { part: pointer } }, RECEIPT), 1), 'part', of);
    expect(at('/a~1b/~0', { 'a/b': { '~': 7 }, lines: 1 })).toBe(7);
    expect(at('/lines/00', value)).toBeNull();
    expect(at('/lines/1', value)).toBeNull();
    expect(at('/lines/length', value)).toBeNull();
    expect(at('/total/length', value)).toBeNull();
    for (const name of ['__proto__', 'constructor', 'toString']) expect(at(`/${name}`, value)).toBeNull();
    expect(at('/x', null)).toBeNull();
  });

  test('shows a constant of its own as masked, where one is declared', () => {
    const type = customType(definition({ views: { masked: 'a receipt', total: '/total' } }, RECEIPT), 1);
    expect([Object.keys(type.views), seen(type, 'masked', {})]).toEqual([['masked', 'total'], 'a receipt']);
    expect(type.spread).toBe('none');
  });
});

describe('a definition', () => {
  test('of the house of tests is sound, and makes a type that is kept in records', () => {
    for (const of of [BADGE, RECEIPT]) {
      expect(() => assertSound(definition({}, of))).not.toThrow();
      const type = customType(definition({}, of), 7);
      expect([type.name, type.version, type.custody]).toEqual([of.name, 7, undefined]);
      for (const example of type.examples) expect(type.input.safeParse(example).success).toBe(true);
    }
  });

  test.each<[what: string, change: object, field: string]>([
    ['an example that the pattern refuses', { examples: ['ab 123456', 'AB1'] }, 'examples/1'],
    ['upper and lower case at once', { normalise: ['upper', 'lower'] }, 'normalise'],
    ['tokens of digits without a pattern', { pattern: undefined, formats: ['digits'] }, 'formats'],
    ['tokens of digits for values of letters', { formats: ['digits'] }, 'formats'],
    [
      'tokens of digits where all digits are values',
      { pattern: '[0-9]+', formats: ['digits'], examples: ['1234'] },
      'formats',
    ],
    [
      'more than 8 KiB',
      { pattern: undefined, maxLength: 4_096, examples: ['a'.repeat(4_096), 'b'.repeat(4_096)] },
      'examples',
    ],
  ])('with %s is refused', (_, change, field) => {
    expect(() => assertSound(definition(change))).toThrow(
      expect.objectContaining({ code: 'invalid_definition', field }),
    );
  });

  test.each([
    ['unique', undefined],
    ['unique', 4_095],
    ['shared', 250],
  ])('that would index (%s) only %s different values is refused', (spread, distinct) => {
    expect(() => assertSound(definition({ spread, distinct }))).toThrow(
      expect.objectContaining({ code: 'low_entropy_index', field: 'distinct' }),
    );
  });

  test('that indexes 4,096 different values is not, nor one that indexes nothing', () => {
    expect(() => assertSound(definition({ spread: 'shared', distinct: 4_096 }))).not.toThrow();
    expect(() => assertSound(definition({ spread: 'none', distinct: 2 }))).not.toThrow();
    expect((definition({ spread: undefined }) as TypeDefinition & { spread: string }).spread).toBe('none');
  });

  test.each<[what: string, change: object]>([
    ['a name without x_', { name: 'badge' }],
    ['the name of a type of the house', { name: 'email' }],
    ['a name in capitals', { name: 'x_Badge' }],
    ['no name after x_', { name: 'x_' }],
    ['a name too long', { name: `x_${'a'.repeat(30)}` }],
    ['no views', { views: {} }],
    ['no masked view', { views: { front: '{first:1}' } }],
    ['a view named plain', { views: { masked: '*', plain: '*' } }],
    ['nine views', { views: Object.fromEntries(['masked', ...'abcdefgh'].map((name) => [name, '*'])) }],
    ['a mask that is none', { views: { masked: '{all}' } }],
    ['a pointer for text', { views: { masked: { pointer: '/a' } as never } }],
    ['no examples', { examples: [] }],
    ['six examples', { examples: Array(6).fill('AB123456') }],
    ['a step twice', { normalise: ['upper', 'upper'] }],
    ['a step that does not exist', { normalise: ['reverse'] }],
    ['a pattern too long', { pattern: 'a'.repeat(501) }],
    ['a length beyond 4,096', { maxLength: 4_097 }],
    ['a property that does not exist', { script: 'return 1' }],
    ['a base that does not exist', { base: 'code' }],
    ['an index over documents', { ...RECEIPT, spread: 'unique' }],
    ['a pointer to the whole document', { ...RECEIPT, views: { all: '' } }],
    ['a broken pointer', { ...RECEIPT, views: { all: '/~2' } }],
    ['a mask of pieces for a document', { ...RECEIPT, views: { masked: '{first:2}' } }],
    ['masked as a pointer', { ...RECEIPT, views: { masked: { pointer: '/total' } as never } }],
    ['a constant view of a document besides masked', { ...RECEIPT, views: { other: 'text' } }],
  ])('with %s is no definition', (_, change) => {
    const of = 'base' in change && change.base === 'document' ? RECEIPT : BADGE;
    expect(TypeDefinitionSchema.safeParse({ ...of, ...change }).success).toBe(false);
  });
});
