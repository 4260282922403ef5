/** Ends a role of the tenant's own that nobody has any more. Its versions stay to be read. */

import { keepNoted, noteRevocation } from '../../access/revocations.ts';
import { endVersions, holdersOf, versionsOf } from '../../access/roles/rows.ts';
import { EndRoleReply, RoleParams } from '../../access/roles/schema.ts';
import { isBuiltIn } from '../../access/roles.ts';
import { changeAccess, MARK_BYTES } from '../../access/store.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { VaultError } from '../../errors.ts';
import { operation } from '../operation.ts';

/**
 * Ending a role that has ended changes nothing and is no error.
 * @throws `role_not_found`, `built_in_role`, `own_role`, `role_in_use`
 * @throws {UnavailableError} also where it has ended and only the key store or the journal could not note it
 */
export const endRole = operation({
  operationId: 'endRole',
  action: 'end_role',
  method: 'delete',
  path: '/v1/roles/{role}',
  summary: 'End a role of the tenant’s own that no principal has.',
  description:
    'To stop everybody who has a role at once, change it to one without rules. With a 503 it may have ended already: ' +
    'call again until it is answered.',
  params: RoleParams,
  reply: EndRoleReply,
  problems: ['role_not_found', 'built_in_role', 'own_role', 'role_in_use', 'journal_unavailable'],
  example: { reply: { role: 'help-desk', endedAt: '2026-11-23T09:00:00.000Z' } },
  work: async (vault, caller, { role }) => {
    const { tenant } = caller;
    const [reply, revision] = await perform(vault, caller, { action: 'end_role' }, async (door) => {
      if (isBuiltIn(role)) throw new VaultError('built_in_role');
      if (role === caller.role) throw new VaultError('own_role');
      return door.commit('exclusive', async (tx) => {
        const [newest] = await versionsOf(tx, tenant, role, 'wait');
        if (newest === undefined) throw new VaultError('role_not_found');
        if ((await holdersOf(tx, tenant, role)).length > 0) throw new VaultError('role_in_use');
        if (newest.ended_at === null) {
          await endVersions(tx, tenant, role, door.now);
          await noteRevocation(tx, { tenant, kind: 'role', target: newest.revision, at: door.now });
          await changeAccess(tx, tenant, vault.random(MARK_BYTES));
        }
        const endedAt = new Date(newest.ended_at ?? door.now).toISOString();
        const entry = { target: `version/${newest.version}` };
        return { reply: [{ role, endedAt }, newest.revision] as const, entry };
      });
    });
    await inTime(caller.limit, keepNoted(vault, tenant, ['role'], [revision]));
    return reply;
  },
});
