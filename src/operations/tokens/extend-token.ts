/** Gives a token that has not ended another end, later or earlier. */
import type { z } from 'zod';
import type { Caller } from '../../calls/caller.ts';
import { VaultError } from '../../errors.ts';
import type { Token } from '../../ids.ts';
import type { ExtendTokenBody, MintedToken } from '../../tokens/schema.ts';
import { factsOf } from '../../tokens/token-facts.ts';
import type { Vault } from '../../vault/vault.ts';
import { changeToken } from './change-token.ts';

/**
 * Counts from now: the token then lives `ttlSeconds`, and has `uses`; of one that is not named, what it had. A caller tied
 * to an audience may make it shorter only: a limit that whoever is limited could lift would be none.
 * @throws `token_not_found` @throws {RecordErasedError} @throws `not_allowed`; for one that ended before, why
 */
export async function extendToken(
  vault: Vault,
  caller: Caller,
  token: Token,
  { ttlSeconds, uses }: z.infer<typeof ExtendTokenBody>,
): Promise<MintedToken> {
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
}

/** @param limit null: none */
function isBeyond(wanted: number | null, limit: number | null): boolean {
  return limit !== null && (wanted === null || wanted > limit);
}
