/**
 * Tombstones of whole tenants in the key store: one row instead of one for each of its keys. Code that makes a key asks
 * here first, in the transaction that makes it.
 *
 * Guarantees: no bucket, index or window key of a buried tenant is made by a transaction that begins after the burial.
 * Does not, on PostgreSQL: hold off one that asked before the burial and commits after it; what that makes is destroyed
 * by the sweep that goes on for erased tenants (`erasure/tenants.ts`).
 */
import { VaultError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import { select, values } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyTx, Reader } from '../storage/tx.ts';

export const tenantTombstones = table(
  'keys',
  'tenant_tombstones',
  {
    tenant: 'id:tenant',
    erasure: 'id:erasure',
    ordered_by: 'id:principal',
    ordered_at: 'int',
    buried_at: 'int',
    /** The highest epoch under which its keys were wrapped, as far as they have been destroyed. */
    epoch: 'int?',
    records: 'int',
    /** When the last of its keys was destroyed. */
    shredded_at: 'int?',
  },
  ['tenant'],
);
export type TenantTombstoneRow = Row<typeof tenantTombstones>;
const tombstoneOfTenant = lookup(tenantTombstones, ['tenant']);
/** For conditions on other tables of the key store. */
export const buriedTenants = values(tenantTombstones, 'tenant');

/** @returns for each tenant its tombstone, or undefined */
export async function findTenantTombstones(
  reader: Reader<'keys'>,
  tenants: readonly string[],
): Promise<(TenantTombstoneRow | undefined)[]> {
  const found = await reader.find(
    tombstoneOfTenant,
    tenants.map((tenant) => [tenant]),
  );
  return found.map(([row]) => row);
}

export async function allTenantTombstones(reader: Reader<'keys'>): Promise<TenantTombstoneRow[]> {
  return select(reader, tenantTombstones, { orderBy: ['tenant'] });
}

/** An existing one stays as it is. */
export async function buryTenant(
  tx: KeyTx,
  row: Pick<TenantTombstoneRow, 'tenant' | 'erasure' | 'ordered_by' | 'ordered_at' | 'buried_at'>,
): Promise<void> {
  await tx.insert(tenantTombstones, [{ ...row, epoch: null, records: 0, shredded_at: null }], 'skip');
}

/** Adds what a transaction destroyed of a buried tenant. @param epoch the highest under which any of it was wrapped */
export async function noteDestroyed(
  tx: KeyTx,
  tenant: TenantId,
  { epoch, records }: { readonly epoch: number | undefined; readonly records: number },
): Promise<void> {
  // Locked, so that two that destroy at once do not overwrite each other's notes.
  await select(tx, tenantTombstones, { columns: ['tenant'], where: { tenant }, lock: 'wait' });
  const [row] = await findTenantTombstones(tx, [tenant]);
  if (row === undefined || (epoch === undefined && records === 0)) return;
  const highest = epoch === undefined ? row.epoch : Math.max(row.epoch ?? 0, epoch);
  const noted = { ...row, epoch: highest, records: row.records + records };
  await tx.update(tenantTombstones, ['epoch', 'records'], [noted]);
}

/** Notes when the last key of a buried tenant was destroyed; an earlier note stays. @returns the row as it is then */
export async function noteShredded(
  tx: KeyTx,
  tenant: TenantId,
  at: Date,
): Promise<(TenantTombstoneRow & { readonly shredded_at: number }) | undefined> {
  const [row] = await findTenantTombstones(tx, [tenant]);
  if (row === undefined) return undefined;
  const noted = { ...row, shredded_at: row.shredded_at ?? at.getTime() };
  if (row.shredded_at === null) await tx.update(tenantTombstones, ['shredded_at'], [noted]);
  return noted;
}

/** First in every transaction that makes a key of its own for a tenant. @throws `tenant_erased` */
export async function assertNotBuried(tx: Reader<'keys'>, tenant: TenantId): Promise<void> {
  const [buried] = await findTenantTombstones(tx, [tenant]);
  if (buried !== undefined) throw new VaultError('tenant_erased');
}
