/** The principals of the caller's tenant, revoked ones too. Never an API key: the vault does not have them. */
import type { z } from 'zod';
import type { Role } from '../../access/roles.ts';
import type { PrincipalsQuery, PrincipalsReply } from '../../access/schema.ts';
import { listPrincipals as list } from '../../access/store.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import type { PrincipalId } from '../../ids.ts';
import type { Vault } from '../../vault/vault.ts';

export async function listPrincipals(
  vault: Vault,
  caller: Caller,
  page: z.infer<typeof PrincipalsQuery>,
): Promise<z.infer<typeof PrincipalsReply>> {
  return perform(vault, caller, { action: 'list_principals' }, async (door) => {
    door.decide();
    return door.commit('shared', async (tx) => {
      const rows = await list(tx, caller.tenant, { after: page.after, limit: page.limit + 1 });
      const principals = rows.slice(0, page.limit).map((row) => ({
        principal: row.principal as PrincipalId,
        name: row.name,
        role: row.role as Role,
        purposes: JSON.parse(row.purposes) as string[],
        ...(row.audience === null ? {} : { audience: row.audience }),
        createdAt: new Date(row.created_at).toISOString(),
        ...(row.expires_at === null ? {} : { expiresAt: new Date(row.expires_at).toISOString() }),
        ...(row.revoked_at === null ? {} : { revokedAt: new Date(row.revoked_at).toISOString() }),
      }));
      return { reply: { principals, more: rows.length > page.limit }, entry: {} };
    });
  });
}
