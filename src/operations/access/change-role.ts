/**
 * Puts a version of a role of the tenant's own in force, the first or another one. It holds from the next call on, on
 * every node. The version before ends for good: that is answered only when both stores and the journal have noted it,
 * so that no older copy brings it back.
 */
import { opensWeighty } from '../../access/approvals/plain-sight.ts';
import { accessKeys } from '../../access/keys.ts';
import { keepNoted, noteRevocation } from '../../access/revocations.ts';
import { insertVersion } from '../../access/roles/rows.ts';
import { RoleBody, RoleChangeReply, RoleParams } from '../../access/roles/schema.ts';
import { perform } from '../../calls/perform.ts';
import { knownTypes } from '../../calls/resource.ts';
import { inTime } from '../../calls/time-limit.ts';
import { DESK_BODY, DESK_CHANGE } from '../examples.ts';
import { operation } from '../operation.ts';
import { lookAtChange } from './role-change.ts';

/**
 * The same rules again are no change.
 * @throws `built_in_role`, `own_role`, `role_changed`, `invalid_role`, `duties_conflict`, `too_many_roles`
 * @throws {UnavailableError} also where the change holds and only the key store or the journal could not note it
 */
export const changeRole = operation({
  operationId: 'changeRole',
  action: 'change_role',
  method: 'put',
  path: '/v1/roles/{role}',
  summary: 'Make or change a role of the tenant’s own.',
  description:
    'Holds from the next call on. The answer says what it opened and closed; POST /v1/roles/{role}/preview says so ' +
    'before. The same rules again are no change. With a 503 it may hold already: call again until it is answered.',
  params: RoleParams,
  body: RoleBody,
  reply: RoleChangeReply,
  problems: [
    ...(['built_in_role', 'own_role', 'role_changed', 'invalid_role', 'duties_conflict', 'too_many_roles'] as const),
    ...(['journal_unavailable', 'approval_needed', 'too_many_approvals'] as const),
  ],
  example: { request: DESK_BODY, reply: DESK_CHANGE },
  work: async (vault, caller, body) => {
    const { tenant, principal: by } = caller;
    const [reply, ended] = await perform(vault, caller, { action: 'change_role' }, async (door) => {
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      const types = await knownTypes(vault, tenant);
      const askSecond = await door.secondPerson();
      return door.commit('exclusive', async (tx) => {
        const { reply, standing } = await lookAtChange(tx, keys, caller, body, types, 'wait');
        const { role, description, rules } = body;
        if (reply.changed) {
          if (opensWeighty(reply.opened)) {
            await askSecond(tx, { kind: 'role', request: body, about: { role, description, rules } });
          }
          const version = { role, description, rules, by, at: door.now };
          await insertVersion(tx, keys, tenant, version, standing, vault.random);
          const inForce = standing.find(({ ended_at }) => ended_at === null);
          if (inForce) await noteRevocation(tx, { tenant, kind: 'role', target: inForce.revision, at: door.now });
        }
        // The name is a word of the tenant's own; the log says that there was a change, and what it did in all.
        const words = [reply.opened.length > 0 && 'opens', reply.closed.length > 0 && 'closes'].filter(Boolean);
        const entry = { target: [`version/${reply.version}`, ...words].join(' ') };
        // The newest ones, also of a call that was not answered.
        const noted = standing.slice(0, 2).map(({ revision }) => revision);
        return { reply: [reply, noted] as const, entry };
      });
    });
    await inTime(caller.limit, keepNoted(vault, tenant, ['role'], ended));
    return reply;
  },
});
