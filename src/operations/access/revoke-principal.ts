/**
 * Revokes a principal. Its API key opens nothing from the very next call on, on every node. The call is answered only
 * when both stores have noted the revocation, so that no older copy of the record store brings the principal back.
 */

import { z } from 'zod';
import { keepRevocation, noteRevocation, type Revocation } from '../../access/revocations.ts';
import { findPrincipal, revokePrincipal as revoke } from '../../access/store.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { VaultError } from '../../errors.ts';
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
    const reply = await perform<Reply>(vault, caller, { action: 'revoke_principal' }, async (door) => {
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
  },
});

function revocationOf({ tenant }: Caller, target: PrincipalId, at: number | string): Revocation {
  return { tenant, kind: 'principal', target, at: new Date(at) };
}
