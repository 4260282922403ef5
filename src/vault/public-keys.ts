/**
 * The public keys of the vault's certificates, for anybody: no caller, no audit entry, nothing of a tenant's.
 * Guarantees: asks the key store once a minute, however often it is asked.
 */
import type { PublicJwk } from '../crypto/jws.ts';
import type { Vault } from './vault.ts';

const FRESH_MS = 60 * 1000;

interface Known {
  readonly at: number;
  readonly keys: Promise<readonly PublicJwk[]>;
}
const known = new WeakMap<Vault, Known>();

/** @throws {IntegrityError} for a row of the table that the vault did not make; nothing is published then */
export async function publicKeys(vault: Vault): Promise<{ readonly keys: readonly PublicJwk[] }> {
  const now = vault.clock().getTime();
  let entry = known.get(vault);
  if (entry === undefined || Math.abs(now - entry.at) >= FRESH_MS) {
    entry = { at: now, keys: vault.keyring.signing.publicKeys() };
    known.set(vault, entry);
    entry.keys.catch(() => known.delete(vault));
  }
  return { keys: await entry.keys };
}
