/** The receipt of an erasure, as it stands now. */

import { findCertificate } from '../erasure/certificate.ts';
import { findErasure } from '../erasure/erasures.ts';
import type { Receipt } from '../erasure/schema.ts';
import type { ErasureId } from '../ids.ts';
import type { Caller } from './caller.ts';
import { receiptFor } from './naming.ts';
import { perform } from './perform.ts';
import type { Vault } from './vault.ts';

/** @throws {ErasureNotFoundError} */
export async function getErasure(vault: Vault, caller: Caller, erasure: ErasureId): Promise<Receipt> {
  return perform(vault, caller, { action: 'read_erasure' }, async (door) => {
    door.decide();
    return door.commit('shared', async (tx) => {
      const row = await findErasure(tx, caller.tenant, erasure);
      const certificate = await findCertificate(tx, caller.tenant, erasure);
      const finalAt = certificate && new Date(certificate.issued_at);
      return { reply: receiptFor(caller, row, finalAt), entry: { erasure } };
    });
  });
}
