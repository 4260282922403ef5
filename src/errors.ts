/**
 * Every way the vault says no. A kind is a closed set that the HTTP layer maps to a status; a code is stable and
 * part of the API; a message is fixed text. None of them ever carries a value, a ref, a reason or a key.
 *
 * `field` is the one part that may repeat what a caller sent (the name of an unknown property). It goes back to
 * that caller and nowhere else: logs and audit entries take the code alone.
 */
export type ErrorKind =
  | 'malformed'
  | 'unauthenticated'
  | 'refused'
  | 'not_found'
  | 'unsupported_method'
  | 'gone'
  | 'conflict'
  | 'too_large'
  | 'unsupported'
  | 'invalid'
  | 'too_many'
  | 'abandoned'
  | 'integrity'
  | 'unavailable'
  | 'internal';

export abstract class VaultError extends Error {
  abstract readonly kind: ErrorKind;
  abstract readonly code: string;
  /** Where in the request the fault lies, as a path such as `items/3/value.number`. */
  readonly field: string | undefined;
  /** After how long the same call may pass, where that is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    message: string,
    options: { field?: string | undefined; cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.field = options.field;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** The same error, said of a place further out: `value.number` becomes `items/3/value.number`. */
  at(prefix: string): this {
    const copy = Object.create(Object.getPrototypeOf(this), Object.getOwnPropertyDescriptors(this)) as this;
    Object.defineProperty(copy, 'field', {
      value: this.field === undefined ? prefix : `${prefix}${this.field}`,
      enumerable: true,
    });
    return copy;
  }
}

/** A value its data type does not accept. Nothing has been stored. */
export class InvalidValueError extends VaultError {
  readonly kind = 'invalid';
  readonly code = 'invalid_value';

  /** @param path the property inside the value (`number`), or `''` for the value itself. */
  constructor(path: string, message: string) {
    super(message, { field: path === '' ? 'value' : `value.${path}` });
  }
}

/** A request whose shape the API does not know: a wrong type, a missing or an unknown property. */
export class InvalidRequestError extends VaultError {
  readonly kind = 'invalid';
  readonly code = 'invalid_request';
}

/** No data type of this name. */
export class UnknownTypeError extends VaultError {
  readonly kind = 'invalid';
  readonly code = 'unknown_type';

  constructor() {
    super('No data type has this name; GET /v1/types lists those there are.', { field: 'type' });
  }
}

/**
 * Stored bytes failed their authentication: they were altered, moved from their place, or belong to another key.
 * Says no more on purpose; the audit entry, the metric and the log carry the alarm.
 */
export class IntegrityError extends VaultError {
  readonly kind = 'integrity';
  readonly code = 'integrity_failure';
  /** The record concerned, where it is known: for the audit entry, not for the caller. */
  readonly record: string | undefined;

  constructor(options: { cause?: unknown; record?: string } = {}) {
    super('Stored data failed its integrity check. The security team has been alerted.', options);
    this.record = options.record;
  }
}

/**
 * A store, or the key material, is out of reach. Nothing has been acknowledged; try again later, but for `store_replaced`:
 * the process has to be started anew; and for `store_went_back`: `lethe recover` has to be run. Nothing has been done either, unless
 * the code is `outcome_unknown`, or `journal_unavailable`: then what was ordered holds.
 */
export class UnavailableError extends VaultError {
  readonly kind = 'unavailable';
  readonly code:
    | 'store_unavailable'
    | 'store_replaced'
    | 'store_went_back'
    | 'key_unavailable'
    | 'journal_unavailable'
    | 'shutting_down'
    | 'overloaded'
    | 'timed_out'
    | 'outcome_unknown';

  constructor(code: UnavailableError['code'], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** A setting, a file or a stored state with which the vault will not start. Says what to do. */
export class StartError extends VaultError {
  readonly kind = 'internal';
  readonly code = 'cannot_start';
}

/** The code by which an error may be named anywhere: that of the vault's own, or `internal_error` for anything else. */
export function codeOf(error: unknown): string {
  return error instanceof VaultError ? error.code : 'internal_error';
}
