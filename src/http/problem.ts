/**
 * Errors as RFC 9457 problem details. Every code the API can answer with is listed here, with its status and what to
 * do about it; a test compares the list with the errors there are. A problem carries the code, fixed texts, the path
 * of the field at fault and the request's id; never a value.
 */
import { type ErrorKind, VaultError } from '../errors.ts';
import type { RequestId } from '../ids.ts';

export const STATUS: Readonly<Record<ErrorKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  refused: 403,
  not_found: 404,
  unsupported_method: 405,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported: 415,
  invalid: 422,
  too_many: 429,
  // nginx's, for the log and the metrics: nobody is there to read it.
  abandoned: 499,
  integrity: 500,
  internal: 500,
  unavailable: 503,
};

interface Described {
  readonly kind: ErrorKind;
  readonly title: string;
  /** Seconds after which the same call may pass, where that is not a moment. */
  readonly retryAfter?: number;
}

/** What each code means, for the reader of the API's description. */
export const PROBLEMS: Readonly<Record<string, Described>> = {
  malformed_request: {
    kind: 'malformed',
    title: 'The body is not the JSON, or a header not the text, that it should be.',
  },
  unauthenticated: { kind: 'unauthenticated', title: 'The API key is missing, unknown, expired or revoked.' },
  not_allowed: { kind: 'refused', title: 'The caller’s role does not allow this.' },
  purpose_not_allowed: { kind: 'refused', title: 'The stated purpose is not one of the caller’s.' },
  never_revealed: { kind: 'refused', title: 'Values of this data type are verified, never shown.' },
  route_not_found: { kind: 'not_found', title: 'There is nothing at this path.' },
  method_not_allowed: { kind: 'unsupported_method', title: 'The path does not take this method.' },
  token_not_found: { kind: 'not_found', title: 'No such token, or it is another tenant’s.' },
  record_not_found: { kind: 'not_found', title: 'No such record, or it is another tenant’s.' },
  subject_not_found: { kind: 'not_found', title: 'No such subject, or it is another tenant’s.' },
  erasure_not_found: { kind: 'not_found', title: 'No such erasure, or it is another tenant’s.' },
  job_not_found: { kind: 'not_found', title: 'No such job, or it is another tenant’s.' },
  tenant_not_found: { kind: 'not_found', title: 'No such tenant.' },
  epoch_not_found: { kind: 'not_found', title: 'No such epoch.' },
  node_not_found: { kind: 'not_found', title: 'No node has this name.' },
  slot_not_found: { kind: 'not_found', title: 'No root slot has this name.' },
  principal_not_found: { kind: 'not_found', title: 'No such principal, or it is another tenant’s.' },
  concurrent_change: { kind: 'conflict', title: 'Another call changed the same record; read it again, then repeat.' },
  lease_lost: { kind: 'conflict', title: 'Another process has taken over this work.' },
  epoch_not_ended: { kind: 'conflict', title: 'The epoch is in use; close it first.' },
  api_key_already_shown: { kind: 'conflict', title: 'A repeated call; the API key was shown once, the first time.' },
  own_principal: { kind: 'conflict', title: 'A principal cannot revoke itself.' },
  type_base_fixed: { kind: 'conflict', title: 'A type keeps the base it was first declared with.' },
  too_many_jobs: { kind: 'conflict', title: 'The tenant has as many unfinished long jobs as there may be.' },
  too_many_types: { kind: 'conflict', title: 'The tenant has as many types of its own as there may be.' },
  too_many_versions: { kind: 'conflict', title: 'The type has as many versions as there may be.' },
  tenant_exists: { kind: 'conflict', title: 'A tenant of this name exists.' },
  first_tenant: { kind: 'conflict', title: 'The first tenant cannot be erased.' },
  unfit_root_key: { kind: 'conflict', title: 'The root key brought cannot replace the one there is.' },
  share_repeated: { kind: 'conflict', title: 'The share was given already; those of other people are needed.' },
  shares_disagree: { kind: 'conflict', title: 'The shares do not make the root key of this vault; all are forgotten.' },
  already_exists: { kind: 'conflict', title: 'What should be added is there already.' },
  node_alive: { kind: 'conflict', title: 'A process of the node is alive; it is not given up.' },
  slot_exists: { kind: 'conflict', title: 'A root slot of this name or at this place is there, or was.' },
  slot_needed: { kind: 'conflict', title: 'Without this root slot a secret in use would be in no required slot.' },
  slot_unfit: {
    kind: 'conflict',
    title: 'The root slot did not hold, give back and destroy what it was tried out with.',
  },
  token_taken: { kind: 'conflict', title: 'The token brought along stands for something already, or did.' },
  token_outdated: {
    kind: 'conflict',
    title: 'A live token shows of the value what would no longer be so; end it first.',
  },
  token_expired: { kind: 'gone', title: 'The token has expired.' },
  token_used_up: { kind: 'gone', title: 'The token has been used as often as it may be.' },
  token_revoked: { kind: 'gone', title: 'The token was revoked.' },
  record_erased: { kind: 'gone', title: 'The value was erased.' },
  record_superseded: {
    kind: 'gone',
    title: 'The record store was put back to before the value was corrected. Erase the record, store the value again.',
  },
  subject_erased: { kind: 'gone', title: 'The subject was erased.' },
  tenant_erased: { kind: 'gone', title: 'The tenant was erased.' },
  body_too_large: { kind: 'too_large', title: 'The body is larger than 1 MiB (a share: 4 KiB).' },
  unsupported_media_type: { kind: 'unsupported', title: 'The body must be application/json, in UTF-8, uncompressed.' },
  invalid_request: { kind: 'invalid', title: 'A property is missing, unknown, or of the wrong shape; see `field`.' },
  invalid_value: { kind: 'invalid', title: 'The data type does not accept the value; see `field`.' },
  unknown_index: { kind: 'invalid', title: 'The tenant has no index of this name.' },
  index_not_rotatable: { kind: 'invalid', title: 'The keys of the vault’s own MACs are not replaced.' },
  unknown_type: { kind: 'invalid', title: 'No data type has this name.' },
  unknown_keep: { kind: 'invalid', title: 'The data type offers no such lesser form.' },
  invalid_definition: { kind: 'invalid', title: 'The definition of a type contradicts itself; see `field`.' },
  low_entropy_index: { kind: 'invalid', title: 'There are too few different values for an index of them.' },
  unknown_view: { kind: 'invalid', title: 'The data type has no such view.' },
  not_searchable: { kind: 'invalid', title: 'Values of this data type cannot be searched.' },
  unknown_part: { kind: 'invalid', title: 'Values of this data type are not found by that part.' },
  option_not_offered: { kind: 'invalid', title: 'The data type does not offer that; see `field`.' },
  token_format_not_offered: { kind: 'invalid', title: 'The data type, or this value, has no token of that format.' },
  invalid_token: { kind: 'invalid', title: 'The token brought along may not stand for the value.' },
  invalid_share_count: { kind: 'invalid', title: 'A root key is split by 2 ≤ threshold ≤ shares ≤ 255.' },
  share_typo: { kind: 'invalid', title: 'No share as it was handed out: a character is wrong or missing.' },
  share_foreign: { kind: 'invalid', title: 'A share of another vault, or of a set that was replaced.' },
  share_wrong: { kind: 'invalid', title: 'Not the share that was handed out under its number.' },
  too_many_shares: {
    kind: 'too_many',
    title: 'Too many shares were refused within a minute; a right one still counts.',
  },
  too_many_guesses: {
    kind: 'too_many',
    title: 'The caller guessed wrong too often: at one person, record or value, or altogether. See Retry-After.',
  },
  too_many_passwords: { kind: 'invalid', title: 'More passwords in one call than it may bring; see `field`.' },
  client_gone: { kind: 'abandoned', title: 'The client had gone before its answer. Nothing has been kept.' },
  idempotency_key_reused: { kind: 'invalid', title: 'The Idempotency-Key was used with another request.' },
  not_confirmed: { kind: 'invalid', title: 'What was to be confirmed is not what was named; see `field`.' },
  integrity_failure: { kind: 'integrity', title: 'Stored data failed its integrity check; nothing of it is shown.' },
  store_corrupt: {
    kind: 'integrity',
    title: 'A store reports that its own data is damaged; trying again does not help. The operator is needed.',
  },
  internal_error: { kind: 'internal', title: 'A defect in the vault; the request id finds it in the log.' },
  store_unavailable: { kind: 'unavailable', title: 'A store cannot be reached or cannot write; try again later.' },
  timed_out: {
    kind: 'unavailable',
    title: 'The call took longer than a call may, and nothing of it has been kept; try again later.',
    retryAfter: 5,
  },
  outcome_unknown: {
    kind: 'unavailable',
    title:
      'The call may or may not have been done: a store did not confirm it in time. Repeat it under its Idempotency-Key; one without may then be done twice. An erasure that was done is completed.',
    retryAfter: 5,
  },
  store_replaced: {
    kind: 'unavailable',
    title: 'A store was replaced while this node ran on it; the node has to be restarted.',
    retryAfter: 10,
  },
  key_unavailable: {
    kind: 'unavailable',
    title: 'A key is not at hand; the security team is needed.',
    retryAfter: 10,
  },
  store_went_back: {
    kind: 'unavailable',
    title: 'A store lacks what it had acknowledged; nothing is served until `npm run lethe -- recover` was run.',
    retryAfter: 10,
  },
  journal_unavailable: {
    kind: 'unavailable',
    title: 'The journal cannot be written. What was ordered stands; call again until it is answered.',
    retryAfter: 10,
  },
  shutting_down: { kind: 'unavailable', title: 'The vault is shutting down; try another node, or again.' },
  sealed: {
    kind: 'unavailable',
    title: 'The vault waits for shares of its root key; see `npm run lethe -- unseal`.',
    retryAfter: 10,
  },
  unseal_failed: {
    kind: 'unavailable',
    title: 'The shares are right, but the vault did not open; the log says why.',
    retryAfter: 10,
  },
  overloaded: { kind: 'unavailable', title: 'The vault has too much to do; try again later.' },
};

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field?: string;
  readonly request: RequestId;
}

