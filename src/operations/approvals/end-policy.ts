/** Ends the tenant's policy: from the next call on nothing needs approval. That takes a second person itself. */
import { endPolicy, policyOf } from '../../access/approvals/policy.ts';
import { PolicyReply } from '../../access/approvals/schema.ts';
import { accessKeys } from '../../access/keys.ts';
import { perform } from '../../calls/perform.ts';
import { POLICY } from '../examples.ts';
import { operation } from '../operation.ts';
import { policyReply } from './policy-reply.ts';

/** Ending none changes nothing. */
export const endApprovalPolicy = operation({
  operationId: 'endApprovalPolicy',
  action: 'set_approval_policy',
  method: 'delete',
  path: '/v1/approval-policy',
  summary: 'Let nothing of the tenant need approval any more.',
  reply: PolicyReply,
  problems: ['approval_needed', 'too_many_approvals', 'journal_unavailable'],
  example: { reply: { approvers: POLICY.approvers } },
  work: (vault, caller) =>
    perform(vault, caller, { action: 'set_approval_policy' }, async (door) => {
      const { tenant, principal: by } = caller;
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      const askSecond = await door.secondPerson();
      return door.commit('exclusive', async (tx) => {
        if ((await policyOf(tx, keys.principals, tenant, 'wait')) !== undefined) {
          await askSecond(tx, { kind: 'policy', request: 'end', about: {} });
          await endPolicy(tx, { tenant, by, at: door.now, random: vault.random });
        }
        return { reply: await policyReply(tx, keys, { tenant, now: door.now }, undefined), entry: { target: 'ended' } };
      });
    }),
});
