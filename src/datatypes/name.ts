/**
 * A person's name in its two customary parts. The stored form always has both; either may be empty, because many people
 * have only one name. Their spelling is theirs, and stays as it is. Search takes two names for one if both parts are
 * the same apart from case, width, composition, and how apostrophes and hyphens are typed. One name replaces another
 * only if they differ in case, width and composition alone.
 *
 * It refuses a card number, in one part or across both, because that must be kept as a card. It does not split,
 * reorder, transliterate or guess: `given` and `family` are what the caller says.
 */
import { z } from 'zod';
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { firstGraphemeOfMore } from './graphemes.ts';
import { fold, foldNarrow, requireNoCard, SEPARATOR, tidy, tidyLine } from './normalise.ts';
import { optionalString, type Properties, requireObject, requireString, typedText } from './shape.ts';

const MAX_CHARACTERS = 200;
const PROPERTIES = new Set(['given', 'family']);

export type Name = { readonly given: string; readonly family: string };

export const name: DataType<Name> = {
  name: 'name',
  version: 1,
  category: 'contact',
  description:
    'The name of a person: {given, family}, at least one of them. Comes back with both, trimmed, inner white space ' +
    'collapsed, in Unicode NFC; found in any case, width and composition, with or without what nobody sees, with any ' +
    'apostrophe and hyphen; a card number is refused. Views: masked (J*** D***: the first character of each part, none where that is all of it), initials ' +
    '(J. D.; a star for a part of one character).',
  input: z.strictObject({
    given: typedText.optional().describe('Given names. This or `family` must be there.'),
    family: typedText.optional().describe('Family name.'),
  }),
  plain: z.strictObject({
    given: z.string().describe('Given names; empty where there is none.'),
    family: z.string().describe('Family name; empty where there is none.'),
  }),
  examples: [{ given: 'Jane', family: 'Doe' }, { given: '花子', family: '山田' }, { given: 'Madonna' }],
  spread: 'shared',

  parts: {
    family: {
      description:
        'The family name, in any case and width, with any apostrophe and hyphen; names without one are not found by it.',
      input: typedText,
      examples: ['Doe', '山田'],
      spread: 'shared',
      distinct: 100_000,
      parse(input) {
        return fold(tidyLine(requireString(input), '', MAX_CHARACTERS));
      },
      of: ({ family }) => (family === '' ? undefined : fold(family)),
    },
  },

  parse(input) {
    const properties = requireObject(input, PROPERTIES);
    const given = part(properties, 'given');
    const family = part(properties, 'family');
    if (given === '' && family === '') throw new InvalidValueError('', 'Must have a given or a family name.');
    requireNoCard(given, 'given');
    requireNoCard(family, 'family');
    requireNoCard(`${given} ${family}`, '');
    return { given, family };
  },

  canonical: ({ given, family }) => fold(family) + SEPARATOR + fold(given),
  same: ({ given, family }) => foldNarrow(family) + SEPARATOR + foldNarrow(given),

  views: {
    masked: (value) => show(value, (text) => `${firstGraphemeOfMore(text)}***`),
    initials: (value) => show(value, (text) => `${firstGraphemeOfMore(text) || '*'}.`),
  },
};

function part(properties: Properties, key: string): string {
  return tidy(optionalString(properties, key) ?? '', key, MAX_CHARACTERS);
}

function show({ given, family }: Name, how: (text: string) => string): string {
  if (given === '') return how(family);
  return family === '' ? how(given) : `${how(given)} ${how(family)}`;
}
