/**
 * Tokens that come from another vault, and stay what they are in every database that holds them.
 *
 * Guarantees: such a token travels unchanged through JSON, a percent-encoded URL segment and a CSV field. It is no card
 * number and no real value of its type. It is not the value, a part of it or a text around it, whatever its case,
 * accents and separators.
 * Does not: find a value that was reversed, cut up or encoded, nor words of fewer than four characters; nor see whether
 * the token is taken, which the store says.
 */

import { isCardLike } from '../card-like.ts';
import type { DataType, Json } from '../datatypes/datatype.ts';
import { VaultError } from '../errors.ts';
import { isId } from '../ids.ts';

const MIN_LENGTH = 8;
const MAX_LENGTH = 255;
/**
 * Visible ASCII, without characters that JSON and programs escape, markup reads, a CSV splits at or quotes, or a second
 * decoding of a URL would take; and without a beginning that makes a spreadsheet compute.
 */
const TRAVELS = /^(?![=@])(?:(?!["\\<>&%`',;])[!-~])+$/;
const OWN_PREFIX = /^tok_/i;
/** The prefix under which verification codes are handed out while they wait. */
const RESERVED_PREFIX = /^cvc_/i;
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;

/** The fewest characters that are looked for: most tokens would hold fewer by chance. */
const MIN_FOUND = 4;
/**
 * The same in a token of one of the two random formats, which also holds four by chance: a postcode of four digits
 * stands in one UUID of two thousand.
 */
const MIN_FOUND_IN_RANDOM = 8;
/** Tokens hold years and months by chance; numbers that tell people apart have more digits. */
const MIN_NUMBER = 100_000;

/** Decomposing takes square time on a long run of accents, so longer texts are compared with their accents. */
const MAX_DECOMPOSED = 2_048;
const NO_LETTER_OR_DIGIT = /[^\p{L}\p{N}]/gu;

/**
 * @param value in the form that the type's `parse` gave it
 * @throws `invalid_token` if the token may not stand for the value
 */
export function assertForeignToken(token: string, type: DataType, value: Json): void {
  if (token.length < MIN_LENGTH || token.length > MAX_LENGTH) throw refused('Must have 8 to 255 characters.');
  if (!TRAVELS.test(token)) {
    throw refused('Must be visible ASCII without " \\ < > & % ` \' , and ; and must not begin with = or @.');
  }
  if (OWN_PREFIX.test(token) && !isId('token', token)) throw refused('Only a token of this vault begins with tok_.');
  if (RESERVED_PREFIX.test(token)) throw refused('What begins with cvc_ is reserved.');
  if (isCardLike(token)) throw refused('Must not be a number that passes for a card.');
  for (const shape of Object.values(type.shapes ?? {})) {
    if (shape.isReal(token)) throw refused('Must not be what could be a real value of the type.');
  }
  if (tells(token, value)) throw refused('Must not hold the value or a part of it.');
}

/** Whether the token shows the value, or text of it, or is itself part of that text. */
function tells(token: string, value: Json): boolean {
  const bare = bareOf(token);
  const least = UUID.test(token) || isId('token', token) ? MIN_FOUND_IN_RANDOM : MIN_FOUND;
  for (const text of textsOf(value)) {
    const known = bareOf(text);
    if (known.length >= least && bare.includes(known)) return true;
    if (bare.length >= least && known.includes(bare)) return true;
  }
  return false;
}

function* textsOf(value: Json): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'number' && Math.abs(value) >= MIN_NUMBER) yield String(value);
  else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values<Json>(value)) yield* textsOf(inner);
  }
}

/** Letters and digits alone, without case and accents. */
function bareOf(text: string): string {
  const plain = text.length > MAX_DECOMPOSED ? text : text.normalize('NFKD');
  return plain.toLowerCase().replace(NO_LETTER_OR_DIGIT, '');
}

function refused(message: string): VaultError {
  return new VaultError('invalid_token', message);
}
