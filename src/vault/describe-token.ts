/** Says what a token stands for: type, record, subject, dates. Never anything of its value. */

import type { z } from 'zod';
import { VaultError } from '../errors.ts';
import type { RecordId, SubjectId, Token } from '../ids.ts';
import { liveRecords } from '../records/open-records.ts';
import { findTokens, TokenNotFoundError } from '../tokens/tokens.ts';
import type { Caller } from './caller.ts';
import { perform } from './perform.ts';
import type { TokenDescriptionSchema } from './schema.ts';
import type { Vault } from './vault.ts';

/** @throws {TokenNotFoundError} @throws {RecordErasedError} */
export async function describeToken(
  vault: Vault,
  caller: Caller,
  token: Token,
): Promise<z.infer<typeof TokenDescriptionSchema>> {
  return perform(vault, caller, { action: 'describe_token' }, async (door) => {
    door.decide();
    return door.commit('shared', async (tx) => {
      const [known] = await findTokens(tx, vault.keyring.indexes, caller.tenant, [token]);
      if (known === undefined) throw new TokenNotFoundError();
      const record = known.record as RecordId;
      const [row] = await liveRecords(tx, caller.tenant, [record]);
      if (row === undefined || row instanceof VaultError) throw row ?? new TokenNotFoundError();
      const reply = {
        token,
        record,
        ...(row.subject === null ? {} : { subject: row.subject as SubjectId }),
        type: row.type,
        ...(row.label === null ? {} : { label: row.label }),
        version: row.version,
        createdAt: new Date(row.created_at).toISOString(),
        updatedAt: new Date(row.updated_at).toISOString(),
      };
      return { reply, entry: { records: [record] } };
    });
  });
}
