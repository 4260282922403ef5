/** What may be told of a token: what it looks like, whom it is for, how long it lasts. Never what it stands for. */

import type { TokenFormatName } from '../datatypes/datatype.ts';
import type { Token } from '../ids.ts';
import { causeOfDeath, type TokenRow } from './tokens.ts';

/** The shape of `tokenFacts` in `schema.ts`. */
export function factsOf(row: TokenRow) {
  return {
    token: row.token as Token,
    format: (row.format ?? 'random') as TokenFormatName | 'foreign',
    ...(row.audience === null ? {} : { audience: row.audience }),
    ...(row.expires_at === null ? {} : { expiresAt: new Date(row.expires_at).toISOString() }),
    ...(row.uses_left === null ? {} : { usesLeft: row.uses_left }),
  };
}

/** Exact at `now`, whether or not the token was swept. */
export function stateOf(row: TokenRow, now: Date): 'live' | NonNullable<ReturnType<typeof causeOfDeath>> {
  return causeOfDeath(row, now) ?? 'live';
}
