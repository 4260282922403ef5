/** Says no to what somebody else has asked for, for good; also after a yes, as long as it was not used. */
import { AnswerBody, ApprovalParams, ApprovalSchema } from '../../access/approvals/schema.ts';
import { VaultError } from '../../errors.ts';
import { APPROVAL, OTHER_PRINCIPAL } from '../examples.ts';
import { operation } from '../operation.ts';
import { end } from './answer.ts';

/**
 * @throws `approval_not_found`, `own_approval`, `approval_ended` @throws {IntegrityError}
 * @throws {UnavailableError} also where it is refused and only the key store or the journal could not note it
 */
export const refuseApproval = operation({
  operationId: 'refuseApproval',
  action: 'refuse_approval',
  method: 'post',
  path: '/v1/approvals/{approval}/refuse',
  summary: 'Refuse what somebody else has asked for.',
  description: 'For good: whoever asked may ask anew. With a 503 it may be refused already: call again.',
  params: ApprovalParams,
  body: AnswerBody,
  reply: ApprovalSchema,
  problems: ['approval_not_found', 'own_approval', 'approval_ended', 'journal_unavailable'],
  example: {
    request: {},
    reply: { ...APPROVAL, state: 'refused', endedAt: '2026-11-23T09:00:00.000Z', endedBy: OTHER_PRINCIPAL },
  },
  work: (vault, caller, { approval, reason }) =>
    end(vault, caller, {
      ...{ approval, reason, action: 'refuse_approval', how: 'refused' },
      assertMay: ({ ordered_by }) => {
        if (ordered_by === caller.principal) throw new VaultError('own_approval');
      },
    }),
});
