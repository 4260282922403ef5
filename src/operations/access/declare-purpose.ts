/** Declares a purpose of the caller's tenant, or says something else of it. What stands already is no change. */
import type { z } from 'zod';
import { type AccessKeys, accessKeys } from '../../access/keys.ts';
import { describePurpose } from '../../access/purposes/describe.ts';
import { noteOf } from '../../access/purposes/rows.ts';
import { DeclarePurposeBody, PurposeParams, PurposeReply } from '../../access/purposes/schema.ts';
import { declarePurpose as declare, purposesOfTenant } from '../../access/purposes.ts';
import { keepNoted } from '../../access/revocations.ts';
import { perform } from '../../calls/perform.ts';
import { assertTypesKnown } from '../../calls/resource.ts';
import { inTime } from '../../calls/time-limit.ts';
import type { TenantId } from '../../ids.ts';
import type { Reader } from '../../storage/tx.ts';
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
    'again. With a 503 it may hold already: call again until it is answered.',
  params: PurposeParams,
  body: DeclarePurposeBody,
  reply: PurposeReply,
  problems: ['unknown_type', 'too_many_purposes', 'approval_needed', 'too_many_approvals', 'journal_unavailable'],
  example: { request: { told: PURPOSE.told, basis: 'contract', types: ['address', 'card'] }, reply: PURPOSE },
  work: async (vault, caller, { purpose, types, ...rest }) => {
    const { tenant } = caller;
    type Declared = readonly [reply: z.infer<typeof PurposeReply>, note: string];
    const [reply, note] = await perform<Declared>(vault, caller, { action: 'declare_purpose' }, async (door) => {
      const said = { ...rest, types: types ? [...new Set(types)] : undefined };
      await assertTypesKnown(vault, tenant, said.types ?? []);
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      const askSecond = await door.secondPerson();
      return door.commit('exclusive', async (tx) => {
        if (await opens(tx, keys, tenant, purpose, said.types)) {
          await askSecond(tx, {
            kind: 'purpose',
            request: { purpose, ...said },
            about: { purpose, types: said.types },
          });
        }
        const declared = await declare(tx, keys, { tenant, purpose, at: door.now }, said);
        const entry = { target: `${purpose}/${declared.version}` };
        return { reply: [describePurpose(declared), noteOf(keys.principal, purpose)] as const, entry };
      });
    });
    await inTime(caller.limit, keepNoted(vault, tenant, ['declaration'], [note]));
    return reply;
  },
});

/** Whether a purpose in use is to need more data types than it does: whoever has it may then see more. */
async function opens(
  reader: Reader<'records'>,
  keys: AccessKeys,
  tenant: TenantId,
  purpose: string,
  types: readonly string[] | undefined,
): Promise<boolean> {
  const standing = (await purposesOfTenant(reader, keys.principals, tenant)).find((one) => one.purpose === purpose);
  if (standing === undefined || standing.endedAt !== undefined) return false;
  // Nothing is shown for an altered one.
  if (standing.isAltered) return true;
  const had = standing.types;
  return had !== undefined && (types === undefined || types.some((type) => !had.includes(type)));
}
