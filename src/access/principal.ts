/** Who calls, once an API key has said so. */
import type { PrincipalId, TenantId } from '../ids.ts';
import type { Role } from './roles.ts';

export interface Principal {
  readonly principal: PrincipalId;
  readonly tenant: TenantId;
  readonly role: Role;
  /** The purposes for which it may ask; empty where its role asks for none. */
  readonly purposes: readonly string[];
  /** The only audience whose tokens it can use; undefined: every one. */
  readonly audience: string | undefined;
}
