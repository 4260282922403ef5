/**
 * Fills the index of a part of a type for values that were stored before the type had the part. It goes through the
 * index of the whole values, in pages, and makes the rows that are missing from the opened values.
 *
 * Guarantees: as in `reindex.ts`, a row is made only for a record key that is there in that transaction, and held. A
 * row is made under every version that is written at that moment, as for a new value. Done again, it opens only values
 * without such a row.
 * Does not: reach a value that has no index of its own, or whose record is not there yet; that call makes its own rows.
 */
import type { Catalogue } from '../catalogue/catalogue.ts';
import { VaultError } from '../errors.ts';
import type { RecordId, TenantId } from '../ids.ts';
import { throughStaleKeys } from '../keyring/indexes/index-key.ts';
import { areHeld, keysAt } from '../keyring/tree/key-rows.ts';
import type { KeyTx } from '../storage/tx.ts';
import { allEntries, type Form, type IndexEntries, type Indexer, indexRows } from './blind-index.ts';
import { type BlindIndexRow, indexRowsOf, insertIndexRows } from './index-rows.ts';
import { examine, type Outcome, outcome, pageOf, placeOf, type ReindexParts } from './reindex.ts';

export interface FillParts extends ReindexParts {
  readonly indexer: Indexer;
}

/**
 * The index of the whole values beside which an index holds a part of them.
 * @returns undefined for any other index
 */
export async function wholeOf(catalogue: Catalogue, tenant: TenantId, name: string): Promise<string | undefined> {
  const [of = '', part = ''] = name.split('.');
  const known = await catalogue.type(tenant, of).catch((error: unknown) => {
    if (error instanceof VaultError && error.code === 'unknown_type') return undefined;
    throw error;
  });
  const isPart = known !== undefined && Object.hasOwn(known.type.parts ?? {}, part) && known.type.spread !== 'none';
  return isPart ? of : undefined;
}

/** Makes the key of a part's index, if nothing was ever indexed there: a release may have added the part. */
export async function ensurePartIndex(
  { catalogue, indexer }: Pick<FillParts, 'catalogue' | 'indexer'>,
  tenant: TenantId,
  name: string,
): Promise<void> {
  const whole = await wholeOf(catalogue, tenant, name);
  if (whole === undefined) return;
  const { type } = await catalogue.type(tenant, whole);
  const isShared = type.parts?.[name.slice(whole.length + 1)]?.spread === 'shared';
  await indexer.indexes.versions(tenant, name, isShared ? indexer.sharedBits : undefined);
}

/** @param fence first in the transaction that writes */
export async function fillPartPage(
  parts: FillParts,
  of: { readonly tenant: TenantId; readonly whole: string; readonly part: string },
  after: BlindIndexRow | undefined,
  fence: (tx: KeyTx) => Promise<void>,
): Promise<Outcome> {
  const { tenant, whole, part } = of;
  const { keyStore, keyring } = parts;
  const active = (await keyring.indexes.versions(tenant, whole)).filter(({ state }) => state === 'active').at(-1);
  if (active === undefined) return outcome([], 0, 0);
  const rows = await pageOf(parts, { tenant, name: whole, version: active.version }, after);
  const found = await indexRowsOf(keyStore.reader, tenant, [...new Set(rows.map(({ record }) => record))]);
  const done = new Set(found.flat().flatMap((row) => (row.name === part ? [placeOf(row)] : [])));
  const lacking = rows.filter((row) => !done.has(placeOf(row)));
  if (lacking.length === 0) return outcome(rows, 0, 0);
  const examined = await examine(parts, tenant, part, lacking);
  const known = examined.flatMap(({ row, form }) => (form === undefined ? [] : [{ row, form }]));
  await throughStaleKeys(() => insert(parts, tenant, known, fence));
  return outcome(rows, known.length, examined.filter(({ state }) => state === 'waiting').length);
}

async function insert(
  { keyStore, keyring, indexer }: FillParts,
  tenant: TenantId,
  known: readonly { readonly row: BlindIndexRow; readonly form: Form }[],
  fence: (tx: KeyTx) => Promise<void>,
): Promise<void> {
  const made: IndexEntries[] = [];
  for (const { row, form } of known) {
    made.push(await indexRows(indexer, tenant, [form], row.record as RecordId, row.generation));
  }
  const { rows, indexedAt } = allEntries(made);
  if (rows.length === 0) return;
  await keyStore.exclusive(async (tx) => {
    await fence(tx);
    // Buckets before keys, in the order of an erasure, so that neither waits for the other.
    const buckets = (await keysAt(tx, rows)).flatMap((key) => key?.bucket ?? []);
    await keyring.indexes.admitTo(tx, tenant, indexedAt, buckets);
    const held = await areHeld(tx, rows);
    await insertIndexRows(
      tx,
      rows.filter((_, i) => held[i]),
    );
  });
}
