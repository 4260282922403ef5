/** A caller, once an API key has identified it. */
import { firstIdAt, type PrincipalId, type TenantId } from '../ids.ts';
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

/**
 * The principal of acts that nobody called for: the vault itself, on its schedule. Its id has the first possible
 * instant, so no principal was ever given it; it is in no table, and no API key belongs to it.
 */
export const THE_VAULT_ITSELF: PrincipalId = firstIdAt('principal', new Date(0));
