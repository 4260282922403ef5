/**
 * Follows the links of values whose token is to be given again, to records that somebody else stored or is storing.
 *
 * Guarantees: a value is dropped only for a stored one that was opened and is equal to it; that an index takes the two
 * for one is never enough. A link is cut only if it leads to another value, or if two looks in a row find that it leads
 * nowhere: the reads of one look may lie on both sides of a commit. A record is stored under another call's keys only
 * while these are so young that no sweep can take them for orphans before this call has committed.
 */
import { equalBytes } from '../crypto/mac.ts';
import { type DataType, identityOf, type Json } from '../datatypes/datatype.ts';
import { resealsUnderWay } from '../erasure/corrections.ts';
import { VaultError } from '../errors.ts';
import { createdAt, type RecordId, type TenantId, type Token } from '../ids.ts';
import { areHeld, keysAt } from '../keyring/tree/key-rows.ts';
import { openRecords } from '../records/open-records.ts';
import { findRecords, type RecordRow } from '../records/store.ts';
import { areErased } from '../records/tombstones.ts';
import { allEntries, formsOf, type IndexEntries, indexRows } from '../search/blind-index.ts';
import { insertIndexRows } from '../search/index-rows.ts';
import { secrets, wipe } from '../secret.ts';
import { MAX_CALL_MS } from '../storage/limits.ts';
import { cutLinks, type ReuseRow } from '../tokens/reuse.ts';
import { findTokens } from '../tokens/tokens.ts';
import type { Accepted } from './accept.ts';
import type { Parts } from './parts.ts';

/** A link led to a record or token that is gone, or to another value. It has been cut; the call is to be made again. */
function staleLink(): VaultError {
  return new VaultError(
    'concurrent_change',
    'The value was erased or changed at the same time by another call. Repeat the call.',
  );
}

export interface Followed {
  readonly link: Pick<ReuseRow, 'record' | 'generation' | 'token'>;
  /** The record's key, if the record is still to be stored under it; the caller wipes it. */
  readonly dek: Buffer | undefined;
  /** When the token ends, if somebody has given it an end since. */
  readonly expiresAt: Date | undefined;
}

/**
 * @param links by the place of their value in the call
 * @param values of the call, by the same places
 * @param own records that this call stores itself: a value may come twice in one call
 * @throws `concurrent_change`
 */
export async function followLinks(
  parts: Parts,
  tenant: TenantId,
  now: Date,
  links: ReadonlyMap<number, ReuseRow>,
  own: ReadonlySet<RecordId>,
  values: readonly Accepted[],
): Promise<Map<number, Followed>> {
  const followed = new Map<number, Followed>();
  const others: [number, ReuseRow][] = [];
  for (const [i, link] of links) {
    if (own.has(link.record as RecordId)) followed.set(i, { link, dek: undefined, expiresAt: undefined });
    else others.push([i, link]);
  }
  if (others.length === 0) return followed;

  const rows = others.map(([, link]) => link);
  const seen = await look(parts, tenant, now, rows);
  using deks = secrets(seen.map((one) => one?.dek));
  const doubtful = rows.filter((_, n) => seen[n] === undefined);
  if (doubtful.length > 0) {
    const again = await look(parts, tenant, now, doubtful);
    wipe(again.map((one) => one?.dek));
    const stale = doubtful.filter((_, n) => again[n] === undefined);
    if (stale.length > 0) await parts.keyStore.exclusive((tx) => cutLinks(tx, stale));
    throw staleLink();
  }
  await assertEqual(
    parts,
    tenant,
    others.map(([i, link], n) => ({ link, value: values[i] as Accepted, row: seen[n]?.row })),
  );
  const taken = new Set<string>();
  for (const [n, [i, link]] of others.entries()) {
    // Stored once, even if the call brings the value twice.
    const dek = taken.has(link.record) ? undefined : deks[n];
    followed.set(i, { link, dek, expiresAt: (seen[n] as Seen).expiresAt });
    // From here on the caller wipes it.
    if (dek !== undefined) deks[n] = undefined;
    taken.add(link.record);
  }
  return followed;
}

type Seen = Pick<Followed, 'dek' | 'expiresAt'> & {
  /** Absent if the record is still to be stored. */
  readonly row: RecordRow | undefined;
};

