/**
 * Tombstones of whole tenants in the key store: one row instead of one for each of its keys. Whoever makes a key asks
 * here first, in the transaction that makes it.
 *
 * Guarantees: no bucket, index or window key of a buried tenant is made by a transaction that begins after the burial.
 * Does not, on PostgreSQL: hold off one that asked before the burial and commits after it; what that makes is destroyed
 * by the sweep that goes on for erased tenants (`erasure/tenants.ts`).
 */
import { VaultError } from '../../errors.ts';
import type { TenantId } from '../../ids.ts';
import { values } from '../../storage/queries.ts';
import { lookup, type Row, table } from '../../storage/table.ts';
import type { Reader } from '../../storage/tx.ts';

export const tenantTombstones = table(
  'keys',
  'tenant_tombstones',
  {
    tenant: 'text',
    erasure: 'text',
    ordered_by: 'text',
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

/** The tenant was erased. Nothing of it opens, and nothing is added to it. */
export class TenantErasedError extends VaultError {
  readonly kind = 'gone';
  readonly code = 'tenant_erased';

  constructor() {
    super('The tenant was erased.');
  }
}

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

/** First in every transaction that makes a key of its own for a tenant. @throws {TenantErasedError} */
export async function assertNotBuried(tx: Reader<'keys'>, tenant: TenantId): Promise<void> {
  const [buried] = await findTenantTombstones(tx, [tenant]);
  if (buried !== undefined) throw new TenantErasedError();
}
