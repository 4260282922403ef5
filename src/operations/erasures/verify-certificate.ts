/**
 * Verifies a certificate without a vault, from the certificate and the public keys that the vault published.
 * Does not: know whether the keys are the vault's. The verifier got them from there, over a connection they trust.
 */
import { verifyJws } from '../../crypto/jws.ts';
import { CERTIFICATE_TYPE } from '../../erasure/certificates/certificate.ts';
import { type Statement, StatementSchema } from '../../erasure/certificates/schema.ts';

export type Verified =
  | { readonly ok: true; readonly statement: Statement; readonly kid: string }
  | { readonly ok: false; readonly fault: 'form' | 'key' | 'signature' };

/** @param keys the `keys` of a JWKS */
export async function verifyCertificate(jws: string, keys: readonly unknown[]): Promise<Verified> {
  const check = await verifyJws(jws, CERTIFICATE_TYPE, keys);
  if (!check.ok) return check;
  const parsed = StatementSchema.safeParse(check.statement);
  return parsed.success ? { ok: true, statement: parsed.data, kid: check.kid } : { ok: false, fault: 'form' };
}
