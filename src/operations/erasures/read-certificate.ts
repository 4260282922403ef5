/** The certificate of an erasure, or what it waits for. */

import type { Caller } from '../../calls/caller.ts';
import { erasureFor, waitsForAs } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import { CERTIFICATE_TYPE, type CertificateRow, findCertificate, waitsFor } from '../../erasure/certificate.ts';
import { type CertificateState, type Statement, StatementSchema } from '../../erasure/schema.ts';
import { IntegrityError } from '../../errors.ts';
import type { ErasureId, TenantId } from '../../ids.ts';
import type { Vault } from '../../vault/vault.ts';

/** @throws `erasure_not_found` @throws {IntegrityError} for a certificate that the vault did not sign */
export async function readCertificate(vault: Vault, caller: Caller, erasure: ErasureId): Promise<CertificateState> {
  return perform(vault, caller, { action: 'read_certificate' }, async (door) => {
    door.decide();
    const reader = vault.recordStore.reader;
    const order = await erasureFor(reader, caller, erasure);
    const certificate = await findCertificate(reader, order.tenant as TenantId, erasure);
    const reply: CertificateState =
      certificate === undefined
        ? { erasure, state: 'pending', waitsFor: waitsForAs(caller, await waitsFor(vault, order)) }
        : { erasure, state: 'final', certificate: certificate.jws, statement: await signed(vault, certificate) };
    return door.commit('shared', async () => ({ reply, entry: { erasure } }));
  });
}

/** What the vault itself signed of this erasure: a row that somebody put into the table is not handed out. */
async function signed({ keyring }: Vault, { jws, tenant, erasure }: CertificateRow): Promise<Statement> {
  const statement = StatementSchema.parse(await keyring.signing.own(jws, CERTIFICATE_TYPE));
  const { iss, jti } = statement;
  if (iss !== keyring.signing.issuer || jti !== erasure || statement.tenant !== tenant) throw new IntegrityError();
  return statement;
}
