/** The receipt of an erasure, as it stands now. */

import { z } from 'zod';
import { erasureFor, receiptFor } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import { findCertificate } from '../../erasure/certificates/certificate.ts';
import { ReceiptSchema } from '../../erasure/schema.ts';
import type { TenantId } from '../../ids.ts';
import { ErasureIdSchema } from '../../schema.ts';
import { RECEIPT } from '../examples.ts';
import { operation } from '../operation.ts';

/**
 * Answers for the caller's own tenant, and, for those who operate the vault, also for a whole tenant that was erased.
 * @throws `erasure_not_found`
 */
export const getErasure = operation({
  operationId: 'getErasure',
  action: 'read_erasure',
  method: 'get',
  path: '/v1/erasures/{erasure}',
  summary: 'The receipt of an erasure, as it stands now.',
  description:
    'Of the caller’s tenant; to the first tenant’s administrators, auditors and security team, of erased tenants, too.',
  params: z.strictObject({ erasure: ErasureIdSchema }),
  reply: ReceiptSchema,
  problems: ['erasure_not_found'],
  example: { reply: { ...RECEIPT, state: 'final', finalAt: '2026-11-24T03:00:04.512Z' } },
  work: (vault, caller, { erasure }) =>
    perform(vault, caller, { action: 'read_erasure' }, (door) =>
      door.commit('shared', async (tx) => {
        const row = await erasureFor(tx, caller, erasure);
        const certificate = await findCertificate(tx, row.tenant as TenantId, erasure);
        const finalAt = certificate && new Date(certificate.issued_at);
        return { reply: receiptFor(caller, row, finalAt), entry: { erasure } };
      }),
    ),
});
