/** The receipt of an erasure, as it stands now. */

import type { Role } from '../access/roles.ts';
import { findCertificate } from '../erasure/certificate.ts';
import { findErasure } from '../erasure/erasures.ts';
import type { Receipt } from '../erasure/schema.ts';
import { findTenantErasure, isFirstTenant } from '../erasure/tenants.ts';
import type { ErasureId, TenantId } from '../ids.ts';
import type { Caller } from './caller.ts';
import { receiptFor } from './naming.ts';
import { perform } from './perform.ts';
import type { Vault } from './vault.ts';

/** Those of the first tenant who may erase others. */
const OPERATORS: ReadonlySet<Role> = new Set<Role>(['admin', 'security']);

/**
 * The caller's tenant's; for those who operate the vault, that of a whole tenant, too.
 * @throws {ErasureNotFoundError}
 */
export async function getErasure(vault: Vault, caller: Caller, erasure: ErasureId): Promise<Receipt> {
  return perform(vault, caller, { action: 'read_erasure' }, async (door) => {
    door.decide();
    return door.commit('shared', async (tx) => {
      const row = await findErasure(tx, caller.tenant, erasure).catch(async (error: unknown) => {
        // An erased tenant has nobody left who could ask.
        if (!(await isFirstTenant(tx, caller.tenant)) || !OPERATORS.has(caller.role)) throw error;
        return findTenantErasure(tx, erasure);
      });
      const certificate = await findCertificate(tx, row.tenant as TenantId, erasure);
      const finalAt = certificate && new Date(certificate.issued_at);
      return { reply: receiptFor(caller, row, finalAt), entry: { erasure } };
    });
  });
}
