import { describe, expect, test } from 'vitest';
import { firstGraphemeOfMore } from '../../src/datatypes/graphemes.ts';
import { bare, fold, foldNarrow, tidy, trim } from '../../src/datatypes/normalise.ts';
import { InvalidValueError } from '../../src/errors.ts';
import { fc } from '../support/properties.ts';

describe('folding makes one of', () => {
  test.each([
    ['case', 'Ada', 'ADA'],
    ['sharp s', 'Weiß', 'WEISS'],
    ['capital sharp s', 'WEIẞ', 'weiss'],
    ['final sigma', 'Σίσυφος', 'ΣΊΣΥΦΟΣ'],
    ['composition', 'Jos\u00e9', 'Jose\u0301'],
    ['full-width Latin', 'Ａｄａ', 'ada'],
    ['half-width kana', 'ﾔﾏﾀﾞ', 'ヤマダ'],
    ['ligatures', 'ﬁnn', 'FINN'],
    ['dotless i', 'ışık', 'IŞIK'],
    ['dotted I', 'İbrahim', 'ibrahim'],
    ['white space', ' Anna\u3000\u3000Lena ', 'anna lena'],
    ['what nobody sees', 'Jane\u200b\u00ad Doe\u2060', 'jane doe'],
    ['joiners', 'علی\u200cرضا', 'علیرضا'],
    ['apostrophes', 'O\u2019Brien', "o'brien"],
    ['letters for apostrophes', 'O\u02bcBrien', 'O\u00b4Brien'],
    ['a grave accent', 'O`Brien', 'O\u2018Brien'],
    ['hyphens', 'Anne\u2011Marie', 'anne-marie'],
    ['dashes and minus', 'Anne\u2013Marie', 'Anne\u2212Marie'],
    ['digits', 'Road १२', 'Road ١٢'],
  ])('%s', (_, one, other) => {
    expect(fold(one)).toBe(fold(other));
  });
});

describe('folding keeps apart', () => {
  test.each([
    ['accents', 'José', 'Jose'],
    ['umlauts', 'Müller', 'Mueller'],
    ['hiragana and katakana', 'やまだ', 'ヤマダ'],
    ['Latin and Cyrillic', 'Anna', 'Аnna'],
  ])('%s', (_, one, other) => {
    expect(fold(one)).not.toBe(fold(other));
  });
});

test('folding is blind to case and composition, whatever the text', () => {
  const texts = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(texts, (text) => {
      const folded = fold(text);
      const others = [text.toUpperCase(), text.toLowerCase(), text.normalize('NFD'), text.normalize('NFKC'), folded];
      for (const other of others) expect(fold(other)).toBe(folded);
    }),
    { numRuns: 1000 },
  );
});

test('the fast way through ASCII and the slow one agree', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
      const slow = fold(`${text}é`).slice(0, -1);
      expect(slow.trimEnd()).toBe(fold(text));
      expect(tidy(text, '', 200)).toBe(tidy(`é${text}`, '', 200).slice(1).trimStart());
    }),
  );
});

test.each([' Ada ', '\tAda\n', '\u3000Ada\u2003', '\u0085 Ada\u0085', '\ufeffAda', '\u2028Ada'])(
  'white space around %j is trimmed',
  (text) => {
    expect(trim(text)).toBe('Ada');
  },
);

test.each(['A\u0000da', 'A\u001bda', 'A\u0007da', 'A\u009bda', 'A\u202eda', 'A\u2066da', 'A\ud800da', '\udc00'])(
  'a control character or half a character inside %j is refused',
  (text) => {
    expect(() => tidy(text, 'given', 200)).toThrow(InvalidValueError);
  },
);

test.each([
  ['Flat 1\n12 High St', 'Flat 1 12 High St'],
  ['A\r\n\tB\u0085C\u2028D', 'A B C D'],
  ['\u202aAda\u202c', 'Ada'],
  ['\u2068 \u2067Ada\u2069 \u2069', 'Ada'],
  ['\u200b', ''],
  ['\u3164\u2800 \u200f', ''],
])('white space inside %j is collapsed, and what nobody sees is nothing', (text, line) => {
  expect(tidy(text, '', 200)).toBe(line);
});

test('folded narrowly, letters stay letters, whatever the text, and a second time changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const folded = foldNarrow(text);
      expect([text.toLowerCase(), text.normalize('NFD'), folded].map(foldNarrow)).toEqual([folded, folded, folded]);
    }),
    { numRuns: 1000 },
  );
});

test('length counts code points of the stored form', () => {
  expect(tidy('😀'.repeat(200), '', 200)).toBe('😀'.repeat(200));
  expect(tidy('e\u0301'.repeat(200), '', 200)).toBe('é'.repeat(200));
  expect(tidy(` ${'x'.repeat(200)} `, '', 200)).toBe('x'.repeat(200));
  expect(() => tidy('😀'.repeat(201), '', 200)).toThrow(InvalidValueError);
  expect(() => tidy('x'.repeat(201), '', 200)).toThrow(InvalidValueError);
});

test('a long run of accents costs no more than a long text', () => {
  // In square time it would run into the time limit of the test.
  const marks = '\u0301\u0316'.repeat(100_000);
  expect(() => tidy(marks, '', 200)).toThrow(InvalidValueError);
});

describe('the first character is the one a reader sees', () => {
  test.each([
    ['', ''],
    ['J', ''],
    ['Jane', 'J'],
    ['é', ''],
    ['e\u0301ric', 'e\u0301'],
    ['👩‍👩‍👧', ''],
    ['👩‍👩‍👧x', '👩‍👩‍👧'],
    ['👩‍👩‍👧👍', '👩‍👩‍👧'],
    ['𠮷野', '𠮷'],
    ['山田', '山'],
    ['한지민', '한'],
    ['क्षमा', 'क्ष'],
    ['(Bo)', '('],
    ['A.', ''],
    ['𠮷。', ''],
    ['7-', ''],
    ['__', '_'],
  ])('%s', (text, first) => {
    expect(firstGraphemeOfMore(text)).toBe(first);
  });

  test('and the fast way finds what the segmenter finds', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }), (text) => {
        const more = `${text}xx`;
        expect(firstGraphemeOfMore(more)).toBe([...segmenter.segment(more)][0]!.segment);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a code is bared of what stands between its groups', () => {
  test.each([
    ['ab 12-34.56/c', 'AB123456C'],
    ['\u0085ａｂ１２\u3000－\u2010ー\u2212(3)', 'AB123'],
    ['', undefined],
    ['---', undefined],
    ['12*34', undefined],
    ["12'34", undefined],
    ['12\u000034', undefined],
    ['1\u200b2', '12'],
    ['\u202a12\u202c', '12'],
    ['١٢٣', '123'],
    ['१२३', '123'],
    ['①②', '12'],
    ['12ß', undefined],
    ['1'.repeat(20), '1'.repeat(20)],
    ['1'.repeat(21), undefined],
    [' '.repeat(21), undefined],
  ])('%j', (text, code) => {
    expect(bare(text, 20)).toBe(code);
  });
});
