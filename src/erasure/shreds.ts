/**
 * What was shredded: for each erasure the highest epoch under which any of its keys was wrapped, how many record keys
 * there were, and which indexes had entries. The row is written in the transaction that destroys the keys. An erasure
 * waits by this row: it is final when that epoch and every earlier one are destroyed (K5).
 *
 * Guarantees: a row only grows (the highest epoch, the sum of the keys, the union of the indexes), over pages, repeated
 * runs and two nodes at once. A final row never changes again.
 * Does not: say which records they were; the tombstones do.
 */
import { z } from 'zod';
import { IntegrityError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import { epochInUse } from '../keyring/epochs/epoch-states.ts';
import { buriedTenants } from '../keyring/tenant-tombstones.ts';
import { change, pages, select } from '../storage/queries.ts';
import { lookup, type Row, table, unpackRows } from '../storage/table.ts';
import type { KeyTx, Reader } from '../storage/tx.ts';
import { storedJson } from '../stored-json.ts';

export const shreds = table(
  'keys',
  'shreds',
  {
    tenant: 'id:tenant',
    erasure: 'id:erasure',
    /** The keys were wrapped under this epoch or an earlier one. */
    epoch: 'int',
    records: 'int',
    /** JSON: the index keys, as `name/version`, under which entries were removed. */
    indexes: 'text',
    shredded_at: 'int',
    final_at: 'int?',
  },
  ['tenant', 'erasure'],
);
export type ShredRow = Row<typeof shreds>;
const Names = z.array(z.string());
const shredByErasure = lookup(shreds, ['tenant', 'erasure']);

/** What one transaction destroyed of an erasure. */
export interface Shredded {
  readonly erasure: string;
  /** Undefined where no key was left. */
  readonly epoch: number | undefined;
  readonly records: number;
  readonly indexes: readonly string[];
}

/**
 * Adds to each erasure's row what this transaction destroyed. If nothing was left to destroy, and no row says under
 * which epoch it once was, the current epoch is noted: the keys were wrapped under no later one.
 */
export async function noteShreds(tx: KeyTx, tenant: TenantId, all: readonly Shredded[], now: Date): Promise<void> {
  const blank = { tenant, epoch: 0, records: 0, indexes: '[]', shredded_at: now.getTime(), final_at: null };
  // Locks the rows until the transaction ends, in case another process completes the same erasures.
  const rows = await tx.insertOrGet(
    shreds,
    all.map(({ erasure }) => ({ ...blank, erasure })),
  );
  const current = rows.some(({ epoch }, i) => epoch === 0 && all[i]?.epoch === undefined) ? await epochInUse(tx) : 0;
  const grown = rows.flatMap((row, i) => {
    const shredded = all[i] as Shredded;
    if (row.final_at !== null) return [];
    const epoch = shredded.epoch ?? (row.epoch === 0 ? current : 0);
    return {
      ...row,
      epoch: Math.max(row.epoch, epoch),
      records: row.records + shredded.records,
      indexes: JSON.stringify([...new Set([...indexesOf(row), ...shredded.indexes])].sort()),
    };
  });
  await tx.update(shreds, ['epoch', 'records', 'indexes'], grown);
}

/** @throws {IntegrityError} for a row that was altered */
export function indexesOf(row: Pick<ShredRow, 'indexes'>): string[] {
  const names = storedJson(Names, row.indexes);
  if (names === undefined) throw new IntegrityError();
  return names;
}

export async function findShred(
  reader: Reader<'keys'>,
  tenant: TenantId,
  erasure: string,
): Promise<ShredRow | undefined> {
  return (await findShreds(reader, [{ tenant, erasure }]))[0];
}

/** @returns a row, or undefined, for each erasure in turn */
export async function findShreds(
  reader: Reader<'keys'>,
  of: readonly Pick<ShredRow, 'tenant' | 'erasure'>[],
): Promise<(ShredRow | undefined)[]> {
  const found = await reader.find(
    shredByErasure,
    of.map(({ tenant, erasure }) => [tenant, erasure]),
  );
  return found.map(([row]) => row);
}

/** The tenants that lost keys to erasures or corrections, and are not buried as a whole. */
export async function shreddedTenants(reader: Reader<'keys'>): Promise<TenantId[]> {
  const rows = await reader.query<Pick<ShredRow, 'tenant'>>((sql) =>
    sql(shreds.name)
      .distinct('tenant')
      .whereNotIn('tenant', sql(buriedTenants.of.name).select(buriedTenants.column))
      .orderBy('tenant'),
  );
  return unpackRows(shreds, rows).map(({ tenant }) => tenant as TenantId);
}

/** The newest first. */
export async function newestShreds(reader: Reader<'keys'>, limit: number): Promise<ShredRow[]> {
  return select(reader, shreds, { orderBy: ['shredded_at'], descending: true, limit });
}

/** The erasures that are not final although their epoch is at most `epoch`. */
export function pagesOfNotFinal(reader: Reader<'keys'>, epoch: number, limit: number): AsyncGenerator<ShredRow[]> {
  const where = { epoch: { '<=': epoch } };
  return pages(reader, shreds, {
    literally: 'final_at IS NULL',
    where,
    orderBy: ['epoch', 'tenant', 'erasure'],
    limit,
  });
}

/** Marks erasures as final, each at its own time. One that is final already keeps its time. */
export async function markFinal(
  tx: KeyTx,
  rows: readonly { readonly tenant: string; readonly erasure: string; readonly at: number }[],
): Promise<void> {
  for (const { tenant, erasure, at } of rows) {
    await change(tx, shreds, { tenant, erasure, final_at: null }, { final_at: at });
  }
}
