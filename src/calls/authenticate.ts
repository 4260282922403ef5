/** Turns an API key into a caller. It is looked up in the store at every call, so that a revocation holds at once. */

import type { From } from '../access/bounds.ts';
import { AlteredPrincipalError, recognise, UnauthenticatedError } from '../access/principals.ts';
import { TenantSuspendedError } from '../access/suspended.ts';
import { newId, type RequestId } from '../ids.ts';
import type { Vault } from '../vault/vault.ts';
import { raiseAlarms } from './alarms.ts';
import type { Caller } from './caller.ts';
import { turnAway } from './entries.ts';

/**
 * @param apiKey the text as sent @param from where the call comes from; absent: from a command beside the stores
 * @throws {UnauthenticatedError} for a key that is unknown, wrong, expired, revoked or bound to other networks. All but
 *   the first two are audited under the principal, whose secret was right; those belong to nobody and are only counted
 * @throws {TenantSuspendedError} for a key that is good, of a tenant that is suspended; audited under its principal
 * @throws {IntegrityError} for a principal that was altered in the store; also audited under it
 * @throws {UnavailableError} if a store was replaced under this process: what it says of principals no longer counts
 */
export async function authenticate(
  vault: Vault,
  apiKey: string,
  request: RequestId,
  idempotencyKey?: string,
  from?: From,
): Promise<Caller> {
  vault.assertInPlace();
  try {
    const at = vault.clock();
    const { recordStore, keyring, accessBooks } = vault;
    const principal = await recognise(recordStore.reader, keyring.indexes, accessBooks, apiKey, from, at);
    return { ...principal, at, request, idempotencyKey };
  } catch (error) {
    const isKnown = error instanceof UnauthenticatedError || error instanceof TenantSuspendedError;
    if (isKnown && error.principal !== undefined) {
      const caller: Caller = { ...error.principal, apiKey: newId('apiKey', vault.random, vault.clock()), request };
      return turnAway(vault, caller, 'authenticate', error);
    }
    if (error instanceof AlteredPrincipalError) {
      return turnAway(vault, { ...error.principal, purposes: [], request }, 'authenticate', error);
    }
    raiseAlarms(vault.signals, [error], request);
    vault.signals.emit('call', { action: 'authenticate', outcome: 'refused', code: 'unauthenticated' });
    throw error;
  }
}
