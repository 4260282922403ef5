/**
 * A change of a role, looked at before it is made: whether it makes sense, what it opens and closes, and for whom.
 * Making it and previewing it ask the same.
 */
import type { z } from 'zod';
import type { AccessKeys } from '../../access/keys.ts';
import { needsOf } from '../../access/needs.ts';
import { purposesOfTenant } from '../../access/purposes.ts';
import { faultsOf, type KnownType, purposesIn } from '../../access/roles/check.ts';
import { compileRole } from '../../access/roles/compiled-role.ts';
import { rulesOrDamage } from '../../access/roles/facts.ts';
import { cellsOf, differenceOf } from '../../access/roles/matrix.ts';
import { holdersOf, type RoleRow, versionsOf } from '../../access/roles/rows.ts';
import type { Rule } from '../../access/roles/rules.ts';
import type { RoleBody, RoleChangeReply } from '../../access/roles/schema.ts';
import { isBuiltIn } from '../../access/roles.ts';
import type { Caller } from '../../calls/caller.ts';
import { VaultError } from '../../errors.ts';
import { allOf } from '../../faults.ts';
import type { Reader } from '../../storage/tx.ts';

export interface RoleChange {
  readonly reply: z.infer<typeof RoleChangeReply>;
  /** The rules in force; none of an altered version. */
  readonly before: readonly Rule[];
  /** Every version that stands, the newest first. */
  readonly standing: readonly RoleRow[];
}

/**
 * @param lock holds what stands until the transaction ends
 * @throws `built_in_role`, `own_role`, `role_changed`, `invalid_role`, `duties_conflict`
 */
export async function lookAtChange(
  reader: Reader<'records'>,
  keys: AccessKeys,
  caller: Caller,
  { role, description, rules, ifVersion }: z.infer<typeof RoleBody> & { readonly role: string },
  types: readonly KnownType[],
  lock?: 'wait',
): Promise<RoleChange> {
  if (isBuiltIn(role)) throw new VaultError('built_in_role');
  if (role === caller.role) throw new VaultError('own_role');
  const { tenant } = caller;
  const inUse = needsOf(await purposesOfTenant(reader, keys.principals, tenant));
  const faults = faultsOf(rules, types, new Set(inUse.keys()));
  if (faults.length > 0) throw allOf(faults);
  const standing = await versionsOf(reader, tenant, role, lock);
  const [newest] = standing;
  const row = newest?.ended_at === null ? newest : undefined;
  if (ifVersion !== undefined && ifVersion !== (row?.version ?? 0)) throw new VaultError('role_changed');
  // An altered version allows nothing. The change takes its place, which mends it.
  const before = (row && rulesOrDamage(keys.principals, row)) ?? [];
  const isSame = row?.description === description && JSON.stringify(before) === JSON.stringify(rules);
  const purposes = [...new Set([...purposesIn(before), ...purposesIn(rules)])];
  const cells = (of: typeof rules) => cellsOf(compileRole(role, of), types, purposes);
  const reply = {
    ...{ role, version: isSame && row ? row.version : (newest?.version ?? 0) + 1, changed: !isSame },
    ...differenceOf(cells([...before]), cells(rules)),
    principals: await holdersOf(reader, tenant, role),
  };
  return { reply: { ...reply, opened: [...reply.opened], closed: [...reply.closed] }, before, standing };
}
