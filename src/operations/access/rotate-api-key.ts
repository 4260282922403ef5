/**
 * Gives a principal a new API key. The one in use goes on working for an overlap, in which the service takes over the
 * new one. An overlap of 0 ends every other key at once.
 *
 * An administrator does this, not the holder of the key. A stolen key that could make another would outlive the
 * replacement of the one that was stolen, and could end the key of the service it was stolen from.
 *
 * If the answer is lost, the same call under the same idempotency key shows the same API key again
 * (`calls/api-key-of-call.ts`).
 */
import { z } from 'zod';
import { isWeighty, revisionOf, standingRole } from '../../access/approvals/plain-sight.ts';
import { type ApiKeyRow, isLive, keysOf } from '../../access/key-rows.ts';
import { accessKeys, addKey, isSooner, lastingFrom, MAX_LIVE, removeLongEnded, setEnd } from '../../access/keys.ts';
import { NARROWINGS, noteEnd } from '../../access/narrowings.ts';
import { endOf, keyFactsOf } from '../../access/principal-facts.ts';
import { holdPrincipal } from '../../access/principals.ts';
import { keepNoted } from '../../access/revocations.ts';
import { RotateApiKeyBody, RotateApiKeyReply } from '../../access/schema.ts';
import { ApiKeyOfCall } from '../../calls/api-key-of-call.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { VaultError } from '../../errors.ts';
import type { ApiKeyId, PrincipalId } from '../../ids.ts';
import { PrincipalIdSchema } from '../../schema.ts';
import type { Vault } from '../../vault/vault.ts';
import { EXAMPLE_API_KEY, KEY, PRINCIPAL } from '../examples.ts';
import { operation } from '../operation.ts';

type Reply = z.infer<typeof RotateApiKeyReply>;
type Kept = Omit<Reply, 'apiKey'> & { readonly salt: string };

/**
 * @throws `principal_not_found`, `principal_revoked`, `rolling_over`, `own_principal`
 * @throws {UnavailableError} also where the new key works and only the key store or the journal could not note the end
 *   of the one before: call again, under the same idempotency key
 */
export const rotateApiKey = operation({
  operationId: 'rotateApiKey',
  action: 'rotate_api_key',
  method: 'post',
  path: '/v1/principals/{principal}/keys',
  summary: 'Give a principal a new API key; the one in use works for an overlap.',
  description:
    'At most two API keys of a principal work at a time. An overlap of 0 ends all others at once. Send an ' +
    '`Idempotency-Key`: the same call then shows the same API key again for 24 hours, should the answer be lost. An ' +
    'administrator may rotate its own API key, but not make one that lasts longer.',
  params: z.strictObject({ principal: PrincipalIdSchema }),
  body: RotateApiKeyBody,
  reply: RotateApiKeyReply,
  status: 201,
  idempotent: true,
  problems: [
    ...(['principal_not_found', 'principal_revoked', 'rolling_over', 'own_principal', 'journal_unavailable'] as const),
    ...(['approval_needed', 'too_many_approvals'] as const),
  ],
  example: {
    request: { overlapSeconds: 86_400 },
    reply: {
      principal: PRINCIPAL,
      key: 'key_01m81j18g0e329asxkdep5tmtc',
      apiKey: EXAMPLE_API_KEY,
      expiresAt: '2027-11-02T09:00:00.000Z',
      ending: [{ key: KEY, createdAt: '2026-11-02T09:00:00.000Z', expiresAt: '2026-11-23T09:00:00.000Z' }],
    },
  },
  work: async (vault, caller, { principal, ...body }) => {
    const { tenant } = caller;
    const ofCall = new ApiKeyOfCall(vault, caller);
    const idempotent = {
      body: { principal, ...body },
      remember: ({ apiKey: _, ...kept }: Reply) => ({ ...kept, salt: ofCall.salt }),
      replay: async ({ salt, ...kept }: Kept): Promise<Reply> => {
        return { ...kept, apiKey: await ofCall.again(principal, kept.key, salt) };
      },
    };
    const reply = await perform<Reply>(vault, caller, { action: 'rotate_api_key', idempotent }, async (door) => {
      const { now } = door;
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      const askSecond = await door.secondPerson();
      return ofCall.making(principal, (secretFrom) =>
        door.commit('exclusive', async (tx) => {
          const { role } = await holdPrincipal(tx, tenant, principal);
          // A key of somebody else's could be used in their name, also to approve. One's own gives nothing new.
          if (principal !== caller.principal && isWeighty(await standingRole(tx, keys, tenant, role))) {
            const about = { principal, role, ...(body.expiresAt && { expiresAt: body.expiresAt }) };
            const request = { principal, ...body, revision: await revisionOf(tx, tenant, role) };
            await askSecond(tx, { kind: 'key', request, about });
          }
          await removeLongEnded(tx, tenant, principal, now);
          const live = (await keysOf(tx, tenant, [principal])).filter((key) => isLive(key, now));
          if (body.overlapSeconds > 0 && live.length >= MAX_LIVE) throw new VaultError('rolling_over');
          const end = endFor(vault, caller, principal, body.expiresAt, live.at(-1), now);
          const overlap = now.getTime() + body.overlapSeconds * 1000;
          const until = isSooner(end, overlap) ? (end as number) : overlap;
          const ending: ApiKeyRow[] = [];
          for (const key of live) {
            if (isSooner(until, key.expires_at)) {
              ending.push(await setEnd(tx, keys, key, until));
              await noteEnd(tx, { tenant, at: now, random: vault.random }, key.api_key as ApiKeyId, until);
            } else ending.push(key);
          }
          const expiresAt = end === null ? undefined : new Date(end);
          const of = { tenant, principal };
          const { key, apiKey } = await addKey(tx, keys, of, expiresAt, vault.random, vault.clock, secretFrom);
          return {
            reply: { principal, key, apiKey, ...endOf(end), ending: ending.map(keyFactsOf) },
            entry: { target: [principal, key, ...ending.map(({ api_key }) => api_key)].join(' ') },
          };
        }),
      );
    });
    const ended = reply.ending.map(({ key }) => key);
    await inTime(caller.limit, keepNoted(vault, tenant, NARROWINGS, ended));
    return reply;
  },
});

/**
 * @returns when the new key ends
 * @throws `invalid_request` for an end that is past or must be said @throws `own_principal`
 */
function endFor(
  { apiKeysLastMs }: Vault,
  caller: Caller,
  principal: PrincipalId,
  wanted: string | null | undefined,
  inUse: ApiKeyRow | undefined,
  now: Date,
): number | null {
  const say = (message: string) => new VaultError('invalid_request', message, { field: 'expiresAt' });
  if (wanted === undefined && inUse === undefined) {
    throw say('No API key of this principal works any more: say when the new one shall stop working, or null.');
  }
  const unsaid = inUse?.expires_at ?? lastingFrom(now, apiKeysLastMs);
  const end = wanted === undefined ? unsaid : wanted === null ? null : Date.parse(wanted);
  if (end !== null && end <= now.getTime()) throw say('This is past.');
  const isLonger = isSooner(caller.keyEndsAt?.getTime() ?? null, end);
  if (principal === caller.principal && isLonger) throw new VaultError('own_principal');
  return end;
}
