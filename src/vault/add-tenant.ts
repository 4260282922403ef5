/**
 * Adds a tenant with its first administrator. Only an administrator of the first tenant may: those of the others
 * manage their own and cannot tell what else the vault holds.
 */
import type { z } from 'zod';
import { assertOfFirstTenant } from '../access/first-tenant.ts';
import { accessKeys, addFirstAdmin } from '../access/principals.ts';
import type { AddTenantBody, AddTenantReply } from '../access/schema.ts';
import { newTenantRow, tenantByName, tenants } from '../access/store.ts';
import { VaultError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Caller } from './caller.ts';
import { perform } from './perform.ts';
import type { Vault } from './vault.ts';

/** A tenant of that name exists. Nothing has been changed. */
export class TenantExistsError extends VaultError {
  readonly kind = 'conflict';
  readonly code = 'tenant_exists';

  constructor() {
    super('A tenant of this name exists already.', { field: 'name' });
  }
}

type Reply = z.infer<typeof AddTenantReply>;

/** @throws {TenantExistsError} */
export async function addTenant(vault: Vault, caller: Caller, body: z.infer<typeof AddTenantBody>): Promise<Reply> {
  return perform<Reply>(vault, caller, { action: 'add_tenant' }, async (door) => {
    door.decide();
    const tenant = newId('tenant', vault.random, door.now);
    const keys = await accessKeys(vault.keyring.indexes, tenant);
    return door.commit('exclusive', async (tx) => {
      await assertOfFirstTenant(tx, caller.tenant);
      const [[taken] = []] = await tx.find(tenantByName, [[body.name]]);
      if (taken !== undefined) throw new TenantExistsError();
      await tx.insert(tenants, [newTenantRow(tenant, body.name, door.now)]);
      const { principal, apiKey } = await addFirstAdmin(tx, keys, tenant, vault.random, vault.clock);
      return { reply: { tenant, principal, apiKey }, entry: { target: tenant } };
    });
  });
}
