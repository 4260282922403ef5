/** Following the links of values whose token is to be given again, to records that somebody else stored or is storing. */
import { VaultError } from '../errors.ts';
import type { RecordId, TenantId, Token } from '../ids.ts';
import { findRecords } from '../records/store.ts';
import { areErased } from '../records/tombstones.ts';
import { cutLinks, type ReuseRow } from '../tokens/reuse.ts';
import { findTokens } from '../tokens/tokens.ts';
import type { Parts } from './parts.ts';

/** A link led to a record or a token that is no more. It has been cut; the call is to be made again. */
export class StaleLinkError extends VaultError {
  readonly kind = 'conflict';
  readonly code = 'concurrent_change';

  constructor() {
    super('The value was erased or changed at the same time by another call. Repeat the call.');
  }
}

export interface Followed {
  readonly link: ReuseRow;
  /** The record's key, where the record is still to be stored under it; the caller wipes it. */
  readonly dek: Buffer | undefined;
}

/**
 * @param links by the place of their value in the call
 * @param own records that this call stores itself: a value may come twice in one call
 * @throws {StaleLinkError}
 */
export async function followLinks(
  parts: Parts,
  tenant: TenantId,
  now: Date,
  links: ReadonlyMap<number, ReuseRow>,
  own: ReadonlySet<RecordId>,
): Promise<Map<number, Followed>> {
  const followed = new Map<number, Followed>();
  const others: [number, ReuseRow][] = [];
  for (const [i, link] of links) {
    if (own.has(link.record as RecordId)) followed.set(i, { link, dek: undefined });
    else others.push([i, link]);
  }
  if (others.length === 0) return followed;

  const { recordStore, keyStore, keyring } = parts;
  const rows = others.map(([, link]) => link);
  const ids = rows.map((link) => link.record as RecordId);
  const asking = { tenant, audience: undefined, now };
  const [records, erased, tokens, deks] = await Promise.all([
    findRecords(recordStore.reader, tenant, ids),
    areErased(recordStore.reader, tenant, ids),
    findTokens(
      recordStore.reader,
      keyring.indexes,
      asking,
      rows.map((link) => link.token as Token),
    ),
    keyring.records.find(
      keyStore.reader,
      tenant,
      rows.map((link) => ({ record: link.record as RecordId, generation: link.generation })),
    ),
  ]);
  const stale: ReuseRow[] = [];
  const taken = new Set<string>();
  for (const [n, [i, link]] of others.entries()) {
    const [record, token, dek] = [records[n], tokens[n], deks[n]];
    const stands = record?.generation === link.generation && !erased[n];
    const isAlive = !(token instanceof VaultError) && token?.record === link.record;
    const isUnmade = record === undefined && !erased[n] && token instanceof VaultError && token.kind === 'not_found';
    if (stands && isAlive) followed.set(i, { link, dek: undefined });
    else if (isUnmade && dek !== undefined) {
      // Stored once, also where the call brings the value twice.
      followed.set(i, { link, dek: taken.has(link.record) ? undefined : Buffer.from(dek) });
      taken.add(link.record);
    } else stale.push(link);
  }
  for (const dek of deks) dek?.fill(0);
  if (stale.length > 0) {
    for (const { dek } of followed.values()) dek?.fill(0);
    await keyStore.exclusive((tx) => cutLinks(tx, stale));
    throw new StaleLinkError();
  }
  return followed;
}
