/** The records and tokens whose keys were compromised and that were sealed anew since, page by page; no values. */
import type { z } from 'zod';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { type ExposedPlace, pageOfExposed } from '../../erasure/exposure.ts';
import type { ExposedQuery, ExposedReply } from '../../erasure/schema.ts';
import type { BucketId, RecordId } from '../../ids.ts';
import type { Vault } from '../../vault/vault.ts';

export async function listExposed(
  vault: Vault,
  caller: Caller,
  query: z.infer<typeof ExposedQuery>,
): Promise<z.infer<typeof ExposedReply>> {
  return perform(vault, caller, { action: 'list_exposed' }, async (door) => {
    door.decide();
    const { job, after, limit } = query;
    const { exposed, next } = await pageOfExposed(vault, caller.tenant, { job, after: placeOf(after), limit });
    const reply = {
      exposed: exposed.map(({ subject, tokens, ...named }) => ({
        ...named,
        ...(subject && { subject }),
        tokens: [...tokens],
      })),
      ...(next && { next: `${next.bucket}/${next.record}` }),
    };
    const records = exposed.map(({ record }) => record);
    return door.commit('shared', async () => ({ reply, entry: { records, ...(job && { target: job }) } }));
  });
}

function placeOf(after: string | undefined): ExposedPlace | undefined {
  if (after === undefined) return undefined;
  const [bucket, record] = after.split('/') as [BucketId, RecordId];
  return { bucket, record };
}
