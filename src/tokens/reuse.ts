/**
 * Tokens that are given again: the same value, type, audience and format, of the same subject, leads to the same token.
 * The link from value to token is a MAC in the key store, under which only one row can stand: the first to insert it
 * wins, on whichever node.
 *
 * Guarantees: nothing about the value can be computed from the token, which is as random as any. A MAC binds a link to
 * its record and token. A link never leads from one subject's value to another's record, whose erasure would take the
 * wrong person's data or leave the right one's. A link goes when its record's key goes.
 * Does not: decide that two values are one; whoever follows a link opens the value and compares it (`intake/links.ts`).
 * Nor hide from a reader of the key store that two calls brought the same value.
 */
import { equalBytes } from '../crypto/mac.ts';
import { type DataType, identityOf, type Json } from '../datatypes/datatype.ts';
import { IntegrityError } from '../errors.ts';
import type { RecordId, SubjectId, TenantId, Token } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import type { Generation } from '../keyring/tree/key-rows.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyTx, Reader } from '../storage/tx.ts';

const KEY_NAME = '@reuse';
/** The whole MAC, unlike some blind indexes: nothing but its equality is compared. */
const MAC_BYTES = 32;
const TAG_BYTES = 16;

export const reuses = table(
  'keys',
  'reuses',
  {
    tenant: 'id:tenant',
    version: 'small',
    mac: 'bytes',
    record: 'id:record',
    generation: 'small',
    subject: 'id:subject?',
    token: 'id:token',
    tag: 'bytes',
  },
  ['tenant', 'version', 'mac'],
);
export type ReuseRow = Row<typeof reuses>;
const linkByMac = lookup(reuses, ['tenant', 'version', 'mac']);
const linksOfRecord = lookup(reuses, ['tenant', 'record']);

/** What makes two requests for a token the same request. */
export interface ReuseScope {
  readonly type: DataType;
  readonly value: Json;
  /** The lesser form in which the tenant keeps the value; undefined: the whole value. */
  readonly kept: string | undefined;
  readonly format: string;
  readonly audience: string | undefined;
  readonly subject: SubjectId | undefined;
}

/** What a scope leads to. */
export interface Link {
  readonly record: RecordId;
  readonly generation: number;
  readonly token: Token;
}

/** The index key behind a link, as `name/version`. */
export function reuseKeyName(version: number): string {
  return `${KEY_NAME}/${version}`;
}

/** The key of the MACs of links. */
export function reuseKey(indexes: IndexKeys, tenant: TenantId): Promise<IndexKey> {
  return indexes.current(tenant, KEY_NAME);
}

/** The link that a call proposes for its scope; `settleReuses` says which link stands. */
export function reuseRow(key: IndexKey, tenant: TenantId, scope: ReuseScope, link: Link): ReuseRow {
  const mac = macOf(key, tenant, scope);
  const row = { tenant, version: key.version, mac, ...link, subject: scope.subject ?? null };
  return { ...row, tag: tagOf(key, row) };
}

function macOf(key: IndexKey, tenant: TenantId, scope: ReuseScope): Buffer {
  const { type, value, kept, format, audience, subject } = scope;
  const fields = [type.name, type.version, kept ?? '', format, audience ?? '', subject ?? '', identityOf(type, value)];
  return key.mac('lethe/reuse/1', MAC_BYTES, tenant, ...fields);
}

/** The link that stands for each scope; whoever follows it checks it. */
export async function findLinks(
  reader: Reader<'keys'>,
  key: IndexKey,
  tenant: TenantId,
  scopes: readonly ReuseScope[],
): Promise<(ReuseRow | undefined)[]> {
  const found = await reader.find(
    linkByMac,
    scopes.map((scope) => [tenant, key.version, macOf(key, tenant, scope)]),
  );
  return found.map(([row]) => row);
}

/**
 * Settles the proposals: two calls that bring the same value at once end up with the same link.
 * @returns for each row the one that now stands for its scope
 * @throws {IntegrityError} for a link that was altered
 */
export async function settleReuses(tx: KeyTx, key: IndexKey, rows: readonly ReuseRow[]): Promise<ReuseRow[]> {
  // One row for each scope: a call may bring the same value twice.
  const first = new Map<string, ReuseRow>();
  for (const row of rows) if (!first.has(hex(row))) first.set(hex(row), row);
  const standing = await tx.insertOrGet(reuses, [...first.values()]);
  const byMac = new Map(standing.map((row) => [hex(row), row]));
  return rows.map((row) => {
    const found = byMac.get(hex(row)) as ReuseRow;
    if (!equalBytes(tagOf(key, found), found.tag)) throw new IntegrityError({ record: found.record });
    return found;
  });
}

/** Cuts links that lead nowhere: to a record that was erased, was corrected or never came to be, or to a dead token. */
export async function cutLinks(tx: KeyTx, links: readonly ReuseRow[]): Promise<void> {
  // With its tag, so that a link which has taken the stale one's place meanwhile stays.
  await tx.remove(
    reuses,
    ['tenant', 'version', 'mac', 'tag'],
    links.map((row) => [row.tenant, row.version, row.mac, row.tag]),
  );
}

/** The links to each of these records, of every generation. */
export async function linksOf(
  reader: Reader<'keys'>,
  tenant: TenantId,
  records: readonly string[],
): Promise<ReuseRow[][]> {
  return reader.find(
    linksOfRecord,
    records.map((record) => [tenant, record]),
  );
}

export async function removeLinksOf(tx: KeyTx, tenant: TenantId, records: readonly string[]): Promise<void> {
  await tx.remove(
    reuses,
    ['tenant', 'record'],
    records.map((record) => [tenant, record]),
  );
}

/** Those to one generation of each record. */
export async function removeLinksAt(tx: KeyTx, tenant: TenantId, places: readonly Generation[]): Promise<void> {
  await tx.remove(
    reuses,
    ['tenant', 'record', 'generation'],
    places.map(({ record, generation }) => [tenant, record, generation]),
  );
}

/**
 * Moves links on to a new generation of records whose value stays. Only in an exclusive transaction.
 * @param moves `from`: the generations that have stood for the same value
 */
export async function leadOn(
  tx: KeyTx,
  indexes: IndexKeys,
  tenant: TenantId,
  moves: readonly { readonly record: RecordId; readonly from: readonly number[]; readonly to: number }[],
): Promise<void> {
  const held = await linksOf(
    tx,
    tenant,
    moves.map(({ record }) => record),
  );
  const rows: ReuseRow[] = [];
  for (const [i, { from, to }] of moves.entries()) {
    for (const row of held[i] ?? []) {
      if (!from.includes(row.generation)) continue;
      const key = await indexes.version(tenant, KEY_NAME, row.version);
      // An altered link stays as it is: whoever follows it finds out.
      if (!equalBytes(tagOf(key, row), row.tag)) continue;
      const moved = { ...row, generation: to };
      rows.push({ ...moved, tag: tagOf(key, moved) });
    }
  }
  await tx.update(reuses, ['generation', 'tag'], rows);
}

function hex({ mac }: ReuseRow): string {
  return mac.toString('hex');
}

function tagOf(key: IndexKey, row: Omit<ReuseRow, 'tag'>): Buffer {
  const { tenant, mac, record, generation, subject, token } = row;
  return key.mac('lethe/reuse-tag/1', TAG_BYTES, tenant, mac, record, generation, subject ?? '', token);
}
