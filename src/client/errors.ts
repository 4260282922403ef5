/**
 * The errors of a call. An error never holds a value, a ref, a reason or the API key, so it can be logged as it stands.
 * It holds codes, ids, places in the request and the vault's own fixed texts.
 */

import type { ProblemCode } from './api.ts';

/**
 * What went wrong, for programs. An editor offers the codes that are known today; a later vault may answer with others.
 */
export type LetheErrorCode = ProblemCode | 'unexpected_reply' | (string & {});

/** The vault's kinds of error, by status. */
const KINDS = {
  202: 'waiting',
  400: 'malformed',
  401: 'unauthenticated',
  403: 'refused',
  404: 'not_found',
  405: 'unsupported_method',
  409: 'conflict',
  410: 'gone',
  413: 'too_large',
  415: 'unsupported',
  422: 'invalid',
  429: 'too_many',
  499: 'abandoned',
  // A proxy in front of the vault answers so; it means the same as a lost connection.
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
} as const;

export type LetheErrorKind = (typeof KINDS)[keyof typeof KINDS] | 'internal';

/** One of the things that are wrong with a request. */
export interface Fault {
  readonly field?: string;
  readonly code: string;
  readonly detail: string;
}

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly field?: string | undefined;
  readonly errors?: readonly Fault[] | undefined;
  readonly request?: string | undefined;
  readonly approval?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** The vault answered with a problem, or something before it answered in its place (`unexpected_reply`). */
export class LetheError extends Error {
  override readonly name: string = 'LetheError';
  /** For programs. It is stable, and the API's description lists every code. */
  readonly code: LetheErrorCode;
  readonly kind: LetheErrorKind;
  readonly status: number;
  /** The place in the request that is at fault, such as `items/3/value.number`. */
  readonly field: string | undefined;
  /** All that is wrong with the request, in the order of its items; empty where the vault lists nothing. */
  readonly errors: readonly Fault[];
  /** With `approval_needed`: what waits. Nothing was done; make the call again once somebody has approved it. */
  readonly approval: string | undefined;
  /** Id of the request, as in the vault's log and audit entry. */
  readonly request: string | undefined;
  /** After how long the same call may pass, if `Retry-After` says so. */
  readonly retryAfterSeconds: number | undefined;
  /**
   * The key under which a write was sent. It is safe to repeat the call with this key: if the work was done after all,
   * the answer is the same.
   */
  readonly idempotencyKey: string | undefined;

  constructor(
    { code, message, status, field, errors, request, approval, retryAfterSeconds }: Problem,
    idempotencyKey?: string,
  ) {
    super(message);
    this.code = code;
    this.kind = KINDS[status as keyof typeof KINDS] ?? 'internal';
    this.status = status;
    this.field = field;
    this.errors = errors ?? [];
    this.request = request;
    this.approval = approval;
    this.retryAfterSeconds = retryAfterSeconds;
    this.idempotencyKey = idempotencyKey;
  }
}

/** Why `detokenize` may show no value, by the status that a call has for the same; the others have ended (410). */
const NOT_REVEALED: Readonly<Record<string, number>> = {
  not_allowed: 403,
  never_revealed: 403,
  token_not_found: 404,
  unknown_view: 422,
  integrity_failure: 500,
};

export function notRevealed(code: string): LetheError {
  return new LetheError({ code, message: `The token shows no value: ${code}.`, status: NOT_REVEALED[code] ?? 410 });
}

/** No answer came. It is unknown whether a write was done. */
export class LetheUnreachableError extends Error {
  override readonly name: string = 'LetheUnreachableError';
  readonly code = 'unreachable';
  readonly kind = 'unavailable';
  /** `timeout`, the system's code such as `ECONNREFUSED`, or `network`. */
  readonly reason: string;
  /** As in `LetheError`. */
  readonly idempotencyKey: string | undefined;

  constructor(reason: string, idempotencyKey?: string) {
    super(reason === 'timeout' ? 'The vault did not answer in time.' : 'The vault cannot be reached.');
    this.reason = reason;
    this.idempotencyKey = idempotencyKey;
  }
}

/** The system's code of a network failure. Its text is dropped, because it can quote what was sent. */
export function reasonOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code)) return code;
  }
  return 'network';
}
