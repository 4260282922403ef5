/** A caller, once an API key has identified it. */
import { firstIdAt, type PrincipalId, type TenantId } from '../ids.ts';
import type { Needs } from './needs.ts';
import type { CompiledRole } from './roles/compiled-role.ts';

export interface Principal {
  readonly principal: PrincipalId;
  readonly tenant: TenantId;
  /** Of the house, or of the tenant's own. */
  readonly role: string;
  /** The rules of a role of the tenant's own; absent if it has none in force. */
  readonly rules?: CompiledRole | undefined;
  /** The purposes for which it may ask; empty where its role asks for none. */
  readonly purposes: readonly string[];
  /** What the tenant's purposes need; absent: they are not asked, and every purpose needs all types. */
  readonly needs?: Needs | undefined;
  /** How many subjects a call of its may erase without a second person; undefined: it need not ask. */
  readonly erasesAlone?: number | undefined;
  /** The only audience whose tokens it can use; undefined: every one. */
  readonly audience: string | undefined;
  /** Where and when it calls; absent: unknown, which meets no condition. */
  readonly address?: string | undefined;
  readonly at?: Date | undefined;
}

/**
 * The principal of acts that nobody called for: the vault itself, on its schedule. Its id has the first possible
 * instant, so no principal was ever given it; it is in no table, and no API key belongs to it.
 */
export const THE_VAULT_ITSELF: PrincipalId = firstIdAt('principal', new Date(0));
