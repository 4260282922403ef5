/** Says what a record is, and lists its tokens. Never anything of its value. */
import type { z } from 'zod';
import type { Caller } from '../../calls/caller.ts';
import { namesFor, tokensFor } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import type { RecordId } from '../../ids.ts';
import { findRecord } from '../../records/open-records.ts';
import { factsOf as recordFacts } from '../../records/record-facts.ts';
import { stateOf, factsOf as tokenFacts } from '../../tokens/token-facts.ts';
import { tokensOfRecords } from '../../tokens/tokens.ts';
import type { Vault } from '../../vault/vault.ts';
import type { RecordDescriptionSchema } from './schema.ts';

/** @throws `record_not_found` @throws {RecordErasedError} */
export async function describeRecord(
  vault: Vault,
  caller: Caller,
  record: RecordId,
): Promise<z.infer<typeof RecordDescriptionSchema>> {
  return perform(vault, caller, { action: 'read_record' }, async (door) => {
    door.decide();
    return door.commit('shared', async (tx) => {
      const row = await findRecord(tx, caller.tenant, record);
      const [rows = []] = await tokensOfRecords(tx, vault.keyring.indexes, caller, [record]);
      const tokens = tokensFor(caller, row.type, rows).map((token) => ({
        ...tokenFacts(token),
        state: stateOf(token, door.now),
      }));
      const reply = { ...namesFor(caller, row), record, ...recordFacts(row), tokens };
      return { reply, entry: { records: [record] } };
    });
  });
}
