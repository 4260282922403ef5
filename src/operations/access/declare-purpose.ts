/** Declares a purpose of the caller's tenant, or says something else of it. What stands already is no change. */
import type { z } from 'zod';
import { type AccessKeys, accessKeys } from '../../access/keys.ts';
import { describePurpose } from '../../access/purposes/describe.ts';
import { DeclarePurposeBody, PurposeParams, PurposeReply } from '../../access/purposes/schema.ts';
import { declarePurpose as declare, purposesOfTenant } from '../../access/purposes.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { allOf } from '../../faults.ts';
import type { TenantId } from '../../ids.ts';
import type { Reader } from '../../storage/tx.ts';
import type { Vault } from '../../vault/vault.ts';
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
  problems: ['unknown_type', 'too_many_purposes', 'approval_needed', 'too_many_approvals', 'journal_unavailable'],
  example: { request: { told: PURPOSE.told, basis: 'contract', types: ['address', 'card'] }, reply: PURPOSE },
  work: (vault, caller, { purpose, types, ...rest }) =>
    perform<z.infer<typeof PurposeReply>>(vault, caller, { action: 'declare_purpose' }, async (door) => {
      const { tenant } = caller;
      const said = { ...rest, types: types ? [...new Set(types)] : undefined };
      await assertTypes(vault, tenant, said.types ?? []);
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
        return { reply: describePurpose(declared), entry: { target: `${purpose}/${declared.version}` } };
      });
    }),
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

/** No type is ever removed, so this holds from then on. */
async function assertTypes(vault: Vault, tenant: TenantId, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const known = new Set((await vault.catalogue.list(tenant)).map(({ type }) => type.name));
  const unknown = names.flatMap((name, i) =>
    known.has(name) ? [] : new VaultError('unknown_type', { field: `types/${i}` }),
  );
  if (unknown.length > 0) throw allOf(unknown);
}
