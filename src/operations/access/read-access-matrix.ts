/** All that each role allows: action by data type by purpose by view. */

import { accessKeys } from '../../access/keys.ts';
import { purposesIn } from '../../access/roles/check.ts';
import { compileRole } from '../../access/roles/compiled-role.ts';
import { BUILT_IN, roleFacts } from '../../access/roles/facts.ts';
import { cellsOf } from '../../access/roles/matrix.ts';
import { rolesInForce } from '../../access/roles/rows.ts';
import { MatrixQuery, MatrixReply } from '../../access/roles/schema.ts';
import { perform } from '../../calls/perform.ts';
import { knownTypes } from '../../calls/resource.ts';
import { IntegrityError, VaultError } from '../../errors.ts';
import { operation } from '../operation.ts';

/** @throws `role_not_found` */
export const readAccessMatrix = operation({
  operationId: 'readAccessMatrix',
  action: 'read_access_matrix',
  method: 'get',
  path: '/v1/access/matrix',
  summary: 'All that each role allows, or one of them.',
  description: 'What a principal may do is narrowed further by its purposes, its audience and its tenant.',
  query: MatrixQuery,
  reply: MatrixReply,
  problems: ['role_not_found'],
  example: {
    reply: {
      roles: [
        {
          role: 'help-desk',
          cells: [{ action: 'detokenize', type: 'email', purpose: '*', view: 'masked', allowed: 'sometimes' }],
        },
      ],
    },
  },
  work: (vault, caller, { role }) =>
    perform(vault, caller, { action: 'read_access_matrix' }, async (door) => {
      const keys = await accessKeys(vault.keyring.indexes, caller.tenant);
      const types = await knownTypes(vault, caller.tenant);
      return door.commit('shared', async (tx) => {
        const own = (await rolesInForce(tx, caller.tenant)).map((row) => roleFacts(keys.principals, row));
        const wanted = [...BUILT_IN, ...own].filter((facts) => role === undefined || facts.role === role);
        if (wanted.length === 0) throw new VaultError('role_not_found');
        const roles = wanted.map(({ role: name, rules }) => ({
          role: name,
          cells: cellsOf(compileRole(name, rules), types, purposesIn(rules)),
        }));
        const damaged = wanted.filter((facts) => facts.damaged).map(() => new IntegrityError());
        return { reply: { roles }, entry: { damaged } };
      });
    }),
});
