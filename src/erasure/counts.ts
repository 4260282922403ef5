/**
 * Compares how many erasures and corrections of each tenant the two stores know. A store that went back lacks some for
 * good, however many came since. Counting takes each store some 0.4 s a million, once, at a start. Where a number
 * differs, the rows themselves are compared: others may erase meanwhile, and the key store has no note of erasures by
 * the first releases.
 *
 * Guarantees: every erasure that one store has completed is known to the other, unless each lacks as many as the other;
 * the journal says more. The result is right while other processes erase, too: rows are read in the order in which they
 * are written, so that no sound store is accused.
 */
import type { TenantId } from '../ids.ts';
import { findTenantTombstones } from '../keyring/tenant-tombstones.ts';
import { areMirrored, firstTombstone } from '../records/tombstones.ts';
import { pages, select } from '../storage/queries.ts';
import { type Table, unpackRows } from '../storage/table.ts';
import type { Reader } from '../storage/tx.ts';
import { type DestructionRow, destructions, findDestructions, type Stores, UNFINISHED } from './destructions.ts';
import type { Lacking } from './remembered.ts';
import { findShreds, type ShredRow, shreds } from './shreds.ts';

const PAGE = 1_000;

type Counts = ReadonlyMap<string, number>;

export async function countsAgree({ recordStore, keyStore }: Stores): Promise<Lacking> {
  const [records, keys] = [recordStore.reader, keyStore.reader];
  const shredded = await perTenant(keys, shreds);
  const ordered = await perTenant(records, destructions);
  const { unfinished, begun } = await underWay(records, keys);
  const recordStoreLacks: string[] = [];
  for (const [tenant, n] of shredded) {
    if (n > at(ordered, tenant) - at(unfinished, tenant) + at(begun, tenant)) recordStoreLacks.push(tenant);
  }
  const keyStoreLacks: string[] = [];
  for (const [tenant, n] of ordered) {
    if (n - at(unfinished, tenant) + at(begun, tenant) > at(shredded, tenant)) keyStoreLacks.push(tenant);
  }
  return {
    recordStoreLacks: await some(recordStoreLacks, (tenant) => lacksOrders(records, keys, tenant)),
    keyStoreLacks: await some(keyStoreLacks, (tenant) => lacksShreds(records, keys, tenant)),
  };
}

function at(counts: Counts, tenant: string): number {
  return counts.get(tenant) ?? 0;
}

async function some(tenants: readonly string[], lacks: (tenant: TenantId) => Promise<boolean>): Promise<boolean> {
  for (const tenant of tenants) if (await lacks(tenant as TenantId)) return true;
  return false;
}

async function perTenant(reader: Reader, of: Table): Promise<Counts> {
  const rows = await reader.query<{ tenant: string; n: number }>((sql) =>
    sql(of.name).select('tenant').count('* as n').groupBy('tenant'),
  );
  return new Map(unpackRows(of, rows).map(({ tenant, n }) => [tenant, Number(n)]));
}

/** Orders that are not completed, and how many of these have begun to destroy keys. */
async function underWay(records: Reader<'records'>, keys: Reader<'keys'>) {
  const [unfinished, begun] = [new Map<string, number>(), new Map<string, number>()];
  const add = (counts: Map<string, number>, tenant: string) => counts.set(tenant, at(counts, tenant) + 1);
  const rows = await select(records, destructions, { columns: ['tenant', 'erasure'], literally: UNFINISHED });
  const found = await findShreds(keys, rows);
  for (const [i, { tenant }] of rows.entries()) {
    add(unfinished, tenant);
    if (found[i] !== undefined) add(begun, tenant);
  }
  return { unfinished, begun };
}

async function lacksOrders(records: Reader<'records'>, keys: Reader<'keys'>, tenant: TenantId): Promise<boolean> {
  // A record store from before a tenant was added knows nothing of it, and does not need to know of its end.
  const [buried] = await findTenantTombstones(keys, [tenant]);
  if (buried !== undefined) return false;
  for await (const page of pagesOfShreds(keys, tenant)) {
    if ((await withoutOrder(records, page)).length > 0) return true;
  }
  return false;
}

/** @returns those for which the record store has no order */
export async function withoutOrder(records: Reader<'records'>, page: readonly ShredRow[]): Promise<ShredRow[]> {
  const orders = await findDestructions(records, page);
  return page.filter((_, i) => orders[i] === undefined);
}

async function lacksShreds(records: Reader<'records'>, keys: Reader<'keys'>, tenant: TenantId): Promise<boolean> {
  const ofTenant = { where: { tenant }, orderBy: ['erasure'], limit: PAGE } as const;
  for await (const page of pages(records, destructions, ofTenant)) {
    const done = page.filter(({ state }) => state === 'completed');
    const found = await findShreds(keys, done);
    for (const order of done.filter((_, i) => found[i] === undefined)) {
      if (!(await isMirrored(records, keys, order))) return true;
    }
  }
  return false;
}

/** For an erasure without a note, as in the first releases: whether the key store knows its first key to be gone. */
async function isMirrored(records: Reader<'records'>, keys: Reader<'keys'>, { tenant, erasure }: DestructionRow) {
  const first = await firstTombstone(records, tenant, erasure);
  if (first === undefined) return true;
  const [mirrored] = await areMirrored(keys, tenant as TenantId, [first]);
  return mirrored === true;
}

/** What was shredded of one tenant. */
export function pagesOfShreds(keys: Reader<'keys'>, tenant: TenantId): AsyncGenerator<ShredRow[]> {
  return pages(keys, shreds, { where: { tenant }, orderBy: ['erasure'], limit: PAGE });
}
