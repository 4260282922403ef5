/** Ends a token now, or gives it another end. A token that has ended stays so: another is minted instead. */
import type { z } from 'zod';
import { NotAllowedError } from '../access/decide.ts';
import { VaultError } from '../errors.ts';
import type { RecordId, Token } from '../ids.ts';
import { ConcurrentChangeError } from '../intake/replacement.ts';
import { liveRecords } from '../records/open-records.ts';
import { factsOf } from '../tokens/facts.ts';
import type { ExtendTokenBody, MintedToken } from '../tokens/schema.ts';
import { changeToken, findToken, lockTokens, type TokenRow, tokenKey } from '../tokens/tokens.ts';
import type { Caller } from './caller.ts';
import { type Call, perform } from './perform.ts';
import type { Vault } from './vault.ts';

/** @throws {TokenNotFoundError} @throws {RecordErasedError}; for one that ended before, why */
export async function revokeToken(
  vault: Vault,
  caller: Caller,
  token: Token,
): Promise<{ token: Token; revokedAt: string }> {
  return change(vault, caller, token, { action: 'change_token' }, (_, now) => ({
    with: { revoked_at: now.getTime() },
    reply: () => ({ token, revokedAt: now.toISOString() }),
  }));
}

/**
 * Counts from now: the token then lives `ttlSeconds`, and has `uses`. A caller tied to an audience may make it shorter
 * only: a limit that whoever is limited could lift would be none.
 * @throws as `revokeToken` @throws {NotAllowedError}
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
  return change(vault, caller, token, { action: 'change_token', idempotent }, (row, now) => {
    const expires_at = ttlSeconds === undefined ? row.expires_at : now.getTime() + ttlSeconds * 1000;
    const uses_left = uses ?? row.uses_left;
    const isLonger = isBeyond(expires_at, row.expires_at) || isBeyond(uses_left, row.uses_left);
    if (isLonger && caller.audience !== undefined) throw new NotAllowedError();
    return { with: { expires_at, uses_left }, reply: factsOf };
  });
}

/** @param limit null: none */
function isBeyond(wanted: number | null, limit: number | null): boolean {
  return limit !== null && (wanted === null || wanted > limit);
}

interface Change<R> {
  readonly with: Partial<Pick<TokenRow, 'expires_at' | 'uses_left' | 'revoked_at'>>;
  reply(changed: TokenRow): R;
}

async function change<R>(
  vault: Vault,
  caller: Caller,
  token: Token,
  call: Call<R>,
  decide: (row: TokenRow, now: Date) => Change<R>,
): Promise<R> {
  const { tenant, audience } = caller;
  return perform(vault, caller, call, async (door) => {
    door.decide();
    const { indexes } = vault.keyring;
    const key = await tokenKey(indexes, tenant);
    return door.commit('exclusive', async (tx) => {
      await lockTokens(tx, tenant, [token]);
      const row = await findToken(tx, indexes, { tenant, audience, now: door.now }, token);
      const record = row.record as RecordId;
      const [live] = await liveRecords(tx, tenant, [record]);
      if (live instanceof VaultError) throw live;
      const { with: changes, reply } = decide(row, door.now);
      if (!(await changeToken(tx, key, row, changes))) throw new ConcurrentChangeError();
      return { reply: reply({ ...row, ...changes }), entry: { records: [record] } };
    });
  });
}
