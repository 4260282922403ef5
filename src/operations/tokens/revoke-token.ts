/**
 * Ends a token now; its record and its other tokens stay. Answered only when both stores have noted it, so that no older
 * copy of the record store brings it back.
 */
import { keepRevocation, noteRevocation } from '../../access/revocations.ts';
import type { Caller } from '../../calls/caller.ts';
import { inTime } from '../../calls/time-limit.ts';
import type { Token } from '../../ids.ts';
import type { Vault } from '../../vault/vault.ts';
import { changeToken } from './change-token.ts';

type Reply = { token: Token; revokedAt: string };

/**
 * @throws `token_not_found` @throws {RecordErasedError}; for one that ended before, why
 * @throws {UnavailableError} also where it is revoked and only the key store could not note it; a job does then
 */
export async function revokeToken(vault: Vault, caller: Caller, token: Token): Promise<Reply> {
  const of = { tenant: caller.tenant, kind: 'token' as const, target: token };
  const reply = await changeToken<Reply>(vault, caller, token, undefined, (_, now) => ({
    with: { revoked_at: now.getTime() },
    also: (tx) => noteRevocation(tx, { ...of, at: now }),
    reply: () => ({ token, revokedAt: now.toISOString() }),
  }));
  await inTime(caller.limit, keepRevocation(vault, { ...of, at: new Date(reply.revokedAt) }));
  return reply;
}
