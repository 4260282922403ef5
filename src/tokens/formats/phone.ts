/**
 * A token that fits where an E.164 number goes, holds nothing of the source, and rings nowhere.
 *
 *   +899 dddddddddddd      15 digits, the most E.164 allows (ITU-T E.164 6.2.1)
 *
 * The codes 89x are no country's: they are spare, and kept back for the day when country codes need more digits (ITU-T,
 * List of Recommendation ITU-T E.164 assigned country codes, note on 28x, 83x and 89x).
 */
import { isCardLike } from '../../card-like.ts';
import { drawDigits } from './decimal.ts';
import type { TokenShape } from './shaped.ts';

const COUNTRY_CODE = '899';
const DRAWN = 12;

export const phoneShape: TokenShape = {
  // One number in ten passes the card check, for 15 digits are a card's length too.
  space: () => 0.9 * 10 ** DRAWN,
  draw: (_, random) => `+${COUNTRY_CODE}${drawDigits(DRAWN, random)}`,
  holds: 'nothing',
  isReal: isCardLike,
};
