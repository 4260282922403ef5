/**
 * Revokes a principal: its API key opens nothing from the very next call on, on every node. Answered only when both
 * stores have noted it, so that no older copy of the record store brings it back.
 */

import { keepRevocation, noteRevocation, type Revocation } from '../../access/revocations.ts';
import { findPrincipal, revokePrincipal as revoke } from '../../access/store.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { VaultError } from '../../errors.ts';
import type { PrincipalId } from '../../ids.ts';
import type { Vault } from '../../vault/vault.ts';

type Reply = { principal: PrincipalId; revokedAt: string };

/**
 * Revoking what is revoked changes nothing and is no error.
 * @throws `principal_not_found`, `own_principal`
 * @throws {UnavailableError} also where it is revoked and only the key store could not note it; to be called again
 */
export async function revokePrincipal(vault: Vault, caller: Caller, principal: PrincipalId): Promise<Reply> {
  const reply = await perform<Reply>(vault, caller, { action: 'revoke_principal' }, async (door) => {
    door.decide();
    if (principal === caller.principal) throw new VaultError('own_principal');
    return door.commit('exclusive', async (tx) => {
      await revoke(tx, caller.tenant, principal, door.now);
      const row = await findPrincipal(tx, caller.tenant, principal);
      if (row === undefined || row.revoked_at === null) throw new VaultError('principal_not_found');
      await noteRevocation(tx, revocationOf(caller, principal, row.revoked_at));
      const revokedAt = new Date(row.revoked_at).toISOString();
      return { reply: { principal, revokedAt }, entry: { target: principal } };
    });
  });
  await inTime(caller.limit, keepRevocation(vault, revocationOf(caller, principal, reply.revokedAt)));
  return reply;
}

function revocationOf({ tenant }: Caller, target: PrincipalId, at: number | string): Revocation {
  return { tenant, kind: 'principal', target, at: new Date(at) };
}
