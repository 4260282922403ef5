/**
 * Turns text into one form. Each function, applied to its own result, changes nothing, and none ever loses a letter.
 *
 *   tidy        makes the stored form: what was typed, without accidents of typing
 *   fold        makes the form by which people are found. It ignores case, width, composition, what nobody sees, and
 *               how apostrophes, hyphens and digits are typed
 *   foldNarrow  makes the form by which accounts are told apart. It ignores only case, width and composition
 *   foldCode    makes ASCII of a number or code that can be ASCII
 *
 * Does not: transliterate or strip accents. `José` and `Jose` stay two names.
 */
import { holdsNoCardNumber, inAsciiDigits } from '../card-like.ts';
import { InvalidValueError } from '../errors.ts';

/** Separates the parts of a compared form. U+001F, the unit separator, is a control character, so no part holds it. */
export const SEPARATOR = '\u001f';

const NON_ASCII = /[\u0080-\uffff]/;
/** Printable ASCII with single spaces inside is already tidy. */
const TIDY_ASCII = /^(?:[!-~]+(?: [!-~]+)*)?$/;
const WHITE = /[\s\u0085]/;
const WHITE_RUN = /[\s\u0085]+/g;
/** Characters that nobody sees: joiners, soft hyphens, zero-width spaces, direction marks, fillers (Unicode 5.21). */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;
/** A text of only these, white space and the blank Braille cell counts as empty. */
const NOTHING_SEEN = /^[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb\s\u0085\u2800]*$/u;
/** Marks of direction that copying put around a text, and that do not change it. Overrides, which do, are not here. */
const OPENS = /^[\u202a\u202b\u2066-\u2068\u200e\u200f]/;
const CLOSES = /[\u202c\u2069\u200e\u200f]$/;
/**
 * Control characters, and the bidirectional embeddings, overrides and isolates, which make text look different from
 * what is stored (Unicode UAX #9; CVE-2021-42574). Joiners and direction marks are allowed: Persian and Hindi names
 * need them.
 */
