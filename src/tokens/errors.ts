/** What tokens are refused for, said to whoever asked for one or brought one. */
import { VaultError } from '../errors.ts';

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