export const DEFAULT_RETRY_AFTER = 1;
/** The longest that a 429 is held up where nothing else is said. */
const LONGEST_RETRY_AFTER = 900;

/** How long whoever is told so should wait before the same call. */
export function retryAfterSeconds(error: unknown, { code, status }: Problem): number {
  if (error instanceof VaultError && error.retryAfterSeconds !== undefined) return error.retryAfterSeconds;
  return status === 429 ? LONGEST_RETRY_AFTER : (PROBLEMS[code]?.retryAfter ?? DEFAULT_RETRY_AFTER);
}

/** Where a problem is described. */
export function problemType(code: string, publicUrl = ''): string {
  return `${publicUrl}/docs#problem-${code}`;
}

/**
 * Anything thrown, as what the caller is told; an error that is not the vault's own is told as `internal_error`.
 * @param publicUrl where clients find the API; without it, `type` is a path as it is where no proxy takes any off
 */
export function problemOf(error: unknown, request: RequestId, publicUrl = ''): Problem {
  const known = error instanceof VaultError && error.code in PROBLEMS ? error : undefined;
  const code = known?.code ?? 'internal_error';
  const title = PROBLEMS[code]?.title ?? '';
  return {
    type: problemType(code, publicUrl),
    title,
    status: STATUS[known?.kind ?? 'internal'],
    code,
    // Of slots, libraries and folders an operator is told, not a caller.
    detail:
      (code === 'key_unavailable' ? title : known?.message) ??
      'Something went wrong inside the vault. Nothing has been acknowledged.',
    ...(known?.field === undefined ? {} : { field: known.field }),
    request,
  };
}
