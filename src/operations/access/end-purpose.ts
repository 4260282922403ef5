/** Ends a purpose that no principal has any more: it can be given to nobody. */
import type { z } from 'zod';
import { accessKeys } from '../../access/keys.ts';
import { describePurpose } from '../../access/purposes/describe.ts';
import { PurposeParams, PurposeReply } from '../../access/purposes/schema.ts';
import { endPurpose as end } from '../../access/purposes.ts';
import { perform } from '../../calls/perform.ts';
import { PURPOSE } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `purpose_not_found`, `purpose_in_use` */
export const endPurpose = operation({
  operationId: 'endPurpose',
  action: 'end_purpose',
  method: 'delete',
  path: '/v1/purposes/{purpose}',
  summary: 'End a purpose that no principal has any more.',
  description: 'From then on it can be given to nobody. A repeat changes nothing.',
  params: PurposeParams,
  reply: PurposeReply,
  problems: ['purpose_not_found', 'purpose_in_use'],
  example: {
    reply: { ...PURPOSE, version: 2, changedAt: '2026-11-22T12:00:00.000Z', endedAt: '2026-11-22T12:00:00.000Z' },
  },
  work: (vault, caller, { purpose }) =>
    perform<z.infer<typeof PurposeReply>>(vault, caller, { action: 'end_purpose' }, async (door) => {
      const { tenant } = caller;
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      return door.commit('exclusive', async (tx) => {
        const ended = await end(tx, keys, { tenant, purpose, at: door.now });
        return { reply: describePurpose(ended), entry: { target: `${purpose}/${ended.version}` } };
      });
    }),
});
