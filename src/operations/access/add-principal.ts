/** Adds a principal to the caller's tenant and hands out its API key, once. */
import type { z } from 'zod';
import { isWeighty, revisionOf } from '../../access/approvals/plain-sight.ts';
import { assertNetworks } from '../../access/bounds.ts';
import { usesTokens } from '../../access/decide.ts';
import { accessKeys, lastingFrom } from '../../access/keys.ts';
import { addPrincipal as add } from '../../access/principals.ts';
import { holdPurposes } from '../../access/purposes.ts';
import type { CompiledRole } from '../../access/roles/compiled-role.ts';
import { inForce } from '../../access/roles/rows.ts';
import { NEEDS_PURPOSE, RECEIVES_ONLY } from '../../access/roles.ts';
import { AddPrincipalBody, AddPrincipalReply } from '../../access/schema.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { allOf } from '../../faults.ts';
import { EXAMPLE_API_KEY, PRINCIPAL } from '../examples.ts';
import { operation } from '../operation.ts';

type Reply = z.infer<typeof AddPrincipalReply>;

/** @throws `invalid_request` for a role that cannot have an option that was set, or needs one that was not */
function assertFits({ role, audience, purposes }: z.infer<typeof AddPrincipalBody>, rules: CompiledRole): void {
  const faults: VaultError[] = [];
  const say = (field: string, message: string) => faults.push(new VaultError('invalid_request', message, { field }));
  if (audience !== undefined && !usesTokens(rules)) {
    say('audience', 'Only roles that use tokens, such as app, support and receiver, can be tied to an audience.');
  }
  if (role === RECEIVES_ONLY) {
    if (audience === undefined) say('audience', 'A receiver is tied to the audience whose tokens it is given.');
    if (purposes.length === 0) say('purposes', NEEDS_PURPOSE);
  }
  if (faults.length > 0) throw allOf(faults);
}

export const addPrincipal = operation({
  operationId: 'addPrincipal',
  action: 'add_principal',
  method: 'post',
  path: '/v1/principals',
  summary: 'Add a principal and get its API key, once.',
  body: AddPrincipalBody,
  reply: AddPrincipalReply,
  status: 201,
  idempotent: true,
  problems: [
    ...(['unknown_purpose', 'unknown_role', 'invalid_network', 'duties_conflict', 'api_key_already_shown'] as const),
    ...(['approval_needed', 'too_many_approvals', 'journal_unavailable'] as const),
  ],
  example: {
    request: { name: 'checkout', role: 'app', purposes: ['billing'], expiresAt: '2027-11-02T09:00:00.000Z' },
    reply: { principal: PRINCIPAL, apiKey: EXAMPLE_API_KEY },
  },
  work: async (vault, caller, body) => {
    const idempotent = {
      body,
      remember: (reply: Reply) => ({ principal: reply.principal }),
      replay: (): Reply => {
        throw new VaultError('api_key_already_shown');
      },
    };
    return perform<Reply>(vault, caller, { action: 'add_principal', idempotent }, async (door) => {
      assertNetworks(body.networks ?? []);
      const keys = await accessKeys(vault.keyring.indexes, caller.tenant);
      const askSecond = await door.secondPerson();
      return door.commit('exclusive', async (tx) => {
        const rules = await inForce(tx, keys, caller.tenant, body.role);
        assertFits(body, rules);
        const { name, role, purposes, audience } = body;
        const networks = body.networks ?? undefined;
        const { expiresAt: end = lastingFrom(door.now, vault.apiKeysLastMs) } = body;
        const expiresAt = end === null ? undefined : new Date(end);
        const bounds = networks && { networks };
        await holdPurposes(tx, keys, caller.tenant, purposes);
        if (isWeighty(rules)) {
          const request = { ...body, revision: await revisionOf(tx, caller.tenant, role) };
          await askSecond(tx, { kind: 'key', request, about: { ...body, networks } });
        }
        const wanted = { name, role, purposes, audience, bounds, expiresAt };
        const reply = await add(tx, keys, caller.tenant, wanted, vault.random, vault.clock);
        return { reply, entry: { target: reply.principal } };
      });
    });
  },
});
