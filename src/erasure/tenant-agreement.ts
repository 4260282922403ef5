/**
 * Whether both stores know the same tenants to be erased, and what to do where one of them was restored from a backup:
 * an old key store holds their keys again, an old record store takes them to be alive.
 */
import { findTenant, listErased } from '../access/store.ts';
import type { ErasureId, PrincipalId, TenantId } from '../ids.ts';
import { allTenantTombstones, findTenantTombstones, type TenantTombstoneRow } from '../keyring/tenant-tombstones.ts';
import type { KeyStore, Reader, RecordStore } from '../storage/tx.ts';
import { findDestructions, type Stores } from './destructions.ts';
import { orderTenantErasure } from './tenants.ts';

/**
 * @returns the tenants whose keys the key store may hold again, and those that the record store takes to be alive again
 */
export async function erasedTenantsHeld(
  { reader: records }: RecordStore,
  { reader: keys }: KeyStore,
): Promise<{ keyStoreLacks: TenantId[]; recordStoreLacks: TenantId[] }> {
  const erased = await listErased(records);
  const orders = await findDestructions(records, erased);
  const shredded = orders.filter((row) => row !== undefined).filter((row) => row.shredded_at !== null);
  const standing = await findTenantTombstones(
    keys,
    shredded.map(({ tenant }) => tenant),
  );
  const keyStoreLacks = shredded.filter((_, i) => standing[i]?.shredded_at == null).map(({ tenant }) => tenant);
  return {
    keyStoreLacks: keyStoreLacks as TenantId[],
    recordStoreLacks: (await unknownBurials(records, keys)).map(({ tenant }) => tenant as TenantId),
  };
}

/** Reads in this order, because an order is committed in the record store before the key store learns of it. */
async function unknownBurials(records: Reader<'records'>, keys: Reader<'keys'>): Promise<TenantTombstoneRow[]> {
  const unknown: TenantTombstoneRow[] = [];
  for (const row of await allTenantTombstones(keys)) {
    const tenant = await findTenant(records, row.tenant as TenantId);
    // A record store from before the tenant was added holds nothing of it.
    if (tenant !== undefined && tenant.erased_at === null) unknown.push(row);
  }
  return unknown;
}

/** After an old record store was restored: orders again what the key store knows to be erased. @returns how many */
export async function orderAgain({ recordStore, keyStore }: Stores): Promise<number> {
  const unknown = await unknownBurials(recordStore.reader, keyStore.reader);
  for (const row of unknown) {
    await recordStore.exclusive((tx) =>
      orderTenantErasure(tx, {
        tenant: row.tenant as TenantId,
        erasure: row.erasure as ErasureId,
        by: row.ordered_by as PrincipalId,
        at: new Date(row.ordered_at),
      }),
    );
  }
  return unknown.length;
}
