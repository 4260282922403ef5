/** Declares a purpose of the caller's tenant, or says something else of it. What stands already is no change. */
import type { z } from 'zod';
import { accessKeys } from '../../access/keys.ts';
import { describePurpose } from '../../access/purposes/describe.ts';
import { DeclarePurposeBody, PurposeParams, PurposeReply } from '../../access/purposes/schema.ts';
import { declarePurpose as declare } from '../../access/purposes.ts';
import { perform } from '../../calls/perform.ts';
import { assertTypesKnown } from '../../calls/resource.ts';
import { PURPOSE } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `unknown_type`, with the place of each name that is none; `too_many_purposes`. Nothing has been changed */
export const declarePurpose = operation({
  operationId: 'declarePurpose',
  action: 'declare_purpose',
  method: 'put',
  path: '/v1/purposes/{purpose}',
  summary: 'Declare a purpose, or say something else of it.',
  description:
    'The body is all that is said of it from now on; what was said before stays readable. One that had ended is in use ' +
    'again.',
  params: PurposeParams,
  body: DeclarePurposeBody,
  reply: PurposeReply,
  problems: ['unknown_type', 'too_many_purposes'],
  example: { request: { told: PURPOSE.told, basis: 'contract', types: ['address', 'card'] }, reply: PURPOSE },
  work: (vault, caller, { purpose, types, ...rest }) =>
    perform<z.infer<typeof PurposeReply>>(vault, caller, { action: 'declare_purpose' }, async (door) => {
      const { tenant } = caller;
      const said = { ...rest, types: types ? [...new Set(types)] : undefined };
      await assertTypesKnown(vault, tenant, said.types ?? []);
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      return door.commit('exclusive', async (tx) => {
        const declared = await declare(tx, keys, { tenant, purpose, at: door.now }, said);
        return { reply: describePurpose(declared), entry: { target: `${purpose}/${declared.version}` } };
      });
    }),
});
