/**
 * Ends one API key of a principal, now: the one that was taken over from, or one that was lost. It is answered only
 * when both stores and the journal have noted it.
 */
import { z } from 'zod';
import { isLive, keysOf } from '../../access/key-rows.ts';
import { accessKeys, setEnd } from '../../access/keys.ts';
import { NARROWINGS, noteEnd } from '../../access/narrowings.ts';
import { holdPrincipal } from '../../access/principals.ts';
import { keepNoted } from '../../access/revocations.ts';
import { EndApiKeyReply } from '../../access/schema.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { VaultError } from '../../errors.ts';
import { ApiKeyIdSchema, PrincipalIdSchema } from '../../schema.ts';
import { KEY, PRINCIPAL } from '../examples.ts';
import { operation } from '../operation.ts';

type Reply = z.infer<typeof EndApiKeyReply>;

/**
 * Ending a key that has ended changes nothing and is no error.
 * @throws `principal_not_found`, `principal_revoked`, `api_key_not_found`, `own_principal`
 * @throws {UnavailableError} also where the key has ended and only the key store or the journal could not note it
 */
export const endApiKey = operation({
  operationId: 'endApiKey',
  action: 'end_api_key',
  method: 'delete',
  path: '/v1/principals/{principal}/keys/{key}',
  summary: 'End one API key of a principal; the other goes on working.',
  description:
    'Answered when both stores and the journal know of it, so that no older copy of one brings it back. With a 503 it may ' +
    'hold already: call again until it is answered.',
  params: z.strictObject({ principal: PrincipalIdSchema, key: ApiKeyIdSchema }),
  reply: EndApiKeyReply,
  problems: [
    ...(['principal_not_found', 'principal_revoked', 'api_key_not_found'] as const),
    ...(['own_principal', 'journal_unavailable'] as const),
  ],
  example: { reply: { principal: PRINCIPAL, key: KEY, endedAt: '2026-11-23T09:00:00.000Z' } },
  work: async (vault, caller, { principal, key }) => {
    const { tenant } = caller;
    const reply = await perform<Reply>(vault, caller, { action: 'end_api_key' }, async (door) => {
      if (key === caller.apiKey) throw new VaultError('own_principal');
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      return door.commit('exclusive', async (tx) => {
        const { now } = door;
        await holdPrincipal(tx, tenant, principal);
        const row = (await keysOf(tx, tenant, [principal])).find(({ api_key }) => api_key === key);
        if (row === undefined) throw new VaultError('api_key_not_found');
        if (isLive(row, now)) {
          await setEnd(tx, keys, row, now.getTime());
          await noteEnd(tx, { tenant, at: now, random: vault.random }, key, now.getTime());
        }
        const ended = isLive(row, now) ? now.getTime() : (row.expires_at ?? now.getTime());
        const endedAt = new Date(ended).toISOString();
        return { reply: { principal, key, endedAt }, entry: { target: `${principal} ${key}` } };
      });
    });
    await inTime(caller.limit, keepNoted(vault, tenant, NARROWINGS, [key]));
    return reply;
  },
});
