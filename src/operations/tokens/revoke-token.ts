/**
 * Ends a token now; its record and its other tokens stay. The call is answered only when both stores have noted it, so
 * that no older copy of the record store brings the token back.
 */
import { z } from 'zod';
import { keepRevocation, noteRevocation } from '../../access/revocations.ts';
import { inTime } from '../../calls/time-limit.ts';
import type { Token } from '../../ids.ts';
import { TokenSchema } from '../../schema.ts';
import { ENDED } from '../../tokens/schema.ts';
import { MINTED } from '../examples.ts';
import { operation } from '../operation.ts';
import { changeToken } from './change-token.ts';

type Reply = { token: Token; revokedAt: string };

/**
 * @throws `token_not_found` @throws {RecordErasedError}; for a token that ended before, why
 * @throws {UnavailableError} also where the token is revoked and only the key store could not note it; a job then does
 */
export const revokeToken = operation({
  operationId: 'revokeToken',
  action: 'change_token',
  method: 'delete',
  path: '/v1/tokens/{token}',
  summary: 'Revoke a token; its record and its other tokens stay.',
  description:
    'Answered when both stores and the journal know of it, so that no older copy of one brings it back. With a 503 it may ' +
    'hold already, which `token_revoked` then says to a repeated call; the vault goes on to make it known by itself.',
  params: z.strictObject({ token: TokenSchema }),
  reply: z.strictObject({
    token: TokenSchema,
    revokedAt: z.iso.datetime().describe('Since when it cannot be used, UTC.'),
  }),
  problems: [...ENDED, 'concurrent_change', 'journal_unavailable'],
  example: { reply: { token: MINTED, revokedAt: '2026-11-22T12:30:00.000Z' } },
  work: async (vault, caller, { token }) => {
    const of = { tenant: caller.tenant, kind: 'token' as const, target: token };
    const reply = await changeToken<Reply>(vault, caller, token, undefined, (_, now) => ({
      with: { revoked_at: now.getTime() },
      also: (tx) => noteRevocation(tx, { ...of, at: now }),
      reply: () => ({ token, revokedAt: now.toISOString() }),
    }));
    await inTime(caller.limit, keepRevocation(vault, { ...of, at: new Date(reply.revokedAt) }));
    return reply;
  },
});
