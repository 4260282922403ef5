/** What of a role's rules takes a second person to give: plain sight, and the right to approve. */
import { codeOf } from '../../errors.ts';
import type { TenantId } from '../../ids.ts';
import type { Reader, RecordTx } from '../../storage/tx.ts';
import type { AccessKeys } from '../keys.ts';
import { type CompiledRole, compileRole } from '../roles/compiled-role.ts';
import { inForce, versionsOf } from '../roles/rows.ts';
import { REVEALING } from '../roles/rules.ts';
import { isBuiltIn } from '../roles.ts';
import { mayApprove } from './approvers.ts';

/** Whether a role shows anything plain, of whatever type, for whatever purpose and under whatever conditions. */
export function seesPlain({ rules }: CompiledRole): boolean {
  return [...REVEALING].some((action) =>
    (rules.get(action as never) ?? []).some(({ effect, views }) => effect === 'allow' && views?.has('plain')),
  );
}

/** Whether an API key of this role is given with a second person's approval. */
export function isWeighty(role: CompiledRole): boolean {
  return seesPlain(role) || mayApprove(role);
}

/** Whether a change of a role does: it opens plain sight, or approving. */
export function opensWeighty(
  opened: readonly { readonly action: string; readonly view?: string | undefined }[],
): boolean {
  return opened.some(({ view, action }) => view === 'plain' || action === 'give_approval');
}

/** The rules that a principal of this role has now; none for one that has no version in force. */
export async function standingRole(
  tx: RecordTx,
  keys: AccessKeys,
  tenant: TenantId,
  role: string,
): Promise<CompiledRole> {
  return inForce(tx, keys, tenant, role).catch((error: unknown) => {
    if (codeOf(error) === 'unknown_role') return compileRole(role, []);
    throw error;
  });
}

/**
 * By which a request for a key of this role is bound to the rules that stood when it was approved.
 * @returns undefined for a role of the house, which is the same in every vault of this release
 */
export async function revisionOf(
  reader: Reader<'records'>,
  tenant: TenantId,
  role: string,
): Promise<string | undefined> {
  if (isBuiltIn(role)) return undefined;
  return (await versionsOf(reader, tenant, role)).find(({ ended_at }) => ended_at === null)?.revision;
}
