/**
 * Finds the records of one data type whose value equals the one given, in its canonical form. Shows tokens and masked
 * values, never more; what the index offers is opened and compared before it counts as found.
 */

import type { z } from 'zod';
import type { Json } from '../datatypes/datatype.ts';
import { dataType } from '../datatypes/registry.ts';
import { VaultError } from '../errors.ts';
import type { RecordId, SubjectId, Token } from '../ids.ts';
import { liveCandidates, openRecords } from '../records/open-records.ts';
import { findCandidates, MAX_MATCHES } from '../search/blind-index.ts';
import { tokensOfRecords } from '../tokens/tokens.ts';
import type { Caller } from './caller.ts';
import { perform } from './perform.ts';
import type { SearchBody, SearchReply } from './schema.ts';
import type { Vault } from './vault.ts';

const MAX_RESULTS = 100;

/** The data type offers no search: its values are not meant to be looked up. */
export class NotSearchableError extends VaultError {
  readonly kind = 'invalid';
  readonly code = 'not_searchable';

  constructor() {
    super('Values of this data type cannot be searched.', { field: 'type' });
  }
}

export async function search(
  vault: Vault,
  caller: Caller,
  body: z.infer<typeof SearchBody>,
): Promise<z.infer<typeof SearchReply>> {
  const { purpose, reason } = body;
  return perform(vault, caller, { action: 'search', purpose, reason }, async (door) => {
    const type = dataType(body.type);
    door.decide({ type: { name: type.name, views: Object.keys(type.views) }, view: 'masked' });
    if (type.spread === 'none') throw new NotSearchableError();
    const canonical = type.canonical(type.parse(body.value, { now: door.now }));
    const { tenant } = caller;
    return door.commit('shared', async (tx) => {
      const candidates = await findCandidates(vault.keyStore.reader, vault.keyring.indexes, tenant, type, canonical);
      const live = await liveCandidates(tx, tenant, candidates);
      const from = { records: tx, keys: vault.keyStore.reader, keyring: vault.keyring };
      const opened = await openRecords(from, tenant, live.slice(0, MAX_RESULTS));
      const matches = opened.flatMap((entry) => {
        if (entry instanceof VaultError) return [];
        const { row, value } = entry;
        const plain = value.expose() as Json;
        value.wipe();
        return type.canonical(plain) === canonical ? [{ row, masked: type.views.masked(plain) }] : [];
      });
      const found = matches.map(({ row }) => row.record as RecordId);
      const tokens = await tokensOfRecords(tx, vault.keyring.indexes, tenant, found);
      const results = matches.map(({ row, masked }, i) => ({
        token: tokens[i]?.[0]?.token as Token,
        record: row.record as RecordId,
        ...(row.subject === null ? {} : { subject: row.subject as SubjectId }),
        ...(row.label === null ? {} : { label: row.label }),
        masked,
      }));
      const more = live.length > MAX_RESULTS || candidates.length === MAX_MATCHES;
      return { reply: { results, more }, entry: { records: found, view: 'masked' } };
    });
  });
}
