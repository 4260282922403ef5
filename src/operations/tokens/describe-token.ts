/** Says what a token is and stands for: format, limits, type, record, subject, dates. Never anything of its value. */
import type { z } from 'zod';
import type { Caller } from '../../calls/caller.ts';
import { factsFor, namesFor } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import type { RecordId, Token } from '../../ids.ts';
import { liveRecords } from '../../records/open-records.ts';
import type { TokenDescriptionSchema } from '../../tokens/schema.ts';
import { factsOf as tokenFacts } from '../../tokens/token-facts.ts';
import { findToken } from '../../tokens/tokens.ts';
import type { Vault } from '../../vault/vault.ts';

/** @throws `token_not_found` @throws {RecordErasedError}; for one that ended, why */
export async function describeToken(
  vault: Vault,
  caller: Caller,
  token: Token,
): Promise<z.infer<typeof TokenDescriptionSchema>> {
  const { tenant, audience } = caller;
  return perform(vault, caller, { action: 'describe_token' }, async (door) => {
    door.decide();
    return door.commit('shared', async (tx) => {
      const known = await findToken(tx, vault.keyring.indexes, { tenant, audience, now: door.now }, token);
      const record = known.record as RecordId;
      const [row] = await liveRecords(tx, tenant, [record]);
      if (row === undefined || row instanceof VaultError) throw row ?? new VaultError('token_not_found');
      const reply = { ...tokenFacts(known), ...namesFor(caller, row), ...factsFor(caller, row) };
      return { reply, entry: { records: [record] } };
    });
  });
}
