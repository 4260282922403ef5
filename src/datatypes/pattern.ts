/**
 * Patterns of custom types: regular expressions in RE2's syntax, matched by an automaton in time linear in the text.
 * There are no backreferences and no look-around, and so no pattern that takes exponential time on any text.
 *
 * The time of one match is at most the program's size times the text's length, so their product is bounded, too: the
 * most hostile pattern under the most hostile text costs about 3 ms (75 ns a step, measured with `[ab]*a[ab]{110}`),
 * and a batch of 1,000 of them 3 s. Ordinary patterns cost a thousandth of that. The only importer of re2js.
 */
import { RE2JS } from 're2js';
import { VaultError } from '../errors.ts';

export const MAX_PATTERN_LENGTH = 500;
/** Counted in RE2's instructions. A character class is one, whatever it holds; `[A-Z]{2}[0-9]{6}` is 10. */
const MAX_PROGRAM_SIZE = 250;
/** The size of the program times the length of the text. */
const MAX_STEPS = 40_000;

/**
 * @param maxLength the length of the longest text, in code points
 * @returns a function that tells whether the pattern matches a whole text
 * @throws `invalid_definition` if the pattern is not RE2's, or its program is too large for texts of this length
 */
export function compilePattern(pattern: string, maxLength: number): (text: string) => boolean {
  if (pattern.length > MAX_PATTERN_LENGTH) throw refused('The pattern is too long.');
  const compiled = compile(pattern);
  const size = compiled.programSize();
  if (size > MAX_PROGRAM_SIZE) throw refused('The pattern is too large once its repetitions are written out.');
  if (size * maxLength > MAX_STEPS) throw refused('The pattern is too large for texts this long; lower `maxLength`.');
  return (text) => compiled.matches(text);
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch {
    // Its errors quote the pattern, and a pattern with too deep nesting throws a RangeError.
    throw refused('The pattern is not a regular expression in the syntax of RE2.');
  }
}

function refused(message: string): VaultError {
  return new VaultError('invalid_definition', message, { field: 'pattern' });
}
