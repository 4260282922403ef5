/** Masks: what they show, and that they never show more than half. */
import { describe, expect, test } from 'vitest';
import { graphemesOf } from '../../src/datatypes/graphemes.ts';
import { isMask, maskViews } from '../../src/datatypes/mask.ts';
import { fc } from '../support/properties.ts';

const show = (mask: string, value: string) => maskViews({ masked: mask }).masked!(value);

describe('a mask', () => {
  test.each([
    ['{first:2}****{last:4}', 'DE12346789', 'D****6789'],
    ['{first:2}****{last:4}', 'DE1234567890', 'DE****7890'],
    ['{first:2}****{last:4}', '12345678', '****5678'],
    ['{first:2}****{last:4}', '1234', '****34'],
    ['{first:2}****{last:4}', '123', '****3'],
    ['{first:2}****{last:4}', '1', '****'],
    ['{first:2}****{last:4}', '', '****'],
    ['{last:1}…{first:1}', 'abcd', 'd…a'],
    ['********', 'abcd', '********'],
    ['No. {last:64}', 'abcdefgh', 'No. efgh'],
    ['{first:4}***', 'A-1-----', 'A-***'],
    ['***{last:3}', '-----1-2', '***-2'],
    ['AB{last:2}', 'AB12', 'AB'],
    ['AB{last:2}', 'ＡＢ-12', 'AB'],
    ['AB{last:2}', 'AB3412', 'AB12'],
    ['{first:1}…', '1-', '…'],
  ])('%s of %s is %s', (mask, value, shown) => {
    expect(show(mask, value)).toBe(shown);
  });

  test.each([
    '{first:0}',
    '{first:65}',
    '{first:100}',
    '{first:2}{first:2}',
    '{last:1}{last:1}',
    '{middle:1}',
    '{',
    '}',
    '{{last:1}}',
    '{last}',
    '\ud800',
  ])('%j is none', (text) => {
    expect(isMask(text)).toBe(false);
    expect(() => maskViews({ masked: text })).toThrow(TypeError);
  });

  test('counts characters as their reader does, and cuts none in two', () => {
    const family = '👨‍👩‍👧';
    expect(show('{first:1}*', `${family}bcdefghijklmnop`)).toBe(`${family}*`);
    expect(show('*{last:1}', 'resume\u0301')).toBe('*e\u0301');
    expect(show('{first:1}*', `${family}bc`)).toBe('*');
  });
});

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.string());
const piece = (word: string) =>
  fc.option(
    fc.integer({ min: 1, max: 64 }).map((count) => `{${word}:${count}}`),
    { nil: '' },
  );
const mask = fc.tuple(piece('first'), piece('last')).map(([first, last]) => `${first}\u0000${last}`);

describe('whatever the masks, the views of a value', () => {
  test('show at most half of its characters and half of its code units, each alone and all together', () => {
    fc.assert(
      fc.property(fc.array(mask, { minLength: 1, maxLength: 4 }), text, (masks, value) => {
        const views = Object.values(maskViews(Object.fromEntries(masks.map((each, i) => [`view_${i}`, each]))));
        const seen = views.map((view) => String(view(value)).split('\u0000') as [string, string]);
        fc.pre(!value.includes('\u0000'));
        const widest = (end: 0 | 1) => seen.map((ends) => ends[end]).sort((a, b) => b.length - a.length)[0] ?? '';
        const [first, last] = [widest(0), widest(1)];
        expect(value.startsWith(first) && value.endsWith(last)).toBe(true);
        expect(2 * (first.length + last.length)).toBeLessThanOrEqual(value.length);
        expect(2 * (graphemesOf(first).length + graphemesOf(last).length)).toBeLessThanOrEqual(
          graphemesOf(value).length,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('never show every letter and digit of it, however few there are, nor with the help of their own text', () => {
    const telling = (shown: string) => shown.toLowerCase().replace(/[^a-z\d]/g, '');
    const short = fc.stringMatching(/^[AB12-]{1,6}$/).filter((value) => telling(value) !== '');
    const masks = fc.tuple(
      fc.constantFrom('', 'A', 'AB', '1'),
      piece('first'),
      fc.constantFrom('', '-', 'B2'),
      piece('last'),
    );
    fc.assert(
      fc.property(masks, short, (parts, value) => {
        const constant = telling(`${parts[0]}${parts[2]}`);
        fc.pre(!constant.includes(telling(value)));
        expect(telling(String(show(parts.join(''), value)))).not.toContain(telling(value));
      }),
      { numRuns: 2_000 },
    );
  });

  test('show pieces of whole characters', () => {
    fc.assert(
      fc.property(mask, fc.string({ unit: 'grapheme' }), (wanted, value) => {
        const [first = '', last = ''] = String(show(wanted, value)).split('\u0000');
        const graphemes = graphemesOf(value);
        expect(graphemes.slice(0, graphemesOf(first).length).join('')).toBe(first);
        expect(graphemes.slice(graphemes.length - graphemesOf(last).length).join('')).toBe(last);
      }),
    );
  });

  test('say nothing of its length', () => {
    expect(show('***', 'a'.repeat(40))).toBe(show('***', 'a'));
    expect(show('{first:2}***', 'a'.repeat(40))).toBe(show('{first:2}***', 'aaaa'));
  });
});
