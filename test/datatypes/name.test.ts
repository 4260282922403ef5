import { describe, expect, test } from 'vitest';
import { identityOf } from '../../src/datatypes/datatype.ts';
import { name } from '../../src/datatypes/name.ts';
import { fc } from '../support/properties.ts';
import { accepts, CONTEXT, canonical, firstOfMore, refusedField, seen, stored } from './expectations.ts';
import { names } from './inputs.ts';

describe('comes back tidied, with both parts', () => {
  test.each([
    ['as it is', { given: 'Ada', family: 'Byron' }, { given: 'Ada', family: 'Byron' }],
    ['trimmed and collapsed', { given: ' Ada  Anne ', family: 'Byron\u3000' }, { given: 'Ada Anne', family: 'Byron' }],
    ['composed', { given: 'Rene\u0301', family: '' }, { given: 'Ren\u00e9', family: '' }],
    ['full-width kept', { given: 'Ａｄａ' }, { given: 'Ａｄａ', family: '' }],
    ['family alone', { family: '山田' }, { given: '', family: '山田' }],
    ['joiners kept', { given: 'می\u200cخواهم' }, { given: 'می\u200cخواهم', family: '' }],
    ['apostrophes and hyphens', { given: 'Anne-Marie', family: "O'Neil" }, { given: 'Anne-Marie', family: "O'Neil" }],
  ])('%s', (_, input, output) => {
    expect(stored(name, input)).toEqual(output);
  });
});

describe('refused', () => {
  test.each([
    ['both empty', { given: '', family: ' ' }, 'value'],
    ['nothing', {}, 'value'],
    ['a string', 'Ada Byron', 'value'],
    ['a number for a part', { given: 'Ada', family: 7 }, 'value.family'],
    ['null for a part', { given: null, family: 'Byron' }, 'value.given'],
    ['a control character', { given: 'A\u0000da' }, 'value.given'],
    ['nothing that is seen', { given: '\u200b', family: ' \u3164\u2800' }, 'value'],
    ['a bidirectional override', { given: 'Ada', family: 'By\u202eron' }, 'value.family'],
    ['over 200 characters', { given: 'x'.repeat(201) }, 'value.given'],
    ['an unknown property', JSON.parse('{"given":"A","family":"B","__proto__x":1}'), 'value.__proto__x'],
  ])('%s', (_, input, field) => {
    expect(refusedField(name, input)).toBe(field);
  });
});

test('names that differ in case, width, composition or spacing alone are the same', () => {
  const same = [
    { given: 'José', family: 'Weiß' },
    { given: 'JOSE\u0301', family: 'WEISS' },
    { given: ' ｊｏｓé ', family: 'Weiss' },
  ];
  expect(new Set(same.map((input) => canonical(name, input))).size).toBe(1);
});

test('other names are others, and so is the same name with its parts exchanged', () => {
  const others = [
    { given: 'Ada', family: 'Byron' },
    { given: 'Byron', family: 'Ada' },
    { given: 'Ada Byron' },
    { family: 'Ada Byron' },
    { given: 'AdaB', family: 'yron' },
    { given: 'Ada', family: 'Byrón' },
  ];
  expect(new Set(others.map((input) => canonical(name, input))).size).toBe(others.length);
});

test('case, width and composition never change which name it is', () => {
  const accepted = names.filter((input) => accepts(name, input));
  fc.assert(
    fc.property(accepted, (input) => {
      for (const change of [
        (text: string) => text.toUpperCase(),
        (text: string) => text.toLowerCase(),
        (text: string) => text.normalize('NFD'),
        (text: string) => text.replace(/[!-~]/g, (ascii) => String.fromCharCode(ascii.charCodeAt(0) + 0xfee0)),
      ]) {
        const { given, family } = stored(name, input);
        const changed = { given: change(given), family: change(family) };
        if (accepts(name, changed)) expect(canonical(name, changed)).toBe(canonical(name, input));
      }
    }),
  );
});

describe('views show one character of a part at most', () => {
  test.each([
    [{ given: 'Ada', family: 'Byron' }, 'A*** B***', 'A. B.'],
    [{ given: 'Ada' }, 'A***', 'A.'],
    [{ family: '山田' }, '山***', '山.'],
    [{ given: '花', family: '林' }, '*** ***', '*. *.'],
    [{ given: '小花', family: '林' }, '小*** ***', '小. *.'],
    [{ given: 'J.', family: 'Doe' }, '*** D***', '*. D.'],
    [{ given: 'Ա', family: 'ก' }, '*** ***', '*. *.'],
    [{ given: 'e\u0301milie', family: '𠮷野' }, 'é*** 𠮷***', 'é. 𠮷.'],
    [{ given: '👩‍👩‍👧', family: '👩‍👩‍👧👍' }, '*** 👩‍👩‍👧***', '*. 👩‍👩‍👧.'],
  ])('%o', (input, masked, initials) => {
    expect(seen(name, 'masked', input)).toBe(masked);
    expect(seen(name, 'initials', input)).toBe(initials);
  });

  test('and never a part as a whole when masked', () => {
    const accepted = names.filter((input) => accepts(name, input));
    fc.assert(
      fc.property(accepted, (input) => {
        const parts = Object.values(stored(name, input)).filter((part) => part !== '');
        expect(seen(name, 'masked', input)).toBe(parts.map((part) => `${firstOfMore(part)}***`).join(' '));
        expect(seen(name, 'initials', input)).toBe(parts.map((part) => `${firstOfMore(part) || '*'}.`).join(' '));
      }),
    );
  });
});

describe('by the family name a name is found', () => {
  const family = name.parts!.family!;

  test('in any case, width and composition, whatever the given name', () => {
    const weiss = family.of(stored(name, { given: 'Ada', family: ' Weiß' }));
    for (const asked of ['Weiß', 'WEISS', ' weiss ', 'Ｗｅｉｓｓ']) expect(family.parse(asked, CONTEXT)).toBe(weiss);
    for (const asked of ['Weis', 'Ada', 'Weiss Ada', 'Weiss-']) expect(family.parse(asked, CONTEXT)).not.toBe(weiss);
  });

  test('and not where there is none: nobody is found by an empty one', () => {
    expect(family.of(stored(name, { given: 'Madonna' }))).toBeUndefined();
    for (const nothing of ['', ' \u3000', 7, null, 'A\u0000', 'x'.repeat(201)]) {
      expect(refusedField({ ...name, parse: (input) => family.parse(input, CONTEXT) as never }, nothing)).toBe('value');
    }
  });
});

test('a name is found however it was typed, and given in place of another only where no letter differs', () => {
  const of = (given: string, family: string) => stored(name, { given, family });
  const found = [
    of('Jane\u200b', "O'Brien-Doe"),
    of('JANE', 'O\u2019Brien\u2011Doe'),
    of('jane', 'o\u02bcbrien\u2212doe'),
  ];
  expect(new Set(found.map((value) => name.canonical(value))).size).toBe(1);
  expect(new Set(found.map((value) => identityOf(name, value))).size).toBe(3);
  expect(identityOf(name, of('JANE', 'Doe'))).toBe(identityOf(name, of('jane', 'DOE')));
  expect(name.canonical(of('Mike', ''))).toBe(name.canonical(of('M\u0131ke', '')));
  expect(identityOf(name, of('Mike', ''))).not.toBe(identityOf(name, of('M\u0131ke', '')));
});
