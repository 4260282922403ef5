/** Gives a token that has not ended a later or an earlier end. */
import { z } from 'zod';
import { VaultError } from '../../errors.ts';
import { TokenSchema } from '../../schema.ts';
import { ENDED, ExtendTokenBody, type MintedToken, MintTokenReply } from '../../tokens/schema.ts';
import { factsOf } from '../../tokens/token-facts.ts';
import { EXPIRES_AT, MINTED } from '../examples.ts';
import { operation } from '../operation.ts';
import { changeToken } from './change-token.ts';

/**
 * The limits count from now: the token then lives `ttlSeconds`, and has `uses`. A limit that the request leaves out
 * stays as it was. A caller tied to an audience may only make them shorter: a limit that its own bearer could lift
 * would be none.
 * @throws `token_not_found` @throws {RecordErasedError} @throws `not_allowed`; for a token that ended before, why
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
      if (isLonger && caller.audience !== undefined) throw new VaultError('not_allowed', ONLY_SHORTER);
      return { with: { expires_at, uses_left }, reply: factsOf };
    });
  },
});

const ONLY_SHORTER = 'This API key is tied to an audience: it may let a token end sooner, and not later.';

/** @param limit null: no limit */
function isBeyond(wanted: number | null, limit: number | null): boolean {
  return limit !== null && (wanted === null || wanted > limit);
}
