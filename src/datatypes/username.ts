/**
 * The name that somebody logs in with, stored as it was typed (Unicode NFC). Two are the same if they differ only in
 * case, width or composition, as in UsernameCaseMapped (RFC 8265 3.3). So `straße` and `strasse`, `mike` and `mıke` are
 * two people's names.
 *
 * It does not enforce all of PRECIS: the system that gives out a name decides which scripts, symbols and directions it
 * may mix. It does not recognise look-alikes: Latin `a` and Cyrillic `а` are two letters.
 */
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { firstGraphemeOfMore } from './graphemes.ts';
import { foldNarrow, tidyLine } from './normalise.ts';
import { requireString, typedText } from './shape.ts';

const MAX_CHARACTERS = 64;
const SPACE = /\s/;
/**
 * Characters that nobody sees. Joiners are allowed, as in RFC 5892 A.1 and A.2, because Persian and Hindi words need
 * them. Emoji need them too, with their variants.
 */
const INVISIBLE = /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cf}\p{Default_Ignorable_Code_Point}]|\p{Co}/u;

export const username: DataType<string> = {
  name: 'username',
  version: 1,
  category: 'account',
  description:
    'A name to log in with: 1 to 64 characters without white space. Comes back trimmed, in Unicode NFC, otherwise as ' +
    'typed; names that differ only in case, width or composition are the same (RFC 8265, UsernameCaseMapped). Views: masked (j***: the first ' +
    'character, none of a name that has only one).',
  input: typedText,
  examples: ['jane.doe', 'Jürgen_1990'],
  spread: 'unique',

  parse(input) {
    const value = tidyLine(requireString(input), '', MAX_CHARACTERS);
    if (SPACE.test(value)) throw new InvalidValueError('', 'Must not hold white space.');
    if (INVISIBLE.test(value)) throw new InvalidValueError('', 'Must not hold invisible characters.');
    return value;
  },

  canonical: foldNarrow,
  views: { masked: (value) => `${firstGraphemeOfMore(value)}***` },
};
