/**
 * Revokes a principal. Its API key opens nothing from the very next call on, on every node. The call is answered only
 * when both stores have noted the revocation, so that no older copy of the record store brings the principal back.
 * Grants that it uses, ordered, offered or agreed to end with it.
 */

import { z } from 'zod';
import { keepNoted, keepRevocation, noteRevocation, type Revocation } from '../../access/revocations.ts';
import { findPrincipal, revokePrincipal as revoke } from '../../access/store.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { VaultError } from '../../errors.ts';
import { endGrantsOf } from '../../grants/ends.ts';
import { grantKeys } from '../../grants/rows.ts';
import type { PrincipalId } from '../../ids.ts';
import { PrincipalIdSchema } from '../../schema.ts';
import { PRINCIPAL } from '../examples.ts';
import { operation } from '../operation.ts';

type Reply = { principal: PrincipalId; revokedAt: string };

/**
 * Revoking a revoked principal changes nothing and is no error.
 * @throws `principal_not_found`, `own_principal`
 * @throws {UnavailableError} also where the principal is revoked and only the key store could not note it; call again
 */
export const revokePrincipal = operation({
  operationId: 'revokePrincipal',
  action: 'revoke_principal',
  method: 'delete',
  path: '/v1/principals/{principal}',
  summary: 'Revoke a principal; its API key stops working at once.',
  description:
    'Answered when both stores and the journal know of it, so that no older copy of one brings it back. With a 503 it may ' +
    'hold already: call again until it is answered.',
  params: z.strictObject({ principal: PrincipalIdSchema }),
  reply: z.strictObject({
    principal: PrincipalIdSchema,
    revokedAt: z.iso.datetime().describe('Since when its API key no longer works, UTC.'),
  }),
  problems: ['principal_not_found', 'own_principal', 'journal_unavailable'],
  example: { reply: { principal: PRINCIPAL, revokedAt: '2026-11-23T09:00:00.000Z' } },
  work: async (vault, caller, { principal }) => {
    const [reply, ended] = await perform<readonly [Reply, string[]]>(
      vault,
      caller,
      { action: 'revoke_principal' },
      async (door) => {
        if (principal === caller.principal) throw new VaultError('own_principal');
        const keys = await grantKeys(vault.keyring.indexes, caller.tenant);
        return door.commit('exclusive', async (tx) => {
          await revoke(tx, caller.tenant, principal, door.now);
          const row = await findPrincipal(tx, caller.tenant, principal);
          if (row === undefined || row.revoked_at === null) throw new VaultError('principal_not_found');
          await noteRevocation(tx, revocationOf(caller, principal, row.revoked_at));
          const revokedAt = new Date(row.revoked_at).toISOString();
          const end = { by: caller.principal, at: door.now };
          const grants = await endGrantsOf(tx, keys, caller.tenant, principal, end);
          const ids = grants.map(({ grant_id }) => grant_id);
          return { reply: [{ principal, revokedAt }, ids] as const, entry: { target: principal } };
        });
      },
    );
    await inTime(caller.limit, keepRevocation(vault, revocationOf(caller, principal, reply.revokedAt)));
    await inTime(caller.limit, keepNoted(vault, caller.tenant, ['grant'], ended));
    return reply;
  },
});

function revocationOf({ tenant }: Caller, target: PrincipalId, at: number | string): Revocation {
  return { tenant, kind: 'principal', target, at: new Date(at) };
}
