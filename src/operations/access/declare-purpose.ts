/** Declares a purpose of the caller's tenant, or says something else of it. What stands already is no change. */
import type { z } from 'zod';
import { accessKeys } from '../../access/keys.ts';
import { describePurpose } from '../../access/purposes/describe.ts';
import { noteOf } from '../../access/purposes/rows.ts';
import { DeclarePurposeBody, PurposeParams, PurposeReply } from '../../access/purposes/schema.ts';
import { declarePurpose as declare } from '../../access/purposes.ts';
import { keepNoted } from '../../access/revocations.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { VaultError } from '../../errors.ts';
import { allOf } from '../../faults.ts';
import type { TenantId } from '../../ids.ts';
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
    'again. With a 503 it may hold already: call again until it is answered.',
  params: PurposeParams,
  body: DeclarePurposeBody,
  reply: PurposeReply,
  problems: ['unknown_type', 'too_many_purposes', 'journal_unavailable'],
  example: { request: { told: PURPOSE.told, basis: 'contract', types: ['address', 'card'] }, reply: PURPOSE },
  work: async (vault, caller, { purpose, types, ...rest }) => {
    const { tenant } = caller;
    type Declared = readonly [reply: z.infer<typeof PurposeReply>, note: string];
    const [reply, note] = await perform<Declared>(vault, caller, { action: 'declare_purpose' }, async (door) => {
      const said = { ...rest, types: types ? [...new Set(types)] : undefined };
      await assertTypes(vault, tenant, said.types ?? []);
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      return door.commit('exclusive', async (tx) => {
        const declared = await declare(tx, keys, { tenant, purpose, at: door.now }, said);
        const entry = { target: `${purpose}/${declared.version}` };
        return { reply: [describePurpose(declared), noteOf(keys.principal, purpose)] as const, entry };
      });
    });
    await inTime(caller.limit, keepNoted(vault, tenant, ['declaration'], [note]));
    return reply;
  },
});

/** No type is ever removed, so this holds from then on. */
async function assertTypes(vault: Vault, tenant: TenantId, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const known = new Set((await vault.catalogue.list(tenant)).map(({ type }) => type.name));
  const unknown = names.flatMap((name, i) =>
    known.has(name) ? [] : new VaultError('unknown_type', { field: `types/${i}` }),
  );
  if (unknown.length > 0) throw allOf(unknown);
}