/** @throws `concurrent_change` where a link leads to a value that is not the one sent; such links have been cut */
async function assertEqual(
  { recordStore, keyStore, keyring, catalogue }: Parts,
  tenant: TenantId,
  followed: readonly { readonly link: ReuseRow; readonly value: Accepted; readonly row: RecordRow | undefined }[],
): Promise<void> {
  const stored = followed.filter(({ row }) => row !== undefined);
  if (stored.length === 0) return;
  const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
  const entries = await openRecords(
    from,
    tenant,
    stored.map(({ row }) => row as RecordRow),
  );
  const strange: ReuseRow[] = [];
  try {
    for (const [n, entry] of entries.entries()) {
      const { link, value } = stored[n] as (typeof stored)[number];
      // Erased or corrected since the look: the next try sees it.
      if (entry instanceof VaultError) throw staleLink();
      const { type: name, type_version: version } = entry.row;
      const type = await catalogue.stored(tenant, name, version);
      const isEqual = name === value.type.name && areEqual(type, entry.value.expose() as Json, value);
      if (!isEqual) strange.push(link);
    }
  } finally {
    for (const entry of entries) if (!(entry instanceof VaultError)) entry.value.wipe();
  }
  if (strange.length === 0) return;
  await keyStore.exclusive((tx) => cutLinks(tx, strange));
  throw staleLink();
}

function areEqual(type: DataType, stored: Json, sent: Accepted): boolean {
  const [one, other] = [identityOf(type, stored), identityOf(sent.type, sent.value)].map((text) => Buffer.from(text));
  return equalBytes(one as Buffer, other as Buffer);
}

/** @returns undefined for a link that leads nowhere, as far as these reads can tell */
async function look(
  { recordStore, keyStore, keyring }: Parts,
  tenant: TenantId,
  now: Date,
  links: readonly ReuseRow[],
): Promise<(Seen | undefined)[]> {
  const ids = links.map((link) => link.record as RecordId);
  const named = links.map((link) => link.token as Token);
  const places = links.map((link) => ({ record: link.record as RecordId, generation: link.generation }));
  const [records, erased, tokens] = await Promise.all([
    findRecords(recordStore.reader, tenant, ids),
    areErased(recordStore.reader, tenant, ids),
    findTokens(recordStore.reader, keyring.indexes, { tenant, audience: undefined, now }, named),
  ]);
  using deks = secrets(await keyring.records.find(keyStore.reader, tenant, places));
  // A link is ahead of its record while the record is sealed anew.
  const ahead = links.filter((link, n) => link.generation > (records[n]?.generation ?? link.generation));
  const notes = await resealsUnderWay(
    keyStore.reader,
    tenant,
    ahead.map(({ record }) => record as RecordId),
  );
  return links.map((link, n) => {
    const [record, token, dek] = [records[n], tokens[n], deks[n]];
    const isSealedAnew = notes.some(
      (note) =>
        note.record === link.record && note.generation === link.generation && note.resealed_from === record?.generation,
    );
    if ((record?.generation === link.generation || isSealedAnew) && !erased[n]) {
      if (token === undefined || token instanceof VaultError || token.record !== link.record) return undefined;
      const expiresAt = token.expires_at === null ? undefined : new Date(token.expires_at);
      return { dek: undefined, expiresAt, row: record };
    }
    const isUnmade = record === undefined && !erased[n] && token instanceof VaultError && token.kind === 'not_found';
    const isYoung = now.getTime() - createdAt(link.record as RecordId).getTime() < MAX_CALL_MS;
    if (!isUnmade || !isYoung || dek === undefined) return undefined;
    // From here on the caller wipes it.
    deks[n] = undefined;
    return { dek, expiresAt: undefined, row: undefined };
  });
}

/**
 * Adds the index rows of values that are stored under keys which another call prepared for an equal value. Equal values
 * may differ in part (one card, two expiries), and each is to be found by its own parts.
 * @throws `concurrent_change` if a key has gone meanwhile
 * @throws {StaleIndexKeysError} if those of an index were changed
 */
export async function indexHelped(
  { keyStore, keyring, indexer }: Parts,
  tenant: TenantId,
  helped: readonly (Pick<Followed, 'link'> & { readonly value: Accepted })[],
): Promise<void> {
  if (helped.length === 0) return;
  const entries: IndexEntries[] = [];
  for (const { link, value } of helped) {
    const forms = formsOf(value.type, value.value, value.kept);
    entries.push(await indexRows(indexer, tenant, forms, link.record as RecordId, link.generation));
  }
  const { rows, indexedAt } = allEntries(entries);
  await keyStore.exclusive(async (tx) => {
    const keys = helped.map(({ link: { record, generation } }) => ({ tenant, record, generation }));
    // Buckets before keys, in the order of an erasure, so that neither waits for the other.
    const buckets = (await keysAt(tx, keys)).flatMap((key) => key?.bucket ?? []);
    await keyring.indexes.admitTo(tx, tenant, indexedAt, buckets);
    if ((await areHeld(tx, keys)).includes(false)) throw staleLink();
    await insertIndexRows(tx, rows);
  });
}
