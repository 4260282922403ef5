/** Who calls, once an API key has said so. */
import type { ApiKeyId, PrincipalId, RequestId, TenantId } from '../ids.ts';
import type { Role } from './roles.ts';

export interface Principal {
  readonly principal: PrincipalId;
  readonly tenant: TenantId;
  readonly role: Role;
  /** The purposes for which it may ask; empty where its role asks for none. */
  readonly purposes: readonly string[];
}

/** A principal in the course of one request. */
export interface Caller extends Principal {
  readonly apiKey: ApiKeyId;
  readonly request: RequestId;
  /** As sent in `Idempotency-Key`; stored as a MAC only. */
  readonly idempotencyKey?: string | undefined;
}
