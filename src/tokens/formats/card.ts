/**
 * A token that fits where a card number goes: 16 digits, of which the last four are the source's.
 *
 *   0 ddddddddddd ssss     0, eleven random digits, the last four of the source
 *
 * It cannot be a card. The major industry identifier 0 is for ISO/TC 68 and other industry assignments (ISO/IEC 7812-1,
 * 4.2), and no payment network's numbers begin with it. And the number fails the Luhn check (annex B).
 * Does not: hide the last four. Whoever may see the token sees them, as on a receipt (PCI DSS v4.0.1, 3.4.1).
 */
import { isCardLike } from '../../card-like.ts';
import { drawDigits } from './decimal.ts';
import type { TokenShape } from './shaped.ts';

const INDUSTRY = '0';
const DRAWN = 11;
const LAST_FOUR = /\d{4}$/;

export const cardShape: TokenShape = {
  // Whatever the other digits are, one of the ten for the last drawn place passes the check.
  space: (source) => (LAST_FOUR.test(source) ? 0.9 * 10 ** DRAWN : 0),
  draw: (source, random) => INDUSTRY + drawDigits(DRAWN, random) + lastFour(source),
  holds: lastFour,
  isReal: isCardLike,
};

function lastFour(source: string): string {
  return source.slice(-4);
}
