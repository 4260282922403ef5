/** What the answers to an approval have in common: who may look, and how one is ended. */
import { circleOf } from '../../access/approvals/needed.ts';
import { type ApprovalRow, assertOpen, type End, endApproval, holdApproval } from '../../access/approvals/rows.ts';
import type { ApprovalView } from '../../access/approvals/schema.ts';
import { viewOf } from '../../access/approvals/view.ts';
import { accessKeys } from '../../access/keys.ts';
import { keepNoted } from '../../access/revocations.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { mayDo } from '../../calls/resource.ts';
import { inTime } from '../../calls/time-limit.ts';
import type { ApprovalId, PrincipalId } from '../../ids.ts';
import type { Vault } from '../../vault/vault.ts';

/** Whose approvals the caller is told of; undefined: everybody's in the tenant. */
export function seesOf(caller: Caller): PrincipalId | undefined {
  return mayDo(caller, 'give_approval') || mayDo(caller, 'read_audit') ? undefined : caller.principal;
}

interface Ending {
  readonly approval: ApprovalId;
  readonly reason?: string | undefined;
  readonly action: 'refuse_approval' | 'withdraw_approval';
  readonly how: End;
  /** Whether the caller may. @throws the refusal */
  readonly assertMay: (row: ApprovalRow) => void;
}

/** Ends an approval for good. One that has ended in the same way by the same caller stays as it is. */
export async function end(vault: Vault, caller: Caller, ending: Ending): Promise<ApprovalView> {
  const { tenant, principal: by } = caller;
  const { approval, reason, action, how } = ending;
  const reply = await perform<ApprovalView>(vault, caller, { action, reason }, async (door) => {
    const keys = await accessKeys(vault.keyring.indexes, tenant);
    return door.commit('exclusive', async (tx) => {
      const held = await holdApproval(tx, keys.principals, tenant, approval);
      ending.assertMay(held);
      const isDone = held.ended === how && held.ended_by === by;
      if (!isDone) await assertOpen(tx, held, door.now);
      const row = isDone ? held : await endApproval(tx, keys, held, { by, at: door.now, how });
      const circle = await circleOf(tx, keys, tenant, door.now);
      return { reply: viewOf(row, keys, circle, door.now), entry: { target: `${approval} ${row.ordered_by}` } };
    });
  });
  await inTime(caller.limit, keepNoted(vault, tenant, ['approval'], [approval]));
  return reply;
}
