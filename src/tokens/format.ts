/**
 * The formats a token may have, and how one is drawn.
 *
 *   random   tok_ and 160 random bits: the default
 *   uuid     for a UUID column
 *   card, digits, email, phone, iban     for a column that checks what it is given, if the type has such a shape
 *
 * Guarantees: a shaped token is never a real value of its shape or by its type's rules, nor a number that passes for a
 * card. It holds nothing of the value but what its format declares (the last four of a card, the length of digits and
 * IBANs). Every token that a value leaves free is as likely as the next. A format whose free space could run out for
 * its input is refused when it is asked for, not when it is full.
 * Does not: see to it that a token is new. A shaped one may have been drawn before, which the store finds out.
 */
import type { RandomSource } from '../crypto/random.ts';
import {
  type DataType,
  type Json,
  type ShapedFormat,
  TOKEN_FORMATS,
  type TokenFormatName,
} from '../datatypes/datatype.ts';
import { VaultError } from '../errors.ts';
import { newToken, type Token } from '../ids.ts';
import { cardShape } from './formats/card.ts';
import { digitsShape } from './formats/digits.ts';
import { emailShape } from './formats/email.ts';
import { ibanShape } from './formats/iban.ts';
import { phoneShape } from './formats/phone.ts';
import type { TokenShape } from './formats/shaped.ts';
import { newUuid } from './formats/uuid.ts';

/**
 * The fewest free tokens of a format for one input. With 10^10 free, a draw is still new in 99 of 100 cases after a
 * hundred million values with the same last four.
 */
const MIN_SPACE = 10 ** 10;

/** With one token in ten free, this many draws in a row fail with a chance of 10^-45. */
const MAX_DRAWS = 1_000;

const SHAPES: { readonly [format in ShapedFormat]: TokenShape } = {
  card: cardShape,
  digits: digitsShape,
  email: emailShape,
  phone: phoneShape,
  iban: ibanShape,
};

/** The formats a type offers, the default first; none for values in a window, whose token is the sealed value. */
export function formatsOf(type: DataType): readonly TokenFormatName[] {
  if (type.custody === 'window') return [];
  return TOKEN_FORMATS.filter((format) => !isShaped(format) || type.shapes?.[format] !== undefined);
}

/**
 * Draws a token for a value of the type, in the form its `parse` gave it.
 * @throws `token_format_not_offered` if the type has no such format, the value has nothing of that shape, or fewer than
 *   `MIN_SPACE` tokens are free for it
 */
export function drawToken(format: TokenFormatName, type: DataType, value: Json, random: RandomSource): Token {
  if (type.custody === 'window') throw notOfType();
  if (format === 'random') return newToken(random);
  if (format === 'uuid') return newUuid(random) as Token;

  const of = type.shapes?.[format];
  if (of === undefined) throw notOfType();
  const source = of.source(value);
  if (source === undefined) throw new VaultError('token_format_not_offered', 'This value has no part of that shape.');
  const shape = SHAPES[format];
  if (shape.space(source) < MIN_SPACE) throw tooFew();
  for (let i = 0; i < MAX_DRAWS; i++) {
    const token = shape.draw(source, random);
    if (!shape.isReal(token) && !of.isReal(token)) return token as Token;
  }
  throw tooFew();
}

/** Whether a token of the format holds something of the value that it was drawn for, if only its length. */
export function takesAfter(format: string | null | undefined): boolean {
  return isShaped(format) && SHAPES[format].holds !== 'nothing';
}

/** Whether tokens of the format show characters of the value that they were drawn for. */
export function showsOf(format: string | null | undefined): boolean {
  return isShaped(format) && typeof SHAPES[format].holds === 'function';
}

/**
 * Whether a token shows characters that differ from the value's, as one does that was drawn for another value.
 * @param value in the form that the type's `parse` gave it
 */
export function isOutdated(token: string, format: string | null, type: DataType, value: Json): boolean {
  if (!isShaped(format)) return false;
  const { holds } = SHAPES[format];
  if (typeof holds !== 'function') return false;
  const source = type.shapes?.[format]?.source(value);
  return source === undefined || !token.endsWith(holds(source));
}

function isShaped(format: string | null | undefined): format is ShapedFormat {
  return format != null && Object.hasOwn(SHAPES, format);
}

function notOfType(): VaultError {
  return new VaultError(
    'token_format_not_offered',
    'This data type has no tokens of that format; GET /v1/types lists those it has.',
  );
}

function tooFew(): VaultError {
  return new VaultError('token_format_not_offered', 'This value leaves too few tokens of that format.');
}
