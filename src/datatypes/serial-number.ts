/**
 * The serial number of a thing that somebody owns. It comes back as it was typed, except for white space and width. Two
 * numbers are the same if their letters and digits are, without case: separators depend on who prints the label.
 *
 * A view shows at most four characters, and hides at least four. It knows no maker's scheme and checks no check digit.
 * `0` and `O` are two characters.
 */
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { foldCode, tidy } from './normalise.ts';
import { requireString, typedText } from './shape.ts';

const MIN_CHARACTERS = 4;
const MAX_CHARACTERS = 64;
/** How many letters and digits a view hides. */
const MIN_HIDDEN = 4;
const WRITTEN = /^[A-Za-z0-9./ -]+$/;
const SEPARATORS = /[./ -]+/g;

export const serialNumber: DataType<string> = {
  name: 'serial_number',
  version: 1,
  category: 'commerce',
  description:
    'A serial number: 4 to 64 characters, at least 4 of them ASCII letters or digits, the others hyphens, dots, ' +
    'slashes and spaces. Comes back trimmed, full-width characters and digits of other scripts folded; numbers that differ only in case and ' +
    'separators are the same. Views: masked (***78XY), last4 (78XY: the last four letters and digits, fewer of a ' +
    'number under 8, so that four stay hidden).',
  input: typedText,
  examples: ['SN-4410 2278XY', 'c02/0zz.0zz0'],
  spread: 'unique',
  guessable: { shown: (value) => [last4(value).toUpperCase()] },

  parse(input) {
    // Folding width makes ASCII where it can. Text that is too long afterwards is not a serial number.
    const typed = tidy(requireString(input), '', MAX_CHARACTERS);
    const number = tidy(foldCode(typed), '', MAX_CHARACTERS);
    if (!WRITTEN.test(number) || bare(number).length < MIN_CHARACTERS) {
      throw new InvalidValueError('', 'Must be 4 to 64 letters and digits, with - . / or spaces between them.');
    }
    return number;
  },

  canonical: (value) => bare(value).toUpperCase(),

  views: {
    masked: (value) => `***${last4(value)}`,
    last4,
  },
};

function bare(number: string): string {
  return number.replace(SEPARATORS, '');
}

function last4(value: string): string {
  const characters = bare(value);
  const shown = Math.min(4, characters.length - MIN_HIDDEN);
  return shown === 0 ? '' : characters.slice(-shown);
}
