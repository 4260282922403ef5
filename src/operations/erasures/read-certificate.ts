/** The certificate of an erasure, or what it waits for. */

import { z } from 'zod';
import { erasureFor, waitsForAs } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import {
  CERTIFICATE_TYPE,
  type CertificateRow,
  findCertificate,
  waitsFor,
} from '../../erasure/certificates/certificate.ts';
import {
  CertificateReply,
  type CertificateState,
  type Statement,
  StatementSchema,
} from '../../erasure/certificates/schema.ts';
import { IntegrityError } from '../../errors.ts';
import type { TenantId } from '../../ids.ts';
import { ErasureIdSchema } from '../../schema.ts';
import type { Vault } from '../../vault/vault.ts';
import { RECEIPT } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `erasure_not_found` @throws {IntegrityError} for a certificate that the vault did not sign */
export const readCertificate = operation({
  operationId: 'getCertificate',
  action: 'read_certificate',
  method: 'get',
  path: '/v1/erasures/{erasure}/certificate',
  summary: 'The certificate of an erasure, or what it waits for.',
  description:
    'Signed when every key epoch that could open a copy of the erased keys is destroyed in every root slot. It can be ' +
    'verified offline, by `npm run lethe -- certificate verify` or any JOSE library, with the keys of `/.well-known/jwks.json`. ' +
    'Read by those who read the receipt; not by a principal tied to an audience, since it names records.',
  params: z.strictObject({ erasure: ErasureIdSchema }),
  reply: CertificateReply,
  problems: ['erasure_not_found'],
  example: { reply: { erasure: RECEIPT.erasure, state: 'pending', waitsFor: ['epoch_close'] } },
  work: (vault, caller, { erasure }) =>
    perform(vault, caller, { action: 'read_certificate' }, async (door) => {
      const reader = vault.recordStore.reader;
      const order = await erasureFor(reader, caller, erasure);
      const certificate = await findCertificate(reader, order.tenant as TenantId, erasure);
      const reply: CertificateState =
        certificate === undefined
          ? { erasure, state: 'pending', waitsFor: waitsForAs(caller, await waitsFor(vault, order)) }
          : { erasure, state: 'final', certificate: certificate.jws, statement: await signed(vault, certificate) };
      return door.commit('shared', async () => ({ reply, entry: { erasure } }));
    }),
});

/** The statement that the vault itself signed of this erasure. A row that somebody else made is not handed out. */
async function signed({ keyring }: Vault, { jws, tenant, erasure }: CertificateRow): Promise<Statement> {
  const statement = StatementSchema.parse(await keyring.signing.own(jws, CERTIFICATE_TYPE));
  const { iss, jti } = statement;
  if (iss !== keyring.signing.issuer || jti !== erasure || statement.tenant !== tenant) throw new IntegrityError();
  return statement;
}
