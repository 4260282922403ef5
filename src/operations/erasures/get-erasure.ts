/** The receipt of an erasure, as it stands now. */

import type { Caller } from '../../calls/caller.ts';
import { erasureFor, receiptFor } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import { findCertificate } from '../../erasure/certificate.ts';
import type { Receipt } from '../../erasure/schema.ts';
import type { ErasureId, TenantId } from '../../ids.ts';
import type { Vault } from '../../vault/vault.ts';

/**
 * The caller's tenant's; for those who operate the vault, that of a whole tenant, too.
 * @throws `erasure_not_found`
 */
export async function getErasure(vault: Vault, caller: Caller, erasure: ErasureId): Promise<Receipt> {
  return perform(vault, caller, { action: 'read_erasure' }, async (door) => {
    door.decide();
    return door.commit('shared', async (tx) => {
      const row = await erasureFor(tx, caller, erasure);
      const certificate = await findCertificate(tx, row.tenant as TenantId, erasure);
      const finalAt = certificate && new Date(certificate.issued_at);
      return { reply: receiptFor(caller, row, finalAt), entry: { erasure } };
    });
  });
}
