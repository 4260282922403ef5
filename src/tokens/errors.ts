/** Why a token is not what it seems, or no longer is. Nothing has been shown. */
import { VaultError } from '../errors.ts';
import type { DeathCause } from './dead-tokens.ts';

/** The error for a token that ended in this way. */
export function deathOf(cause: DeathCause): VaultError {
  if (cause === 'expired') return new VaultError('token_expired');
  return cause === 'used_up' ? new VaultError('token_used_up') : new VaultError('token_revoked');
}
