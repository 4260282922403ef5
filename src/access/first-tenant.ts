/**
 * The first tenant's principals operate the vault; those of other tenants rule over their own alone. Every act on the
 * whole vault asks here: root slots, the root key, backups and drills, a compromised epoch, tenants that come and go,
 * and the receipts of tenants that are gone.
 *
 * Does not: keep the security team of another tenant from closing an epoch, or from `recover`. A close shows them
 * nothing of another tenant's (`jobs/job-view.ts`), and a tenant's erasures become final by no other way. `recover`
 * counts over all tenants; only a person who has the machine, and with it every store and key, can run it.
 */
import { VaultError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import type { Reader } from '../storage/tx.ts';
import { FIRST_TENANT, findTenantByName } from './store.ts';

/** @returns undefined in a vault that is just being made */
export async function firstTenant(reader: Reader<'records'>): Promise<TenantId | undefined> {
  return (await findTenantByName(reader, FIRST_TENANT))?.tenant as TenantId | undefined;
}

export async function isOfFirstTenant(reader: Reader<'records'>, tenant: TenantId): Promise<boolean> {
  return (await firstTenant(reader)) === tenant;
}

/** @throws `not_allowed` */
export async function assertOfFirstTenant(reader: Reader<'records'>, tenant: TenantId): Promise<void> {
  if (await isOfFirstTenant(reader, tenant)) return;
  throw new VaultError('not_allowed', 'This concerns the whole vault: only principals of its first tenant may do it.');
}
