/**
 * Says yes to what somebody else has asked for. Nothing is done by that: whoever asked makes the call again. Whether
 * the approver may still approve is asked anew then.
 */
import { circleOf } from '../../access/approvals/needed.ts';
import { addApprover, assertOpen, holdApproval } from '../../access/approvals/rows.ts';
import { AnswerBody, ApprovalParams, ApprovalSchema, type ApprovalView } from '../../access/approvals/schema.ts';
import { viewOf } from '../../access/approvals/view.ts';
import { accessKeys } from '../../access/keys.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { APPROVAL, OTHER_PRINCIPAL } from '../examples.ts';
import { operation } from '../operation.ts';

/**
 * Approving twice changes nothing.
 * @throws `approval_not_found`, `own_approval`, `approval_ended` @throws {IntegrityError}
 */
export const giveApproval = operation({
  operationId: 'giveApproval',
  action: 'give_approval',
  method: 'post',
  path: '/v1/approvals/{approval}/approve',
  summary: 'Approve what somebody else has asked for.',
  description:
    'Nothing is done by it: whoever asked sends the same call again. Until then it can be refused, and the yes of ' +
    'somebody who may no longer approve does not count.',
  params: ApprovalParams,
  body: AnswerBody,
  reply: ApprovalSchema,
  problems: ['approval_not_found', 'own_approval', 'approval_ended'],
  example: { request: {}, reply: { ...APPROVAL, state: 'approved', approvedBy: [OTHER_PRINCIPAL] } },
  work: (vault, caller, { approval, reason }) =>
    perform<ApprovalView>(vault, caller, { action: 'give_approval', reason }, async (door) => {
      const { tenant, principal } = caller;
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      return door.commit('exclusive', async (tx) => {
        const held = await holdApproval(tx, keys.principals, tenant, approval);
        if (held.ordered_by === principal) throw new VaultError('own_approval');
        await assertOpen(tx, held, door.now);
        const row = await addApprover(tx, keys, held, principal);
        const circle = await circleOf(tx, keys, tenant, door.now);
        return { reply: viewOf(row, keys, circle, door.now), entry: { target: `${approval} ${row.ordered_by}` } };
      });
    }),
});
