/**
 * A token of as many digits as the source has characters, for columns that hold a number of a fixed length. It may
 * begin with 0, so it is text. It passes neither the check of its own type nor the card check.
 */
import { isCardLike } from '../../card-like.ts';
import { drawDigits } from './decimal.ts';
import type { TokenShape } from './shaped.ts';

/** At least one number in ten is free: national schemes have a check digit or two, which nine in ten numbers fail. */
const FREE = 0.1;

export const digitsShape: TokenShape = {
  space: (source) => FREE * 10 ** source.length,
  draw: (source, random) => drawDigits(source.length, random),
  holds: 'length',
  isReal: isCardLike,
};
