/**
 * What somebody searched for: a line of text that may tell of an illness, a debt or a plan. It comes back as it was
 * typed, except for white space. It is not searchable, because an index of searches would tell who looked for the same.
 * A mask shows nothing, because one word can tell everything.
 */
import type { DataType } from './datatype.ts';
import { tidyLine } from './normalise.ts';
import { requireString, typedText } from './shape.ts';

const MAX_CHARACTERS = 1_000;
const MASK = '********';

export const searchTerms: DataType<string> = {
  name: 'search_terms',
  version: 1,
  category: 'commerce',
  description:
    'What was searched for, one line of up to 1,000 characters. Comes back trimmed, inner white space collapsed, in ' +
    'Unicode NFC; not searchable. Views: masked (eight stars, whatever the terms and their length).',
  input: typedText,
  examples: ['quiet dishwasher under 45 cm'],
  spread: 'none',

  parse(input) {
    return tidyLine(requireString(input), '', MAX_CHARACTERS);
  },

  canonical: (value) => value,
  views: { masked: () => MASK },
};
