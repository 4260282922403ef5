import { describe, expect, test } from 'vitest';
import { cookieId } from '../../src/datatypes/cookie-id.ts';
import { fc } from '../support/properties.ts';
import { accepts, canonical, refusedField, seen, stored } from './expectations.ts';
import { cookieIds } from './inputs.ts';

const accepted = cookieIds.filter((input) => accepts(cookieId, input));

test('an identifier comes back to the last character, and is no other', () => {
  expect(stored(cookieId, ' 86e1f0c2-5B0D\n')).toBe('86e1f0c2-5B0D');
  fc.assert(
    fc.property(accepted, accepted, (one, other) => {
      expect(stored(cookieId, one)).toBe(one.replaceAll(/[\s\u0085]/g, ''));
      expect(canonical(cookieId, one)).toBe(stored(cookieId, one));
      expect(canonical(cookieId, one) === canonical(cookieId, other)).toBe(
        stored(cookieId, one) === stored(cookieId, other),
      );
    }),
  );
  expect(canonical(cookieId, 'abcdefgH')).not.toBe(canonical(cookieId, 'abcdefgh'));
});

test('takes every character of a cookie value, and no other', () => {
  for (let code = 0; code < 0x180; code++) {
    const isOctet = code > 0x20 && code < 0x7f && !'",;\\'.includes(String.fromCharCode(code));
    expect([code, accepts(cookieId, `1234${String.fromCharCode(code)}5678`)]).toEqual([code, isOctet]);
  }
});

describe('refused', () => {
  test.each([
    ['seven characters', 'x'.repeat(7)],
    ['257 characters', 'x'.repeat(257)],
    ['empty', ''],
    ['quoted', '"86e1f0c2"'],
    ['attributes', '86e1f0c2-5b0d; Path=/'],
    ['no string', 86_000_000],
    ['an object', { value: '86e1f0c2' }],
  ])('%s', (_, input) => {
    expect(refusedField(cookieId, input)).toBe('value');
  });
  test('and its bounds are taken', () => {
    expect(accepts(cookieId, 'x'.repeat(8))).toBe(true);
    expect(accepts(cookieId, 'x'.repeat(256))).toBe(true);
  });
});

test('the mask is the same for every identifier', () => {
  fc.assert(fc.property(accepted, (input) => void expect(seen(cookieId, 'masked', input)).toBe('********')));
});
