/** What the tenant asks for before what takes a second person is done, and who could approve. */
import { policyOf } from '../../access/approvals/policy.ts';
import { PolicyReply } from '../../access/approvals/schema.ts';
import { accessKeys } from '../../access/keys.ts';
import { perform } from '../../calls/perform.ts';
import { POLICY } from '../examples.ts';
import { operation } from '../operation.ts';
import { policyReply } from './policy-reply.ts';

export const getApprovalPolicy = operation({
  operationId: 'getApprovalPolicy',
  action: 'read_approvals',
  method: 'get',
  path: '/v1/approval-policy',
  summary: 'How many must approve, and who could.',
  reply: PolicyReply,
  problems: [],
  example: { reply: POLICY },
  work: (vault, caller) =>
    perform(vault, caller, { action: 'read_approvals' }, async (door) => {
      const { tenant } = caller;
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      return door.commit('shared', async (tx) => {
        const policy = await policyOf(tx, keys.principals, tenant);
        return { reply: await policyReply(tx, keys, { tenant, now: door.now }, policy), entry: {} };
      });
    }),
});
