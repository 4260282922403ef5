/** The roles that principals of the caller's tenant can have: those of the house, and the tenant's own in force. */
import { accessKeys } from '../../access/keys.ts';
import { BUILT_IN, roleFacts } from '../../access/roles/facts.ts';
import { rolesInForce } from '../../access/roles/rows.ts';
import { RolesReply } from '../../access/roles/schema.ts';
import { perform } from '../../calls/perform.ts';
import { IntegrityError } from '../../errors.ts';
import { DESK_ROLE } from '../examples.ts';
import { operation } from '../operation.ts';

export const listRoles = operation({
  operationId: 'listRoles',
  action: 'list_roles',
  method: 'get',
  path: '/v1/roles',
  summary: 'The roles there are for the caller’s tenant, with their rules.',
  reply: RolesReply,
  problems: [],
  example: { reply: { roles: [...BUILT_IN.slice(2, 3), DESK_ROLE] } },
  work: (vault, caller) =>
    perform(vault, caller, { action: 'list_roles' }, async (door) => {
      const keys = await accessKeys(vault.keyring.indexes, caller.tenant);
      return door.commit('shared', async (tx) => {
        const own = (await rolesInForce(tx, caller.tenant)).map((row) => roleFacts(keys.principals, row));
        // Their names are words of the tenant's own, so the log does not say which.
        const damaged = own.filter((facts) => facts.damaged).map(() => new IntegrityError());
        return { reply: { roles: [...BUILT_IN, ...own] }, entry: { damaged } };
      });
    }),
});
