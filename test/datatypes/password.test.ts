import { describe, expect, test } from 'vitest';
import { password } from '../../src/datatypes/password.ts';
import { fc } from '../support/properties.ts';
import { accepts, refusal, refusedField, seen, stored } from './expectations.ts';
import { passwords, verifiers } from './inputs.ts';

const accepted = passwords.filter((input) => accepts(password, input));
const PHC = '$argon2id$v=19$m=65536,t=3,p=4$bGV0aGUgZXhhbXBsZQ$ZKh6rZ5qAyGhRJmzsGJ0jC4HlnB2XxkV6tUQ2w1rFzA';

test('a password, typed or as a value, is a value; a verifier stays one', () => {
  expect(stored(password, 'x')).toEqual({ password: 'x' });
  expect(stored(password, { password: 'x' })).toEqual({ password: 'x' });
  expect(stored(password, { phc: PHC })).toEqual({ phc: PHC });
  fc.assert(fc.property(verifiers, (phc) => void expect(stored(password, { phc })).toEqual({ phc })));
});

describe('is prepared as OpaqueString (RFC 8265, 4.2.2 and 4.3)', () => {
  test.each([
    ['the first example', 'correct horse battery staple', 'correct horse battery staple'],
    ['case stays', 'Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
    ['beyond ASCII', 'πßå', 'πßå'],
    ['symbols', 'Jack of ♦s', 'Jack of ♦s'],
    ['the Ogham space becomes the ASCII one', 'foo\u1680bar', 'foo bar'],
    ['any other space too', 'a\u00a0b\u2003c\u3000d', 'a b c d'],
    ['runs and ends of spaces stay', '  a  b ', '  a  b '],
    ['a single space', ' ', ' '],
    ['composed', 'cafe\u0301', 'caf\u00e9'],
    ['width stays', 'ｗｉｄｅ', 'ｗｉｄｅ'],
    ['emoji with joiners', '👩‍👩‍👧', '👩‍👩‍👧'],
    ['1,024 characters, not code units', '😀'.repeat(1024), '😀'.repeat(1024)],
    ['1,024 characters once composed', 'e\u0301'.repeat(1024), '\u00e9'.repeat(1024)],
  ])('%s', (_, input, output) => {
    expect(stored(password, input)).toEqual({ password: output });
    expect(stored(password, { password: input })).toEqual({ password: output });
  });

  test('spellings that look alike are one password; different ones stay different', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((input) => accepts(password, input));
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(stored(password, one.normalize('NFD'))).toEqual(stored(password, one));
        const isSame = JSON.stringify(stored(password, one)) === JSON.stringify(stored(password, other));
        const spaced = (input: string) => input.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC');
        expect(isSame).toBe(spaced(one) === spaced(other));
      }),
    );
  });
});

describe('refused', () => {
  const phc = (over: string) => ({ phc: over });
  test.each<[string, unknown, string]>([
    ['empty', '', 'value'],
    ['empty in a value', { password: '' }, 'value.password'],
    ['a control character', 'a\u0000b', 'value'],
    ['a tab (RFC 8265, 4.3)', 'my cat is a \tby', 'value'],
    ['a line break', { password: 'a\n' }, 'value.password'],
    ['half a surrogate pair', 'a\ud800', 'value'],
    ['1,025 characters', 'x'.repeat(1025), 'value'],
    ['far too long to compose', 'e\u0301\u0301'.repeat(5000), 'value'],
    ['no string', 12_345_678, 'value'],
    ['null', null, 'value'],
    ['an array', ['x'], 'value'],
    ['nothing', {}, 'value.password'],
    ['a number', { password: 7 }, 'value.password'],
    ['both', { password: 'x', phc: PHC }, 'value.password'],
    ['something besides', { password: 'x', hint: 'y' }, 'value.hint'],
    ['a verifier that is none', phc('x'), 'value.phc'],
    ['a verifier of another function', phc(PHC.replace('argon2id', 'argon2i')), 'value.phc'],
    ['a verifier that would exhaust the machine', phc(PHC.replace('m=65536', 'm=262145')), 'value.phc'],
    ['a verifier that is a number', { phc: 7 }, 'value.phc'],
  ])('%s', (_, input, field) => {
    expect(refusedField(password, input)).toBe(field);
  });

  test('without repeating what was sent', () => {
    for (const input of ['Zebedee\u0000', { phc: 'Zebedee' }, { phc: `${PHC}Zebedee` }]) {
      expect(refusal(password, input).message).not.toContain('Zebedee');
    }
  });
});

test('no view shows anything of it', () => {
  expect(Object.keys(password.views)).toEqual(['masked']);
  fc.assert(fc.property(accepted, (input) => void expect(seen(password, 'masked', input)).toBe('********')));
});

test('it is kept as a verifier, and there is no equality search', () => {
  expect(password.custody).toBe('verifier');
  expect(password.spread).toBe('none');
});
