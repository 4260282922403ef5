/** Takes back what the caller has asked for. */
import { ApprovalParams, ApprovalSchema } from '../../access/approvals/schema.ts';
import { VaultError } from '../../errors.ts';
import { APPROVAL, PRINCIPAL } from '../examples.ts';
import { operation } from '../operation.ts';
import { end, seesOf } from './answer.ts';

/** @throws `approval_not_found`, `not_own_approval`, `approval_ended` @throws as `refuseApproval` */
export const withdrawApproval = operation({
  operationId: 'withdrawApproval',
  action: 'withdraw_approval',
  method: 'post',
  path: '/v1/approvals/{approval}/withdraw',
  summary: 'Take back what one has asked for oneself.',
  description: 'For good, whether it was approved or not. With a 503 it may be withdrawn already: call again.',
  params: ApprovalParams,
  reply: ApprovalSchema,
  problems: ['approval_not_found', 'not_own_approval', 'approval_ended', 'journal_unavailable'],
  example: {
    reply: { ...APPROVAL, state: 'withdrawn', endedAt: '2026-11-23T09:00:00.000Z', endedBy: PRINCIPAL },
  },
  work: (vault, caller, { approval }) =>
    end(vault, caller, {
      ...{ approval, action: 'withdraw_approval', how: 'withdrawn' },
      assertMay: ({ ordered_by }) => {
        if (ordered_by === caller.principal) return;
        if (seesOf(caller) !== undefined) throw new VaultError('approval_not_found');
        throw new VaultError('not_own_approval');
      },
    }),
});
