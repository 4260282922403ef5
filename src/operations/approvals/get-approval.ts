/** One approval, with all that whoever is to approve it can be shown. */
import { circleOf } from '../../access/approvals/needed.ts';
import { findApproval } from '../../access/approvals/rows.ts';
import { ApprovalParams, ApprovalSchema, type ApprovalView } from '../../access/approvals/schema.ts';
import { damagedAmong, viewOf } from '../../access/approvals/view.ts';
import { accessKeys } from '../../access/keys.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { APPROVAL } from '../examples.ts';
import { operation } from '../operation.ts';
import { seesOf } from './answer.ts';

/** @throws `approval_not_found`, also for another's, where the caller may not approve */
export const getApproval = operation({
  operationId: 'getApproval',
  action: 'read_approvals',
  method: 'get',
  path: '/v1/approvals/{approval}',
  summary: 'An approval: who has asked for what, and who has said yes.',
  params: ApprovalParams,
  reply: ApprovalSchema,
  problems: ['approval_not_found'],
  example: { reply: APPROVAL },
  work: (vault, caller, { approval }) =>
    perform<ApprovalView>(vault, caller, { action: 'read_approvals' }, async (door) => {
      const { tenant } = caller;
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      return door.commit('shared', async (tx) => {
        const row = await findApproval(tx, tenant, approval);
        const by = seesOf(caller);
        if (by !== undefined && row.ordered_by !== by) throw new VaultError('approval_not_found');
        const reply = viewOf(row, keys, await circleOf(tx, keys, tenant, door.now), door.now, 'with rules');
        return { reply, entry: { target: approval, damaged: damagedAmong([reply]) } };
      });
    }),
});
