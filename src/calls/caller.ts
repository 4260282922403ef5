/** The caller of one request. */
import type { Principal } from '../access/principal.ts';
import type { Role } from '../access/roles.ts';
import type { ApiKeyId, RequestId } from '../ids.ts';
import type { TimeLimit } from './time-limit.ts';

/** The roles of programs. An API key of any other role may be a person's own. */
const SERVICES: ReadonlySet<string> = new Set<Role>(['app', 'receiver']);

export function isService({ role }: Pick<Principal, 'role'>): boolean {
  return SERVICES.has(role);
}

export interface Caller extends Principal {
  readonly apiKey: ApiKeyId;
  /** When the API key stops working; absent: never. */
  readonly keyEndsAt?: Date | undefined;
  readonly request: RequestId;
  /** As sent in `Idempotency-Key`; stored as a MAC only. */
  readonly idempotencyKey?: string | undefined;
  /** Aborted, with the error to throw, when the client has gone before its answer; absent if the caller cannot go. */
  readonly gone?: AbortSignal | undefined;
  /** Until when the call must be answered; absent if it has only just begun. */
  readonly limit?: TimeLimit | undefined;
}
