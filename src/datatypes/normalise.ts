/**
 * How text becomes one form. `tidy` makes the form that is stored: what was typed, without accidents of typing.
 * `fold` makes the form that is compared: blind to case, width and composition. Neither ever loses a letter, and
 * each, applied to its own result, changes nothing.
 *
 * Does not transliterate, and does not strip accents: `José` and `Jose` stay two names.
 */
import { holdsNoCardNumber } from '../card-like.ts';
import { InvalidValueError } from '../errors.ts';

/** Stands between the parts of a compared form. U+001F, the unit separator: a control character, so no part holds it. */
export const SEPARATOR = '\u001f';

const NON_ASCII = /[\u0080-\uffff]/;
/** Printable ASCII with single spaces inside: already tidy, whatever else happens to it. */
const TIDY_ASCII = /^(?:[!-~]+(?: [!-~]+)*)?$/;
const WHITE = /[\s\u0085]/;
const WHITE_RUN = /\s+/g;
/**
 * Control characters, and the bidirectional embeddings, overrides and isolates, which make text read other than it
 * is stored (Unicode UAX #9; CVE-2021-42574). Joiners and direction marks stay: Persian and Hindi names need them.
 */
const CONTROL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** Spaces, full stops, slashes, brackets, all that is typed for a hyphen: what people put between groups of a number. */
const GAPS = /[\s\u0085./()\p{Pd}\u2212\u30fc]+/gu;
const BARE = /^[A-Za-z0-9]+$/;

/** A decomposed character takes three code units at most to speak of; the rest is room for white space. */
const MAX_SHRINKING = 8;

export function isAscii(text: string): boolean {
  return !NON_ASCII.test(text);
}

/** NFKC: full-width forms, ligatures and compatibility letters become the ordinary ones. */
export function foldWidth(text: string): string {
  return isAscii(text) ? text : text.normalize('NFKC');
}

/**
 * A number or code as its register writes it: ASCII letters, in upper case, and digits, full-width ones folded, nothing
 * between them; undefined of a text that holds anything else, or is too long to be one.
 * @param maxTyped in UTF-16 code units, as it was typed.
 */
export function bare(text: string, maxTyped: number): string | undefined {
  if (text.length > maxTyped) return undefined;
  const code = foldWidth(text).replace(GAPS, '');
  return BARE.test(code) ? code.toUpperCase() : undefined;
}

/** Without Unicode white space at either end; U+0085, which JavaScript's own trim leaves, included. */
export function trim(text: string): string {
  if (!text.includes('\u0085')) return text.trim();
  let start = 0;
  let end = text.length;
  while (start < end && WHITE.test(text.charAt(start))) start++;
  while (end > start && WHITE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** @throws {InvalidValueError} if the text holds half a surrogate pair, which UTF-8 cannot carry. */
export function requireWellFormed(text: string, path: string): void {
  if (!text.isWellFormed()) throw new InvalidValueError(path, 'Must be well-formed Unicode text.');
}

/**
 * The stored form of a line of text: NFC, trimmed, runs of white space collapsed to one space.
 * @param maxCharacters in code points, counted after tidying.
 * @throws {InvalidValueError} on control characters, ill-formed Unicode or too many characters.
 */
export function tidy(text: string, path: string, maxCharacters: number): string {
  if (text.length <= maxCharacters && TIDY_ASCII.test(text)) return text;
  requireWellFormed(text, path);
  const trimmed = trim(text);
  if (CONTROL.test(trimmed)) throw new InvalidValueError(path, 'Must not hold control characters.');
  // Composing takes square time on a long run of accents, so what cannot fit any more is not composed at all.
  const cannotFit = trimmed.length > MAX_SHRINKING * maxCharacters;
  const tidied = cannotFit ? trimmed : trimmed.normalize('NFC').replace(WHITE_RUN, ' ');
  if (cannotFit || isLongerThan(tidied, maxCharacters)) {
    throw new InvalidValueError(path, `Must not be longer than ${maxCharacters} characters.`);
  }
  return tidied;
}

/**
 * The compared form: NFKC, caseless (ß = ss, ς = σ), white space as in `tidy`.
 * The Turkish letters ı and İ count as i: which of the two a capital stands for depends on a language nobody states.
 */
export function fold(text: string): string {
  if (TIDY_ASCII.test(text)) return text.toLowerCase();
  const once = foldOnce(text);
  return isAscii(once) ? once : foldOnce(once);
}

/**
 * JavaScript has no case folding; lower, upper, lower is it, except that it needs decomposed letters to start from,
 * and a second pass (Unicode 3.13, toNFKC_Casefold) for letters whose folding composes anew.
 */
function foldOnce(text: string): string {
  const caseless = text.normalize('NFKD').toLowerCase().toUpperCase().toLowerCase().replaceAll('i\u0307', 'i');
  return trim(caseless.normalize('NFKC')).replace(WHITE_RUN, ' ');
}

/**
 * For texts in which nobody has numbers as long as a card's: what is kept as a card is masked, found and shown as one.
 * @throws {InvalidValueError} for what a card scanner would stop at
 */
export function requireNoCard(text: string, path: string): void {
  if (!holdsNoCardNumber(text))
    throw new InvalidValueError(path, 'Must not hold a card number; the type card takes it.');
}

/** In code points. */
export function isLongerThan(text: string, maxCharacters: number): boolean {
  if (text.length <= maxCharacters) return false;
  if (text.length > 2 * maxCharacters) return true;
  let count = 0;
  for (const _ of text) count++;
  return count > maxCharacters;
}
