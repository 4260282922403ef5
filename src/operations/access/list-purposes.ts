/** The purposes of the caller's tenant, from which a preference centre can be built. */
import { principalKeys } from '../../access/keys.ts';
import { describePurpose } from '../../access/purposes/describe.ts';
import { PurposesReply } from '../../access/purposes/schema.ts';
import { purposesOfTenant } from '../../access/purposes.ts';
import { perform } from '../../calls/perform.ts';
import { IntegrityError } from '../../errors.ts';
import { PURPOSE } from '../examples.ts';
import { operation } from '../operation.ts';

export const listPurposes = operation({
  operationId: 'listPurposes',
  action: 'list_purposes',
  method: 'get',
  path: '/v1/purposes',
  summary: 'The purposes for which values of the caller’s tenant may be asked.',
  description: 'Not for an API key that is tied to an audience: `GET /v1/me` names its own.',
  reply: PurposesReply,
  problems: [],
  example: { reply: { purposes: [PURPOSE] } },
  work: (vault, caller) =>
    perform(vault, caller, { action: 'list_purposes' }, async (door) => {
      const keys = await principalKeys(vault.keyring.indexes, caller.tenant);
      return door.commit('shared', async (tx) => {
        const all = await purposesOfTenant(tx, keys, caller.tenant);
        const damaged = all.filter(({ isAltered }) => isAltered).map(() => new IntegrityError());
        return { reply: { purposes: all.map(describePurpose) }, entry: { damaged } };
      });
    }),
});
