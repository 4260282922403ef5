/**
 * Makes index rows again under another version of their key, from the values themselves, and drops rows of the old
 * version.
 *
 * Guarantees: a row is made only for a record key that is there in that transaction, and held. So an erased or
 * corrected value gets none back: an erasure removes the key first and then all its rows. A row is dropped only in a
 * transaction in which its key is gone, or the row that takes its place is there, made from the opened value. Every
 * page may be done any number of times, by several processes.
 *
 * A row waits, that is, it stays and is searched until a later round, if its record is not there yet (its call may be
 * asleep between the two stores), if its correction is under way, or if its value does not open.
 */
import type { Catalogue } from '../catalogue/catalogue.ts';
import { typesOf } from '../catalogue/types-of.ts';
import type { Json } from '../datatypes/datatype.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import type { RecordId, TenantId } from '../ids.ts';
import { throughStaleKeys } from '../keyring/indexes/index-key.ts';
import type { IndexKey, KnownIndexes } from '../keyring/indexes/index-keys.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { areHeld, keysAt } from '../keyring/tree/key-rows.ts';
import { liveCandidates, type OpenedRecord, openEach } from '../records/open-records.ts';
import type { RecordRow } from '../records/store.ts';
import { count, first, select } from '../storage/queries.ts';
import type { KeyStore, KeyTx, RecordStore } from '../storage/tx.ts';
import { entryRow, type Form, formNamed } from './blind-index.ts';
import { type BlindIndexRow, blindIndexes, indexRowsOf } from './index-rows.ts';

export interface ReindexParts {
  readonly recordStore: RecordStore;
  readonly keyStore: KeyStore;
  readonly keyring: Keyring;
  readonly catalogue: Catalogue;
}

/** The rows of one version of an index. */
export interface Version {
  readonly tenant: string;
  readonly name: string;
  readonly version: number;
}

/** What was done with a page of rows. */
export interface Outcome {
  /** Where the next page begins; undefined: there is none. */
  readonly next: BlindIndexRow | undefined;
  readonly seen: number;
  /** Rows that had none in their place, and could have one. */
  readonly missing: number;
  /** Rows that wait, see above. */
  readonly waiting: number;
}

/** Rows in one page; their values are opened together. */
const PAGE = 256;
/** Where an index row stands: its name, key version, entry, record and generation. */
const PLACE = ['tenant', 'name', 'version', 'mac', 'record', 'generation'] as const;
/** Of the rows of one version. */
const ORDER = ['mac', 'record', 'generation'] as const;

/** A page of a version's rows, after `after` (exclusive). */
export function pageOf(
  { keyStore }: ReindexParts,
  of: Version,
  after: BlindIndexRow | undefined,
): Promise<BlindIndexRow[]> {
  const { tenant, name, version } = of;
  const where = { tenant, name, version };
  return select(keyStore.reader, blindIndexes, { where, orderBy: ORDER, after, limit: PAGE });
}

export function outcome(rows: readonly BlindIndexRow[], missing: number, waiting: number): Outcome {
  return { next: rows.length < PAGE ? undefined : rows.at(-1), seen: rows.length, missing, waiting };
}

/**
 * Looks whether the rows of a page have rows of version `to` in their place, and with `fence` makes the missing ones.
 * Opens only values whose row lacks one: a page that was done before costs its index reads.
 * @param fence first in the transaction that writes; absent: nothing is written
 */
export async function fillPage(
  parts: ReindexParts,
  from: Version,
  to: number,
  after: BlindIndexRow | undefined,
  fence?: (tx: KeyTx) => Promise<void>,
): Promise<Outcome> {
  const tenant = from.tenant as TenantId;
  const rows = await pageOf(parts, from, after);
  const records = [...new Set(rows.map(({ record }) => record))];
  const found = await indexRowsOf(parts.keyStore.reader, tenant, records);
  const there = found.flat().filter((row) => row.name === from.name && row.version === to);
  const done = new Set(there.map(placeOf));
  const lacking = rows.filter((row) => !done.has(placeOf(row)));
  if (lacking.length === 0) return outcome(rows, 0, 0);
  const examined = await examine(parts, tenant, from.name, lacking);
  const known = examined.filter((one) => one.state === 'known' && one.form !== undefined);
  if (fence !== undefined) {
    await throughStaleKeys(async () => {
      const { key } = await keyOf(parts, tenant, from.name, to);
      const made = known.map(({ row, form }) =>
        entryRow(key, tenant, form as Form, row.record as RecordId, row.generation),
      );
      await parts.keyStore.exclusive(async (tx) => {
        await fence(tx);
        const held = await areHeld(tx, made);
        const alive = made.filter((_, i) => held[i]);
        await tx.insert(blindIndexes, alive, 'skip');
      });
    });
  }
  return outcome(rows, known.length, examined.filter(({ state }) => state === 'waiting').length);
}

