import { expect, test } from 'vitest';
import { searchTerms } from '../../src/datatypes/search-terms.ts';
import { fc } from '../support/properties.ts';
import { accepts, refusedField, seen, stored } from './expectations.ts';
import { searchTermsTyped } from './inputs.ts';

test('comes back tidied, and in its own letters and case', () => {
  expect(stored(searchTerms, ' Quiet  dishwasher\u3000')).toBe('Quiet dishwasher');
  expect(stored(searchTerms, 'cafe\u0301 ｗｉｄｅ')).toBe('caf\u00e9 ｗｉｄｅ');
  expect(stored(searchTerms, '😀'.repeat(1000))).toBe('😀'.repeat(1000));
});

test('the mask is the same for all terms', () => {
  const accepted = searchTermsTyped.filter((input) => accepts(searchTerms, input));
  fc.assert(fc.property(accepted, (input) => void expect(seen(searchTerms, 'masked', input)).toBe('********')));
});

test('there is no equality search', () => {
  expect(searchTerms.spread).toBe('none');
});

test.each([
  ['empty', ''],
  ['white space', ' \u3000'],
  ['a control character', 'one\u0007two'],
  ['nothing that is seen', '\u200b\u00ad'],
  ['1,001 characters', '😀'.repeat(1001)],
  ['half a surrogate pair', 'a\ud800'],
  ['no string', ['dishwasher']],
])('refused: %s', (_, input) => {
  expect(refusedField(searchTerms, input)).toBe('value');
});
