/**
 * Blind indexes: equality search without a readable value. An index holds MACs of compared forms under an index key of
 * the tenant and the form, in the key store: the record store alone does not allow testing a guess.
 *
 * A form that nearly everybody has to themselves is indexed whole. A form that many share (a name, a birthday, the last
 * four digits of a card) is cut to so few bits that each entry names a crowd, by the rule of CipherSweet ("Blind Index
 * Planning"): of R records, C = R / 2^bits share an entry by chance, and 2 <= C <= sqrt(R). An index offers candidates;
 * each is opened and compared before it counts as found.
 *
 *   entry = MAC(index key of tenant and name, "lethe/blind-index/1", tenant, name, type version, form)
 *           of 16 bytes, or cut to bits
 *   name    email            the whole value
 *           card.last4       a part of it
 *           ip:network       the lesser form in which a tenant has values kept
 *
 * Does not: hide from a reader of the key store which records share an entry, nor resist guessing by a holder of the
 * index key (THREATS.md).
 */
import type { DataType, Json, Spread } from '../datatypes/datatype.ts';
import type { RecordId, TenantId } from '../ids.ts';
import { StaleIndexKeysError } from '../keyring/indexes/index-key.ts';
import type { IndexKey, IndexKeys, KnownIndexes } from '../keyring/indexes/index-keys.ts';
import { select } from '../storage/queries.ts';
import { lookup } from '../storage/table.ts';
import type { Reader } from '../storage/tx.ts';
import { type BlindIndexRow, blindIndexes } from './index-rows.ts';

const MAC_BYTES = 16;
/** Index rows read at once for one form. */
const PAGE = 256;

const rowsByMac = lookup(blindIndexes, ['tenant', 'name', 'version', 'mac'], { orderBy: ['record'], limit: PAGE });

/** One compared form of a value, and the index it belongs to. */
export interface Form {
  readonly name: string;
  readonly typeVersion: number;
  readonly spread: Exclude<Spread, 'none'>;
  readonly text: string;
}

/** What a tenant keeps of a value, if not the whole. */
export interface Kept {
  readonly name: string;
  readonly spread: Spread;
}

/** The forms under which a stored value is found. */
export function formsOf(type: DataType, value: Json, kept?: Kept): Form[] {
  const typeVersion = type.version;
  const spread = kept?.spread ?? type.spread;
  const name = kept === undefined ? type.name : `${type.name}:${kept.name}`;
  const whole = spread === 'none' ? [] : [{ name, typeVersion, spread, text: type.canonical(value) }];
  const parts = Object.entries(type.parts ?? {}).flatMap(([part, of]) => {
    const text = kept === undefined ? of.of(value) : undefined;
    return text === undefined ? [] : [{ name: `${type.name}.${part}`, typeVersion, spread: of.spread, text }];
  });
  return [...whole, ...parts];
}

/** How many bits of an entry to keep if many share a form: the middle of what the rule allows. */
export function bitsFor(plannedRecords: number): number {
  const records = Math.log2(Math.max(plannedRecords, 64));
  return Math.round((records / 2 + (records - 1)) / 2);
}

export interface Indexer {
  readonly indexes: IndexKeys;
  /** Bits kept of an entry of a shared form, in indexes made from now on. */
  readonly sharedBits: number;
}

function keysOf(known: KnownIndexes, { sharedBits }: Indexer, form: Form): Promise<readonly IndexKey[]> {
  return known.versions(form.name, form.spread === 'shared' ? sharedBits : undefined);
}

/** Index rows, and the generation of the keys that they were made under: `RecordKeys.create` and `admit` ask for it. */
export interface IndexEntries {
  readonly rows: readonly BlindIndexRow[];
  readonly indexedAt: number;
}

/** If there is nothing to index, any knowledge of the keys is enough. */
export const NOTHING: IndexEntries = { rows: [], indexedAt: Number.POSITIVE_INFINITY };

/** The index rows of a value, under every version that is written now. */
export async function indexRows(
  indexer: Indexer,
  tenant: TenantId,
  forms: readonly Form[],
  record: RecordId,
  generation: number,
): Promise<IndexEntries> {
  if (forms.length === 0) return NOTHING;
  const known = await indexer.indexes.known(tenant);
  const rows: BlindIndexRow[] = [];
  for (const form of forms) {
    for (const key of written(await keysOf(known, indexer, form))) {
      rows.push(entryRow(key, tenant, form, record, generation));
    }
  }
  return { rows, indexedAt: known.generation };
}

