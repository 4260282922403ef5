/** One purpose of the caller's tenant, and what people were told before. */
import { principalKeys } from '../../access/keys.ts';
import { describePurpose } from '../../access/purposes/describe.ts';
import { PurposeHistoryReply, PurposeParams } from '../../access/purposes/schema.ts';
import { getPurpose as get } from '../../access/purposes.ts';
import { perform } from '../../calls/perform.ts';
import { IntegrityError } from '../../errors.ts';
import { PURPOSE } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `purpose_not_found` */
export const getPurpose = operation({
  operationId: 'getPurpose',
  action: 'list_purposes',
  method: 'get',
  path: '/v1/purposes/{purpose}',
  summary: 'One purpose, and what people were told before.',
  params: PurposeParams,
  reply: PurposeHistoryReply,
  problems: ['purpose_not_found'],
  example: {
    reply: {
      present: { ...PURPOSE, version: 2, changedAt: '2026-11-22T12:00:00.000Z' },
      earlier: [],
    },
  },
  work: (vault, caller, { purpose }) =>
    perform(vault, caller, { action: 'list_purposes' }, async (door) => {
      const keys = await principalKeys(vault.keyring.indexes, caller.tenant);
      return door.commit('shared', async (tx) => {
        const { standing, earlier } = await get(tx, keys, caller.tenant, purpose);
        const damaged = [standing, ...earlier].filter(({ isAltered }) => isAltered).map(() => new IntegrityError());
        const reply = { present: describePurpose(standing), earlier: earlier.map(describePurpose) };
        return { reply, entry: { damaged } };
      });
    }),
});
