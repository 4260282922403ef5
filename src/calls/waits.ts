/**
 * Makes the approval that a call waits for, once the call's own transaction has kept nothing. The approval and its
 * audit entry are one commit; hooks are told of it by the entry. The entry says `refused`, because nothing was done.
 */
import type { Action } from '../access/actions.ts';
import { ApprovalNeededError } from '../access/approvals/errors.ts';
import { orderApproval, WaitsForOthers } from '../access/approvals/needed.ts';
import { accessKeys } from '../access/keys.ts';
import { assertTenantLives } from '../access/store.ts';
import { appendAuditEntry } from '../audit/entries.ts';
import { newId } from '../ids.ts';
import type { Vault } from '../vault/vault.ts';
import type { Caller } from './caller.ts';
import { baseEntry, type Macs } from './entries.ts';

/** @returns what was thrown, or, where that was for want of approval, the error that names what waits */
export async function waiting(
  vault: Vault,
  caller: Caller,
  said: { readonly action: Action; readonly purpose?: string | undefined; readonly macs?: Macs | undefined },
  thrown: unknown,
): Promise<unknown> {
  if (!(thrown instanceof WaitsForOthers)) return thrown;
  const { tenant, principal } = caller;
  const { action } = said;
  try {
    const now = vault.clock();
    const keys = await accessKeys(vault.keyring.indexes, tenant);
    const ids = { approval: newId('approval', vault.random, now), action, now };
    const made = await vault.recordStore.exclusive(async (tx) => {
      await assertTenantLives(tx, tenant);
      const ordered = await orderApproval(tx, keys, { tenant, principal }, ids, thrown.order);
      const refused = { outcome: 'refused', code: thrown.code, target: ordered.approval } as const;
      await appendAuditEntry(tx, { ...baseEntry(vault, caller, said, now), ...refused });
      return ordered;
    });
    vault.signals.emit('call', { action, outcome: 'refused', code: thrown.code });
    return new ApprovalNeededError(made.approval, made.expiresAt);
  } catch (error) {
    return error;
  }
}
