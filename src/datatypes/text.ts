/**
 * Free text. It comes back exactly as it was given, to the last UTF-16 code unit. Nothing is trimmed, normalised or
 * judged; half a surrogate pair is kept like anything else. It is not searchable, because equal notes help nobody, and
 * a blind index of them would tell who has the same.
 */
import type { DataType } from './datatype.ts';
import { requireString, typedText } from './shape.ts';

/** The mask tells neither what the text is nor how long it is. */
const MASK = '********';

export const text: DataType<string> = {
  name: 'text',
  version: 1,
  category: 'text',
  description:
    'Any text of up to 64 KiB of UTF-8, the empty one included. Comes back exactly as given; not searchable. ' +
    'Views: masked (eight stars, whatever the text and its length).',
  input: typedText,
  examples: ['Prefers to be called in the afternoon.', ''],
  spread: 'none',
  parse: (input) => requireString(input),
  canonical: (value) => value,
  views: { masked: () => MASK },
};
