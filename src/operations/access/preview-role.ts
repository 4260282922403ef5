/** What a changed role would open and close, and for whom. Changes nothing. */
import { accessKeys } from '../../access/keys.ts';
import { RoleBody, RoleChangeReply, RoleParams } from '../../access/roles/schema.ts';
import { perform } from '../../calls/perform.ts';
import { knownTypes } from '../../calls/resource.ts';
import { DESK_BODY, DESK_CHANGE } from '../examples.ts';
import { operation } from '../operation.ts';
import { lookAtChange } from './role-change.ts';

/** @throws as `changeRole` */
export const previewRole = operation({
  operationId: 'previewRole',
  action: 'read_role',
  method: 'post',
  path: '/v1/roles/{role}/preview',
  summary: 'What a changed role would open and close. Changes nothing.',
  params: RoleParams,
  body: RoleBody,
  reply: RoleChangeReply,
  problems: ['built_in_role', 'own_role', 'role_changed', 'invalid_role', 'duties_conflict'],
  example: { request: DESK_BODY, reply: DESK_CHANGE },
  work: (vault, caller, body) =>
    perform(vault, caller, { action: 'read_role' }, async (door) => {
      const keys = await accessKeys(vault.keyring.indexes, caller.tenant);
      const types = await knownTypes(vault, caller.tenant);
      return door.commit('shared', async (tx) => {
        const { reply } = await lookAtChange(tx, keys, caller, body, types);
        return { reply, entry: {} };
      });
    }),
});
