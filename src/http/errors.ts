/** What can be wrong with a request before any verb sees it. */
import { VaultError } from '../errors.ts';

/** The bytes are not what HTTP and JSON ask for. Nothing has been read from them. */
export class MalformedRequestError extends VaultError {
  readonly kind = 'malformed';
  readonly code = 'malformed_request';
}

export class BodyTooLargeError extends VaultError {
  readonly kind = 'too_large';
  readonly code = 'body_too_large';

  constructor(maxBytes = 1024 * 1024) {
    super(
      maxBytes < 1024 * 1024
        ? `The body is larger than ${maxBytes / 1024} KiB, which is more than this path takes.`
        : 'The body is larger than 1 MiB. Send it in several requests.',
    );
  }
}

export class UnsupportedMediaTypeError extends VaultError {
  readonly kind = 'unsupported';
  readonly code = 'unsupported_media_type';

  constructor() {
    super('Send the body as Content-Type: application/json, in UTF-8 and uncompressed.');
  }
}

export class RouteNotFoundError extends VaultError {
  readonly kind = 'not_found';
  readonly code = 'route_not_found';

  constructor() {
    super('There is nothing at this path. /docs shows what there is.');
  }
}

export class MethodNotAllowedError extends VaultError {
  readonly kind = 'unsupported_method';
  readonly code = 'method_not_allowed';

  constructor() {
    super('This path does not take this method; the Allow header names those it takes.');
  }
}

/** The vault is sealed: it has no key and answers nothing until enough shares of its root key were given. */
export class SealedError extends VaultError {
  readonly kind = 'unavailable';
  readonly code = 'sealed';

  constructor() {
    super('The vault is sealed. It serves when enough holders of shares have run `npm run lethe -- unseal`.');
  }
}

/** The client closed its connection before the answer. What had not been committed by then is not; nobody reads this. */
export class ClientGoneError extends VaultError {
  readonly kind = 'abandoned';
  readonly code = 'client_gone';

  constructor() {
    super('The client had gone before its answer.');
  }
}
