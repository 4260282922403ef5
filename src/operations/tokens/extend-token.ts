/** Gives a token that has not ended another end, later or earlier. */
import { z } from 'zod';
import { VaultError } from '../../errors.ts';
import { TokenSchema } from '../../schema.ts';
import { ENDED, ExtendTokenBody, type MintedToken, MintTokenReply } from '../../tokens/schema.ts';
import { factsOf } from '../../tokens/token-facts.ts';
import { EXPIRES_AT, MINTED } from '../examples.ts';
import { operation } from '../operation.ts';
import { changeToken } from './change-token.ts';

/**
 * Counts from now: the token then lives `ttlSeconds`, and has `uses`; of one that is not named, what it had. A caller tied
 * to an audience may make it shorter only: a limit that whoever is limited could lift would be none.
 * @throws `token_not_found` @throws {RecordErasedError} @throws `not_allowed`; for one that ended before, why
 */
export const extendToken = operation({
  operationId: 'extendToken',
  action: 'change_token',
  method: 'patch',
  path: '/v1/tokens/{token}',
  summary: 'Give a token another end, counted from now.',
  description:
    'A token that has ended stays so. A caller tied to an audience may shorten its tokens, not lengthen them.',
  params: z.strictObject({ token: TokenSchema }),
  body: ExtendTokenBody,
  reply: MintTokenReply,
  idempotent: true,
  problems: [...ENDED, 'concurrent_change'],
  example: {
    request: { ttlSeconds: 86_400 },
    reply: { token: MINTED, format: 'uuid', audience: 'crm', expiresAt: EXPIRES_AT, usesLeft: 2 },
  },
  work: async (vault, caller, { token, ttlSeconds, uses }) => {
    const idempotent = {
      body: { token, ttlSeconds, uses },
      remember: (reply: MintedToken) => reply,
      replay: (kept: MintedToken) => kept,
    };
    return changeToken<MintedToken>(vault, caller, token, idempotent, (row, now) => {
      const expires_at = ttlSeconds === undefined ? row.expires_at : now.getTime() + ttlSeconds * 1000;
      const uses_left = uses ?? row.uses_left;
      const isLonger = isBeyond(expires_at, row.expires_at) || isBeyond(uses_left, row.uses_left);
      if (isLonger && caller.audience !== undefined) throw new VaultError('not_allowed');
      return { with: { expires_at, uses_left }, reply: factsOf };
    });
  },
});

/** @param limit null: none */
function isBeyond(wanted: number | null, limit: number | null): boolean {
  return limit !== null && (wanted === null || wanted > limit);
}
