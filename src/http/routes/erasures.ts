/** Erasures: ordered, and looked at afterwards. */
import { z } from 'zod';
import { CertificateReply, EraseBody, ReceiptSchema } from '../../erasure/schema.ts';
import { erase } from '../../operations/erasures/erase.ts';
import { eraseTenant } from '../../operations/erasures/erase-tenant.ts';
import { getErasure as readErasure } from '../../operations/erasures/get-erasure.ts';
import { readCertificate } from '../../operations/erasures/read-certificate.ts';
import { ErasureIdSchema } from '../../schema.ts';
import { route } from '../route.ts';

export const postErasure = route({
  method: 'post',
  path: '/v1/erasures',
  operationId: 'erase',
  summary: 'Erase records, by themselves, by tokens, or by subject; or a whole tenant.',
  description:
    'Name exactly one of `subject`, `ref`, `records`, `tokens` and `tenant`. From the reply on, nothing opens the values. ' +
    'It cannot be taken back. Records that were erased before are not counted again. A tenant is erased by its ' +
    'administrator, or by an administrator or the security team of the first tenant, who repeat its name in `confirm`; ' +
    'none of its API keys works from then on, and the receipt is read by those of the first tenant.',
  action: 'erase',
  body: EraseBody,
  reply: ReceiptSchema,
  status: 201,
  idempotent: true,
  problems: [
    ...(['subject_not_found', 'subject_erased', 'record_not_found', 'token_not_found'] as const),
    ...(['tenant_not_found', 'tenant_erased', 'not_confirmed', 'first_tenant'] as const),
  ],
  handle: (vault, caller, { body: { tenant, confirm = '', ...body } }) =>
    tenant === undefined
      ? erase(vault, caller, body)
      : eraseTenant(vault, caller, { tenant, confirm, reason: body.reason }),
});

export const getErasure = route({
  method: 'get',
  path: '/v1/erasures/{erasure}',
  operationId: 'getErasure',
  summary: 'The receipt of an erasure, as it stands now.',
  description:
    'Of the caller’s tenant; to the first tenant’s administrators, auditors and security team, of erased tenants, too.',
  action: 'read_erasure',
  params: z.strictObject({ erasure: ErasureIdSchema }),
  reply: ReceiptSchema,
  problems: ['erasure_not_found'],
  handle: (vault, caller, { params }) => readErasure(vault, caller, params.erasure),
});

export const getCertificate = route({
  method: 'get',
  path: '/v1/erasures/{erasure}/certificate',
  operationId: 'getCertificate',
  summary: 'The certificate of an erasure, or what it waits for.',
  description:
    'Signed when every key epoch that could open a copy of the erased keys is destroyed in every root slot. It can be ' +
    'verified offline, by `npm run lethe -- certificate verify` or any JOSE library, with the keys of `/.well-known/jwks.json`. ' +
    'Read by those who read the receipt; not by a principal tied to an audience, since it names records.',
  action: 'read_certificate',
  params: z.strictObject({ erasure: ErasureIdSchema }),
  reply: CertificateReply,
  problems: ['erasure_not_found'],
  handle: (vault, caller, { params }) => readCertificate(vault, caller, params.erasure),
});
