import { expect, test } from 'vitest';
import { text } from '../../src/datatypes/text.ts';
import { fc } from '../support/properties.ts';
import { refusedField, seen, stored } from './expectations.ts';
import { texts } from './inputs.ts';

test('a text comes back exactly as given, to the last code unit', () => {
  for (const exact of ['', ' ', '\u0000', '\ud800', 'e\u0301', '\ufeffx\r\n', 'Ａ'])
    expect(stored(text, exact)).toBe(exact);
  fc.assert(fc.property(texts, (exact) => void expect(stored(text, exact)).toBe(exact)));
});

test('the mask is the same for every text', () => {
  fc.assert(fc.property(texts, (any) => void expect(seen(text, 'masked', any)).toBe('********')));
});

test('there is no equality search', () => {
  expect(text.spread).toBe('none');
});

test.each([7, null, undefined, ['x'], { text: 'x' }, true])('%o is no text', (input) => {
  expect(refusedField(text, input)).toBe('value');
});
