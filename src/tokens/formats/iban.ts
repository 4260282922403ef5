/**
 * A token that fits where an IBAN goes (ISO 13616-1): two letters, and digits up to the length of the source. It holds
 * nothing else of the source.
 *
 *   ZZ dddd…               15 to 34 characters
 *
 * It cannot be an IBAN. ZZ is a user-assigned code that ISO 3166-1 (8.1.3) never gives to a country, and that nobody
 * uses for one for want of a better, as happened to XK. And the check of ISO/IEC 7064 MOD 97-10 fails.
 */
import { drawDigits } from './decimal.ts';
import type { TokenShape } from './shaped.ts';

const COUNTRY = 'ZZ';
/** ISO 13616-1: letters count from A = 10. */
const COUNTRY_DIGITS = '3535';
/** Norway's are the shortest; 34 is the standard's limit. */
const MIN_LENGTH = 15;
const MAX_LENGTH = 34;

export const ibanShape: TokenShape = {
  space({ length }) {
    const fits = length >= MIN_LENGTH && length <= MAX_LENGTH;
    return fits ? Math.floor((10 ** (length - COUNTRY.length) / 97) * 96) : 0;
  },
  draw: (source, random) => COUNTRY + drawDigits(source.length - COUNTRY.length, random),
  holds: 'length',
  isReal: (token) => remainder(token.slice(4) + COUNTRY_DIGITS + token.slice(2, 4)) === 1,
};

function remainder(digits: string): number {
  let rest = 0;
  for (let i = 0; i < digits.length; i++) rest = (rest * 10 + digits.charCodeAt(i) - 48) % 97;
  return rest;
}
