/** The tenants of the vault, erased ones too: for the first tenant's people alone. Not the vault's own, which nobody enters. */
import type { z } from 'zod';
import { assertOfFirstTenant } from '../../access/first-tenant.ts';
import type { TenantsQuery, TenantsReply } from '../../access/schema.ts';
import { listTenants as list } from '../../access/store.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import type { TenantId } from '../../ids.ts';
import type { Vault } from '../../vault/vault.ts';

export async function listTenants(
  vault: Vault,
  caller: Caller,
  page: z.infer<typeof TenantsQuery>,
): Promise<z.infer<typeof TenantsReply>> {
  return perform(vault, caller, { action: 'list_tenants' }, async (door) => {
    door.decide();
    return door.commit('shared', async (tx) => {
      await assertOfFirstTenant(tx, caller.tenant);
      const rows = await list(tx, { after: page.after, limit: page.limit + 1 });
      const tenants = rows.slice(0, page.limit).map((row) => ({
        tenant: row.tenant as TenantId,
        name: row.name,
        createdAt: new Date(row.created_at).toISOString(),
        ...(row.erased_at === null ? {} : { erasedAt: new Date(row.erased_at).toISOString() }),
      }));
      return { reply: { tenants, more: rows.length > page.limit }, entry: {} };
    });
  });
}
