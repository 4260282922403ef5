/**
 * Signed statements: JWS in compact form (RFC 7515) with Ed25519 (RFC 8037). Only this file imports jose.
 *
 *   header   {"alg":"EdDSA","kid":"<RFC 7638 thumbprint of the public key>","typ":"<media type>"}
 *
 * `EdDSA` is the name every JOSE library knows; `Ed25519` (RFC 9864) says the same, and few verify it yet.
 *
 * Guarantees: a statement verifies only if it has exactly this header and its key is in the list that the verifier
 * brought. A key that the statement brings along (`jwk`, `jku`, `x5c`) never counts. `none`, a MAC under the public
 * key, and a signature made for another purpose do not pass (RFC 8725, 3.1 and 3.11).
 * Does not: say whether the list of keys is the vault's. The verifier must get it from the vault.
 */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { CompactSign, compactVerify, errors, importJWK } from 'jose';
import { secret } from '../secret.ts';

const ALG = 'EdDSA';
const KEY_BYTES = 32;
/** PKCS #8 of an Ed25519 key (RFC 8410, 7) up to its seed. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const HEADER = ['alg', 'kid', 'typ'];

/** A public key as JWKS publishes it (RFC 8037, 2). */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: typeof ALG;
}

/** The public key of a seed: 32 bytes. */
export function publicKeyOf(seed: Uint8Array): Buffer {
  const { x = '' } = createPublicKey(privateKeyOf(seed)).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}

/** RFC 7638: the SHA-256 of the key's required members. Synchronous, unlike jose's: a transaction may wait for it. */
export function thumbprintOf(publicKey: Uint8Array): string {
  const { kty, crv, x } = membersOf(publicKey);
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}

export function jwkOf(publicKey: Uint8Array): PublicJwk {
  return { ...membersOf(publicKey), kid: thumbprintOf(publicKey), use: 'sig', alg: ALG };
}

/** Signs the statement as JSON, with the key of this seed. */
export async function signJws(statement: object, type: string, seed: Uint8Array): Promise<string> {
  const kid = thumbprintOf(publicKeyOf(seed));
  return new CompactSign(Buffer.from(JSON.stringify(statement)))
    .setProtectedHeader({ alg: ALG, kid, typ: type })
    .sign(privateKeyOf(seed));
}

/** Why a statement is not believed: its form is wrong, its key is not in the list, or the signature does not verify. */
type JwsFault = 'form' | 'key' | 'signature';

export type JwsCheck =
  | { readonly ok: true; readonly statement: unknown; readonly kid: string }
  | { readonly ok: false; readonly fault: JwsFault };

/** @param keys public keys as JWKS has them; keys that are not Ed25519 are skipped */
export async function verifyJws(jws: string, type: string, keys: readonly unknown[]): Promise<JwsCheck> {
  const kid = kidOf(jws, type);
  if (kid === undefined) return { ok: false, fault: 'form' };
  const publicKey = listed(keys, kid);
  if (publicKey === undefined) return { ok: false, fault: 'key' };
  try {
    const key = await importJWK({ ...membersOf(publicKey) }, ALG);
    const { payload } = await compactVerify(jws, key, { algorithms: [ALG] });
    return { ok: true, statement: JSON.parse(Buffer.from(payload).toString('utf8')) as unknown, kid };
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return { ok: false, fault: 'signature' };
    if (error instanceof errors.JOSEError || error instanceof SyntaxError) return { ok: false, fault: 'form' };
    throw error;
  }
}

/** The key id that the header names, if this is exactly the header that is allowed. */
function kidOf(jws: string, type: string): string | undefined {
  const parts = jws.split('.');
  // Only one spelling is accepted: the last character of base64url may have unused bits.
  const exact = parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
  if (parts.length !== 3 || !exact) return undefined;
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(parts[0] ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof header !== 'object' || header === null) return undefined;
  const { alg, kid, typ } = header as Record<string, unknown>;
  const whole = Object.keys(header).sort().join() === HEADER.join();
  return whole && alg === ALG && typ === type && typeof kid === 'string' ? kid : undefined;
}

/** Trusts a key's thumbprint, not its name. */
function listed(keys: readonly unknown[], kid: string): Buffer | undefined {
  for (const key of keys) {
    const { kty, crv, x } = (key ?? {}) as Record<string, unknown>;
    if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string') continue;
    const publicKey = Buffer.from(x, 'base64url');
    if (publicKey.length === KEY_BYTES && thumbprintOf(publicKey) === kid) return publicKey;
  }
  return undefined;
}

function membersOf(publicKey: Uint8Array) {
  return { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') } as const;
}

function privateKeyOf(seed: Uint8Array) {
  if (seed.length !== KEY_BYTES) throw new RangeError('A seed has 32 bytes.');
  using der = secret(Buffer.concat([PKCS8_HEAD, seed]));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
