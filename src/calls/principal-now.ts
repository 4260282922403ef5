/** A principal as it stands now, for a question about somebody who is not the caller. */
import type { AccessKeys } from '../access/keys.ts';
import { needsOf } from '../access/needs.ts';
import type { Principal } from '../access/principal.ts';
import { isUnaltered, purposesOf } from '../access/principals.ts';
import { purposesOfTenant } from '../access/purposes.ts';
import { inForce } from '../access/roles/rows.ts';
import { isBuiltIn } from '../access/roles.ts';
import { findPrincipal } from '../access/store.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import type { PrincipalId, TenantId } from '../ids.ts';
import type { RecordTx } from '../storage/tx.ts';

/** @throws `principal_not_found`, `principal_revoked`, `unknown_role` @throws {IntegrityError} */
export async function principalNow(
  tx: RecordTx,
  keys: AccessKeys,
  tenant: TenantId,
  principal: PrincipalId,
): Promise<Principal> {
  const row = await findPrincipal(tx, tenant, principal);
  if (row === undefined) throw new VaultError('principal_not_found');
  if (row.revoked_at !== null) throw new VaultError('principal_revoked');
  if (!isUnaltered(keys.principals, row)) throw new IntegrityError({ target: principal });
  const rules = isBuiltIn(row.role) ? undefined : await inForce(tx, keys, tenant, row.role);
  const needs = needsOf(await purposesOfTenant(tx, keys.principals, tenant));
  const audience = row.audience ?? undefined;
  return { principal, tenant, role: row.role, rules, purposes: purposesOf(row), needs, audience };
}
