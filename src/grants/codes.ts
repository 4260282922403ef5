/**
 * Codes by which a person lets somebody see something of theirs. An app shows it to its signed-in customer, who tells
 * it to an agent.
 *
 *   7KQ2-M9XD   8 characters of Crockford base32: 40 random bits
 *
 * Guarantees: only a keyed digest is stored, until it is told. `0` and `O`, `1`, `I` and `L` are the same, and so are
 * capitals. Guesses are few (`CODES` in `guesses/limits.ts`): at ten a day, and 10,000 open codes at once, a principal
 * meets one in some 30,000 years.
 */
import { encodeCrockford } from '../crockford.ts';
import type { GrantKeys } from './rows.ts';

export const CODE_BYTES = 5;
const MAC_BYTES = 16;
const CODE = /^[0-9a-hjkmnp-tv-z]{8}$/;

/** @param bytes random; the caller wipes them */
export function codeText(bytes: Uint8Array): string {
  const text = encodeCrockford(bytes).toUpperCase();
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

/** The digests of a code as it was said, under each key, the newest first; none for what is no code. */
export function codeMacs({ current, versions }: GrantKeys, said: string): Buffer[] {
  const code = said.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1');
  if (!CODE.test(code)) return [];
  return [current, ...versions].map((key) => key.mac('lethe/grant-code/1', MAC_BYTES, code));
}
