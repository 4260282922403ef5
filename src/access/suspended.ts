/** The refusal of callers whose tenant is suspended: one code for every call. */
import { VaultError } from '../errors.ts';
import type { Principal } from './principal.ts';

/** The caller's tenant is suspended, and the caller could call otherwise. */
export class TenantSuspendedError extends VaultError {
  /** For the audit entry alone. */
  declare readonly principal: Principal;

  constructor(principal: Principal) {
    super('tenant_suspended');
    Object.defineProperty(this, 'principal', { value: principal, enumerable: false });
  }
}