/**
 * Drops the rows of a page, each once the row of version `to` that takes its place is there.
 * @param fence first in the transaction; absent: the versions must be as this process knows them
 */
export async function dropPage(
  parts: ReindexParts,
  from: Version,
  to: number,
  after: BlindIndexRow | undefined,
  fence?: (tx: KeyTx) => Promise<void>,
): Promise<Outcome> {
  const tenant = from.tenant as TenantId;
  const rows = await pageOf(parts, from, after);
  if (rows.length === 0) return outcome(rows, 0, 0);
  const examined = await examine(parts, tenant, from.name, rows);
  const dropped = await throughStaleKeys(async () => {
    const { key, known } = await keyOf(parts, tenant, from.name, to);
    const place = ({ row, form }: Examined) =>
      form === undefined ? [] : [entryRow(key, tenant, form, row.record as RecordId, row.generation)];
    const places = examined.map(place);
    return parts.keyStore.exclusive(async (tx) => {
      await (fence === undefined ? parts.keyring.indexes.assertCurrent(tx, tenant, known) : fence(tx));
      const held = await areHeld(tx, rows);
      const replaced = examined.flatMap((_, i) => (held[i] ? (places[i] ?? []) : []));
      await tx.insert(blindIndexes, replaced, 'skip');
      const over = examined.flatMap(({ row, state }, i) => (state === 'known' || !held[i] ? [row] : []));
      await tx.remove(
        blindIndexes,
        PLACE,
        over.map((row) => PLACE.map((column) => row[column])),
      );
      return over.length;
    });
  });
  return outcome(rows, 0, rows.length - dropped);
}

export function placeOf({ record, generation }: Pick<BlindIndexRow, 'record' | 'generation'>): string {
  return `${record}/${generation}`;
}

/** A version's key in its present state, with everything that this process knows. */
async function keyOf(
  { keyStore, keyring: { indexes } }: ReindexParts,
  tenant: TenantId,
  name: string,
  version: number,
): Promise<{ key: IndexKey; known: KnownIndexes }> {
  await indexes.isCurrent(keyStore.reader, tenant, await indexes.known(tenant));
  const known = await indexes.known(tenant);
  const key = (await known.versions(name)).find((one) => one.version === version);
  if (key === undefined) throw new IntegrityError();
  return { key, known };
}

interface Examined {
  readonly row: BlindIndexRow;
  /** `known`: the value has been opened, and never changes; `gone`: its key is; `waiting`: see above. */
  readonly state: 'known' | 'gone' | 'waiting';
  /** What is indexed of a known value, if anything. */
  readonly form?: Form | undefined;
}

/** Opens the values of rows. A value belongs to a generation of its record and is the same for good (K6). */
export async function examine(
  parts: ReindexParts,
  tenant: TenantId,
  name: string,
  rows: readonly BlindIndexRow[],
): Promise<Examined[]> {
  const ids = [...new Set(rows.map(({ record }) => record as RecordId))];
  const live = await liveCandidates(parts.recordStore.reader, tenant, ids);
  const opened = await openAll(parts, tenant, live);
  try {
    const known = new Map<string, { form: Form | undefined }>();
    const typeOf = await typesOf(
      parts.catalogue,
      tenant,
      opened.map(({ row }) => row),
    );
    for (const { row, value } of opened) {
      known.set(placeOf(row), { form: formNamed(typeOf(row), value.expose() as Json, name) });
    }
    const keys = await keysAt(parts.keyStore.reader, rows);
    return rows.map((row, i) => {
      if (keys[i] === undefined) return { row, state: 'gone' };
      const found = known.get(placeOf(row));
      return found === undefined ? { row, state: 'waiting' } : { row, state: 'known', form: found.form };
    });
  } finally {
    for (const { value } of opened) value.wipe();
  }
}

/** The values that open. One that was tampered with is left out: it must not keep the others from their new key. */
async function openAll(parts: ReindexParts, tenant: TenantId, live: readonly RecordRow[]): Promise<OpenedRecord[]> {
  const from = { records: parts.recordStore.reader, keys: parts.keyStore.reader, keyring: parts.keyring };
  const entries = await openEach(from, tenant, live);
  return entries.flatMap((entry) => (entry instanceof VaultError ? [] : entry));
}

/** How many rows a version has; counted page by page, so that no statement takes long. */
export async function countRows({ keyStore }: ReindexParts, { tenant, name, version }: Version): Promise<number> {
  const AT_ONCE = 10_000;
  let after: Pick<BlindIndexRow, 'mac' | 'record' | 'generation'> | undefined;
  for (let counted = 0; ; counted += AT_ONCE) {
    const rest = { where: { tenant, name, version }, orderBy: ORDER, after };
    const last = await first(keyStore.reader, blindIndexes, { ...rest, columns: ORDER, skip: AT_ONCE - 1 });
    if (last === undefined) return counted + (await count(keyStore.reader, blindIndexes, { ...rest, limit: AT_ONCE }));
    after = last;
  }
}
