/** Ends a token now; its record and its other tokens stay. */
import type { Token } from '../ids.ts';
import type { Caller } from './caller.ts';
import { changeToken } from './change-token.ts';
import type { Vault } from './vault.ts';

type Reply = { token: Token; revokedAt: string };

/** @throws {TokenNotFoundError} @throws {RecordErasedError}; for one that ended before, why */
export async function revokeToken(vault: Vault, caller: Caller, token: Token): Promise<Reply> {
  return changeToken<Reply>(vault, caller, token, undefined, (_, now) => ({
    with: { revoked_at: now.getTime() },
    reply: () => ({ token, revokedAt: now.toISOString() }),
  }));
}
