/** Why a token is not what it seems, or no longer is. Nothing has been shown. */
import { VaultError } from '../errors.ts';
import type { DeathCause } from './dead-tokens.ts';

/** No token of this tenant and audience: one answer, whether it never was, or is another's. */
export class TokenNotFoundError extends VaultError {
  readonly kind = 'not_found';
  readonly code = 'token_not_found';

  constructor() {
    super('No such token.');
  }
}

/** The time that was set for the token is over. */
export class TokenExpiredError extends VaultError {
  readonly kind = 'gone';
  readonly code = 'token_expired';

  constructor() {
    super('The token has expired.');
  }
}

/** The token was made for so many reveals, and has had them. */
export class TokenUsedUpError extends VaultError {
  readonly kind = 'gone';
  readonly code = 'token_used_up';

  constructor() {
    super('The token has been used as often as it may be.');
  }
}

/** The token was ended by a call. */
export class TokenRevokedError extends VaultError {
  readonly kind = 'gone';
  readonly code = 'token_revoked';

  constructor() {
    super('The token was revoked.');
  }
}

/** A token that was brought along stands for something already, or did. Nothing has been stored. */
export class TokenTakenError extends VaultError {
  readonly kind = 'conflict';
  readonly code = 'token_taken';

  constructor() {
    super('This token is in use, or was. A token stands for one value, for good.', { field: 'token' });
  }
}

/** The type has no token of the format, or the value leaves too few. Nothing has been drawn or stored. */
export class FormatNotOfferedError extends VaultError {
  readonly kind = 'invalid';
  readonly code = 'token_format_not_offered';

  constructor(message: string) {
    super(message, { field: 'format' });
  }
}

/** A token that was brought along and may not stand for the value. The message never repeats it. */
export class InvalidTokenError extends VaultError {
  readonly kind = 'invalid';
  readonly code = 'invalid_token';

  constructor(message: string) {
    super(message, { field: 'token' });
  }
}

/** What is said of a token that ended so. */
export function deathOf(cause: DeathCause): VaultError {
  if (cause === 'expired') return new TokenExpiredError();
  return cause === 'used_up' ? new TokenUsedUpError() : new TokenRevokedError();
}
