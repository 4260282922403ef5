import { describe, expect, test } from 'vitest';
import { username } from '../../src/datatypes/username.ts';
import { fc } from '../support/properties.ts';
import { accepts, canonical, firstOfMore, refusedField, seen, stored } from './expectations.ts';
import { fullWidth, usernames } from './inputs.ts';

const accepted = usernames.filter((input) => accepts(username, input));

describe('comes back as it was typed', () => {
  test.each([
    ['as it is', 'Jane.Doe_1990', 'Jane.Doe_1990'],
    ['trimmed', ' jane\u3000\n', 'jane'],
    ['composed', 'jose\u0301', 'jos\u00e9'],
    ['full-width kept', 'ｊａｎｅ', 'ｊａｎｅ'],
    ['joiners kept', 'می\u200cخواهم', 'می\u200cخواهم'],
    ['one character', 'x', 'x'],
    ['64 characters', '😀'.repeat(64), '😀'.repeat(64)],
    ['an address', 'jane@example.com', 'jane@example.com'],
  ])('%s', (_, input, output) => {
    expect(stored(username, input)).toBe(output);
  });
});

describe('refused', () => {
  test.each([
    ['no string', 7],
    ['empty', ''],
    ['white space', ' \u3000'],
    ['a space inside', 'jane doe'],
    ['an ideographic space inside', 'jane\u3000doe'],
    ['a line break', 'jane\ndoe'],
    ['NUL', 'jane\u0000'],
    ['a bidirectional override', 'jane\u202e'],
    ['a zero-width space', 'ja\u200bne'],
    ['a soft hyphen', 'ja\u00adne'],
    ['a filler', 'ja\u3164ne'],
    ['a private character', 'jane\ue000'],
    ['half a surrogate pair', 'jane\ud800'],
    ['65 characters', 'x'.repeat(65)],
  ])('%s', (_, input) => {
    expect(refusedField(username, input)).toBe('value');
  });
});

test('case, width and composition never change whose name it is', () => {
  fc.assert(
    fc.property(accepted, (input) => {
      const value = stored(username, input);
      const capitals = value.replace(/[a-z]/g, (letter) => letter.toUpperCase());
      for (const other of [capitals, value.toLowerCase(), value.normalize('NFD'), fullWidth(value)]) {
        if (accepts(username, other)) expect(canonical(username, other)).toBe(canonical(username, input));
      }
    }),
  );
});

test('other names are others', () => {
  const others = [
    'jane',
    'jané',
    'jane.',
    'jane_',
    'jane1',
    'j.ane',
    'jаne',
    'mike',
    'm\u0131ke',
    'stra\u00dfe',
    'strasse',
    '\ufb01nn',
    'finn',
  ];
  expect(new Set(others.map((input) => canonical(username, input))).size).toBe(others.length);
});

test('a capital says nothing of which sigma it was', () => {
  expect(canonical(username, 'ΝΙΚΟΣ')).toBe(canonical(username, 'νικος'));
  expect(canonical(username, 'νικοσ')).toBe(canonical(username, 'νικος'));
  expect(canonical(username, 'STRA\u1e9eE')).toBe(canonical(username, 'stra\u00dfe'));
});

test('a mask shows one character of several, and none of one', () => {
  expect(['jane', 'x', 'x_', '山田', '👩‍👩‍👧', '🈀‐'].map((input) => seen(username, 'masked', input))).toEqual([
    'j***',
    '***',
    '***',
    '山***',
    '***',
    '***',
  ]);
  fc.assert(
    fc.property(accepted, (input) => {
      expect(seen(username, 'masked', input)).toBe(`${firstOfMore(stored(username, input))}***`);
    }),
  );
});
