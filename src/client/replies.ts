/** Reads replies: their JSON, or why there is none, and how long to wait before the next attempt. */
import { type Fault, LetheError, type LetheUnreachableError } from './errors.ts';
import { parseExactly } from './exact-numbers.ts';

export type Failure = { readonly error: LetheError | LetheUnreachableError; readonly waitMs: number };

/** The vault, or a proxy in front of it, answers so if the same call may well succeed later. */
export const UNAVAILABLE: ReadonlySet<number> = new Set([502, 503, 504]);

export function failureOf(response: Response, text: string, key: string | undefined): Failure {
  return { error: errorOf(response, text, key), waitMs: retryAfterMs(response) };
}

export function jsonOf(response: Response, text: string, type: string): unknown {
  if (!(response.headers.get('content-type') ?? '').toLowerCase().startsWith(type)) return undefined;
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
}

/** The reply may be anybody's page. Unless it is a problem, the error tells only its status. */
function errorOf(response: Response, text: string, key: string | undefined): LetheError {
  const { status } = response;
  const problem = jsonOf(response, text, 'application/problem+json') as Record<string, unknown> | null | undefined;
  const { code, detail, field, errors, request, approval } = problem ?? {};
  const waitMs = retryAfterMs(response);
  const retryAfterSeconds = waitMs > 0 ? Math.ceil(waitMs / 1000) : undefined;
  if (typeof code === 'string' && typeof detail === 'string') {
    const said = { code, message: detail, status, field: textOf(field), errors: faultsOf(errors) };
    const more = { request: textOf(request), approval: textOf(approval), retryAfterSeconds };
    return new LetheError({ ...said, ...more }, key);
  }
  const message = UNAVAILABLE.has(status)
    ? `Something before the vault, such as a proxy, does not reach it (HTTP ${status}).`
    : `The reply (HTTP ${status}) is not one of the vault’s. Is the URL right, or is there a proxy?`;
  return new LetheError({ code: 'unexpected_reply', message, status, retryAfterSeconds }, key);
}

/** What is not a list of faults is left out. */
function faultsOf(listed: unknown): Fault[] {
  return (Array.isArray(listed) ? listed : []).flatMap((one) => {
    const { field, code, detail } = Object(one) as Record<string, unknown>;
    if (typeof code !== 'string' || typeof detail !== 'string') return [];
    return [{ code, detail, ...(typeof field === 'string' ? { field } : {}) }];
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The header holds seconds or a date (RFC 9110 section 10.2.3). */
function retryAfterMs(response: Response): number {
  const text = response.headers.get('retry-after') ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return ms > 0 ? ms : 0;
}
