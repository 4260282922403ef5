/**
 * All that each role allows: action by data type by purpose by view.
 *
 * Guarantees: it holds up other calls for one role at a time, and holds no more than one answer can have.
 */

import type { z } from 'zod';
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

/** In one answer. */
const MAX_CELLS = 100_000;

/** @throws `role_not_found`, `matrix_too_large` */
export const readAccessMatrix = operation({
  operationId: 'readAccessMatrix',
  action: 'read_access_matrix',
  method: 'get',
  path: '/v1/access/matrix',
  summary: 'All that each role allows, or one of them.',
  description: 'What a principal may do is narrowed further by its purposes, its audience and its tenant.',
  query: MatrixQuery,
  reply: MatrixReply,
  problems: ['role_not_found', 'matrix_too_large'],
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
      const { tenant } = caller;
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      const types = await knownTypes(vault, tenant);
      const own = (await rolesInForce(vault.recordStore.reader, tenant)).map((row) => roleFacts(keys.principals, row));
      const wanted = [...BUILT_IN, ...own].filter((facts) => role === undefined || facts.role === role);
      if (wanted.length === 0) throw new VaultError('role_not_found');
      const roles: z.infer<typeof MatrixReply>['roles'] = [];
      let told = 0;
      for (const { role: name, rules } of wanted) {
        const cells = cellsOf(compileRole(name, rules), types, purposesIn(rules));
        told += cells.length;
        if (told > MAX_CELLS && role === undefined) throw new VaultError('matrix_too_large');
        roles.push({ role: name, cells });
        // Others are answered between one role and the next.
        await new Promise((resume) => setImmediate(resume));
      }
      const damaged = wanted.filter((facts) => facts.damaged).map(() => new IntegrityError());
      return door.commit('shared', async () => ({ reply: { roles }, entry: { damaged } }));
    }),
});
