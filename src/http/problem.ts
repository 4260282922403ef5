/**
 * Turns errors into problem details (RFC 9457), by the list of problems. A problem never carries a value. It carries
 * the code, fixed texts, the path of the field at fault and the request's id. One that refuses what was sent lists all
 * that is wrong with it; `code`, `detail` and `field` are then those of the first.
 */
import { ApprovalNeededError } from '../access/approvals/errors.ts';
import { type Fault, VaultError } from '../errors.ts';
import { faultsOf } from '../faults.ts';
import type { RequestId } from '../ids.ts';
import { REPEAT_AFTER, STATUS } from '../problems/kinds.ts';
import { PROBLEMS, type ProblemCode } from '../problems/list.ts';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly field?: string;
  readonly errors?: readonly Fault[];
  /** What waits for a second person. */
  readonly approval?: string;
  readonly request: RequestId;
}

/** What any answer that asks a store or a key may be instead, in the order of the API's description. */
export const OF_STORES_AND_KEYS: readonly ProblemCode[] = [
  'integrity_failure',
  'store_corrupt',
  'internal_error',
  'store_unavailable',
  'timed_out',
  'outcome_unknown',
  'store_replaced',
  'store_went_back',
  'key_unavailable',
];

export const DEFAULT_RETRY_AFTER = 1;

/** How long the caller should wait before it makes the same call again. */
export function retryAfterSeconds(error: unknown, { code }: Problem): number {
  if (error instanceof VaultError && error.retryAfterSeconds !== undefined) return error.retryAfterSeconds;
  const { kind, repeatAfter = REPEAT_AFTER[kind] } = PROBLEMS[code];
  return repeatAfter ?? DEFAULT_RETRY_AFTER;
}

/** Where a problem is described. */
export function problemType(code: string, publicUrl = ''): string {
  return `${publicUrl}/docs#problem-${code}`;
}

/**
 * What the caller is told of anything thrown. An error that is not the vault's own is told as `internal_error`.
 * @param publicUrl where clients find the API; without it, `type` is a path that is right if no proxy shortens paths
 */
export function problemOf(error: unknown, request: RequestId, publicUrl = ''): Problem {
  const known = isPublished(error) ? error : undefined;
  const code = known?.code ?? 'internal_error';
  const { title, kind } = PROBLEMS[code];
  return {
    type: problemType(code, publicUrl),
    title,
    status: STATUS[kind],
    code,
    detail: TOLD[code] ?? known?.message ?? title,
    ...(known?.field === undefined ? {} : { field: known.field }),
    ...(known?.kind === 'invalid' ? { errors: faultsOf(known) } : {}),
    ...(error instanceof ApprovalNeededError ? { approval: error.approval } : {}),
    request,
  };
}

/** What callers are told in place of an error's own text, which is an operator's: of slots, libraries and folders. */
const TOLD: { readonly [code in ProblemCode]?: string } = {
  key_unavailable:
    'A root slot or a key service does not answer, or lacks a secret. Nothing has been acknowledged; send the call again ' +
    'later. The security team finds out which one by `npm run lethe -- keys slots check`.',
  internal_error:
    'Something went wrong inside the vault. Nothing has been acknowledged. The log has a line with the id of this request.',
};

function isPublished(error: unknown): error is VaultError & { readonly code: ProblemCode } {
  return error instanceof VaultError && error.code in PROBLEMS;
}