/** The rows of several values, with the least of their generations. */
export function allEntries(entries: readonly IndexEntries[]): IndexEntries {
  return {
    rows: entries.flatMap(({ rows }) => rows),
    indexedAt: entries.reduce((least, { indexedAt }) => Math.min(least, indexedAt), NOTHING.indexedAt),
  };
}

/**
 * The form of a stored value that an index of this name holds, whatever was kept of the value when it was stored: its
 * rows are under the names of that form and no other.
 */
export function formNamed(type: DataType, value: Json, name: string): Form | undefined {
  const lesser = Object.entries(type.keeps ?? {}).map(([keep, { spread }]) => ({ name: keep, spread }));
  return [undefined, ...lesser].flatMap((kept) => formsOf(type, value, kept)).find((form) => form.name === name);
}

/** A row of a form under one version of its key. */
export function entryRow(
  key: IndexKey,
  tenant: TenantId,
  form: Form,
  record: RecordId,
  generation: number,
): BlindIndexRow {
  return { tenant, name: form.name, version: key.version, mac: entryOf(key, tenant, form), record, generation };
}

/** The versions under which rows are made: the active one, and the next while it is being filled. */
function written(keys: readonly IndexKey[]): IndexKey[] {
  const active = keys.filter(({ state }) => state === 'active').slice(-1);
  return [...active, ...keys.filter(({ state }) => state === 'filling')];
}

/** The versions that together have a row of every value: all but one that is still being filled. */
function searched(keys: readonly IndexKey[]): IndexKey[] {
  return keys.filter(({ state }) => state !== 'filling');
}

/** A version of a key changes a few times a year. */
const MAX_TRIES = 10;

/**
 * A page of the records whose index matches one of the forms, in the order they were made, after `after` (exclusive).
 * They are only candidates until their opened values are compared. The page is complete whatever happens to the index
 * keys meanwhile: if they change while it is read, it is read again.
 * @returns `more`: whether there may be candidates behind the last one
 */
export async function findCandidates(
  reader: Reader<'keys'>,
  indexer: Indexer,
  tenant: TenantId,
  forms: readonly Form[],
  after: RecordId | undefined,
): Promise<{ records: RecordId[]; more: boolean }> {
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const known = await indexer.indexes.known(tenant);
    try {
      const page = await pageOf(reader, indexer, known, tenant, forms, after);
      if (await indexer.indexes.isCurrent(reader, tenant, known)) return page;
    } catch (error) {
      if (!(error instanceof StaleIndexKeysError)) throw error;
    }
  }
  throw new StaleIndexKeysError();
}

async function pageOf(
  reader: Reader<'keys'>,
  indexer: Indexer,
  known: KnownIndexes,
  tenant: TenantId,
  forms: readonly Form[],
  after: RecordId | undefined,
): Promise<{ records: RecordId[]; more: boolean }> {
  const entries: [string, string, number, Buffer][] = [];
  for (const form of forms) {
    for (const key of searched(await keysOf(known, indexer, form))) {
      entries.push([tenant, form.name, key.version, entryOf(key, tenant, form)]);
    }
  }
  const lists =
    after === undefined
      ? await reader.find(rowsByMac, entries)
      : await Promise.all(entries.map((entry) => pageAfter(reader, entry, after)));
  // Nothing is known beyond the last row of a list that goes on, so no list is used beyond that.
  const ends = lists.filter((list) => list.length === PAGE).map((list) => list.at(-1)?.record as string);
  const end = ends.sort()[0];
  const found = lists.flat().map(({ record }) => record as RecordId);
  const records = [...new Set(found)].filter((record) => end === undefined || record <= end).sort();
  return { records, more: end !== undefined };
}

function pageAfter(
  reader: Reader<'keys'>,
  [tenant, name, version, mac]: [string, string, number, Buffer],
  after: RecordId,
): Promise<{ record: string }[]> {
  return select(reader, blindIndexes, {
    columns: ['record'],
    where: { tenant, name, version, mac },
    orderBy: ['record'],
    after: { record: after },
    limit: PAGE,
  });
}

function entryOf(key: IndexKey, tenant: TenantId, form: Form): Buffer {
  const mac = key.mac('lethe/blind-index/1', MAC_BYTES, tenant, form.name, form.typeVersion, form.text);
  return key.bits === undefined ? mac : cut(mac, key.bits);
}

/** The first bits of a MAC; the rest of the last byte is zero. */
function cut(mac: Buffer, bits: number): Buffer {
  const short = Buffer.from(mac.subarray(0, Math.ceil(bits / 8)));
  const spare = short.length * 8 - bits;
  if (spare > 0) short[short.length - 1] = ((short.at(-1) as number) >> spare) << spare;
  return short;
}