const CONTROL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** What people put between groups of a number: spaces, full stops, slashes, brackets, everything typed for a hyphen. */
const GAPS = /[\s\u0085./()\p{Pd}\u2212\u30fc]+/gu;
/** What is typed, typeset or corrected for an apostrophe, and for a hyphen. */
const APOSTROPHES = /[`\u02b9\u02bb\u02bc\u055a\u05f3\u2018\u2019\u201b\u2032\ua78c]/g;
const HYPHENS = /[\p{Pd}\u2212\u2043]/gu;
/** Half-width and full-width forms, and the ideographic space (Unicode UAX #11). */
const WIDE = /[\u3000\uff01-\uffee]+/g;
const BARE = /^[A-Za-z0-9]+$/;

/** A decomposed character rarely takes more than three code units; the rest is room for white space. */
const MAX_SHRINKING = 8;

export function isAscii(text: string): boolean {
  return !NON_ASCII.test(text);
}

/** NFKC: full-width forms, ligatures and compatibility letters become the ordinary ones. */
export function foldWidth(text: string): string {
  return isAscii(text) ? text : text.normalize('NFKC');
}

/** Full-width and half-width forms become the ordinary ones, and nothing else does (RFC 8265 3.3.1). */
export function foldWidthAlone(text: string): string {
  return text.replace(WIDE, (forms) => forms.normalize('NFKC'));
}

/**
 * A number or code, or a piece of one, in ASCII as far as possible: width and digits of all scripts folded, no unseen.
 */
export function foldCode(text: string): string {
  return isAscii(text) ? text : inAsciiDigits(foldWidth(text).replace(UNSEEN, ''));
}

/**
 * A number or code as its register writes it: ASCII letters in upper case, and digits, with those of other scripts
 * folded, and nothing between them.
 * @param maxTyped the longest typed text, in UTF-16 code units
 * @returns undefined if the text holds anything else, or is too long
 */
export function bare(text: string, maxTyped: number): string | undefined {
  if (text.length > maxTyped) return undefined;
  const code = foldCode(text).replace(GAPS, '');
  return BARE.test(code) ? code.toUpperCase() : undefined;
}

/**
 * The text without Unicode white space at either end, also without U+0085, which JavaScript's trim leaves; and without
 * marks of direction around the whole text, which come from copying.
 */
export function trim(text: string): string {
  let trimmed = trimWhite(text);
  while (trimmed.length > 1 && OPENS.test(trimmed) && CLOSES.test(trimmed)) trimmed = trimWhite(trimmed.slice(1, -1));
  return trimmed;
}

function trimWhite(text: string): string {
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
 * The stored form of a line of text: NFC, trimmed, each run of white space and line breaks turned into one space. It is
 * `''` for a text in which nobody would see anything.
 * @param maxCharacters in code points, counted after tidying.
 * @throws {InvalidValueError} on control characters, ill-formed Unicode or too many characters.
 */
export function tidy(text: string, path: string, maxCharacters: number): string {
  if (text.length <= maxCharacters && TIDY_ASCII.test(text)) return text;
  requireWellFormed(text, path);
  const trimmed = trim(text);
  if (NOTHING_SEEN.test(trimmed)) return '';
  // Composing takes square time on a long run of accents, so text that is too long anyway is not composed.
  const cannotFit = trimmed.length > MAX_SHRINKING * maxCharacters;
  const tidied = cannotFit ? trimmed : trimmed.normalize('NFC').replace(WHITE_RUN, ' ');
  if (cannotFit || isLongerThan(tidied, maxCharacters)) {
    throw new InvalidValueError(path, `Must not be longer than ${maxCharacters} characters.`);
  }
  if (CONTROL.test(tidied)) throw new InvalidValueError(path, 'Must not hold control characters.');
  return tidied;
}

/** The same, for a text that must not be empty. */
export function tidyLine(text: string, path: string, maxCharacters: number): string {
  const line = tidy(text, path, maxCharacters);
  if (line === '') throw new InvalidValueError(path, 'Must not be empty.');
  return line;
}

/**
 * The form by which people are found: NFKC, without case (ß = ss, ς = σ), white space as in `tidy`, digits of all
 * scripts folded, and `O’Brien` is `O'Brien`. The Turkish letters ı and İ count as i, because a capital's meaning
 * depends on a language that nobody states. Two people may have the same form. Use `foldNarrow` to tell people apart.
 */
export function fold(text: string): string {
  if (TIDY_ASCII.test(text)) return text.toLowerCase().replaceAll('`', "'");
  const once = foldOnce(text);
  return isAscii(once) ? once : foldOnce(once);
}

/**
 * JavaScript has no case folding. Lower, upper, lower does it, if the letters are decomposed first, and if a second
 * pass follows (Unicode 3.13, toNFKC_Casefold) for letters whose folding composes again.
 */
function foldOnce(text: string): string {
  // A lone acute accent, the first that many keyboards offer, decomposes into a space and a mark.
  const seen = text.normalize('NFKD').replaceAll(' \u0301', "'").replace(UNSEEN, '');
  const caseless = seen.toLowerCase().toUpperCase().toLowerCase().replaceAll('i\u0307', 'i').normalize('NFKC');
  return trim(inAsciiDigits(caseless.replace(HYPHENS, '-').replace(APOSTROPHES, "'"))).replace(WHITE_RUN, ' ');
}

/**
 * UsernameCaseMapped (RFC 8265 3.3): width, lower case, NFC. `straße` and `strasse` are two names, and so are `mike`
 * and `mıke`, which have the same capital form. One thing differs from the RFC: ς is σ, because both have the same
 * capital.
 */
export function foldNarrow(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  const once = narrowOnce(text);
  return narrowOnce(once);
}

function narrowOnce(text: string): string {
  return foldWidthAlone(text.normalize('NFC')).toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

/**
 * Refuses a card number in texts that need no numbers of that length. A card must be kept as a card, so that it is
 * masked, found and shown as one.
 * @throws {InvalidValueError} if a card scanner would find a number
 */
export function requireNoCard(text: string, path: string): void {
  if (!holdsNoCardNumber(text))
    throw new InvalidValueError(path, 'Must not hold a card number; the type card takes it.');
}

/** Counts in code points. */
export function isLongerThan(text: string, maxCharacters: number): boolean {
  if (text.length <= maxCharacters) return false;
  if (text.length > 2 * maxCharacters) return true;
  let count = 0;
  for (const _ of text) count++;
  return count > maxCharacters;
}
