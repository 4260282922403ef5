/**
 * Says what the tenant asks for before what takes a second person is done. It holds from the next call on, on every
 * node. Less than now takes a second person itself. More than now is answered only when both stores and the journal
 * have noted it, so that no older copy asks for less.
 */
import { isWeaker, policyOf, setPolicy } from '../../access/approvals/policy.ts';
import { PolicyBody, PolicyReply } from '../../access/approvals/schema.ts';
import { accessKeys } from '../../access/keys.ts';
import { keepNoted } from '../../access/revocations.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { throughRaces } from '../../intake/races.ts';
import { POLICY } from '../examples.ts';
import { operation } from '../operation.ts';
import { policyReply } from './policy-reply.ts';

/** @throws {UnavailableError} also where it holds and only the key store or the journal could not note it */
export const setApprovalPolicy = operation({
  operationId: 'setApprovalPolicy',
  action: 'set_approval_policy',
  method: 'put',
  path: '/v1/approval-policy',
  summary: 'Say what takes a second person, and how many.',
  description:
    'From the first policy on, these wait for approval: a new API key that may see values plain or approve, a role that ' +
    'sees more plain, purposes for a principal that sees plain, an erasure of many subjects or of a tenant, a new root ' +
    'key, and less approval than now. As long as nobody else could approve, they do not wait.',
  body: PolicyBody,
  reply: PolicyReply,
  problems: ['approval_needed', 'too_many_approvals', 'journal_unavailable'],
  example: { request: { approvers: 1, erasureSubjects: 10, hours: 24 }, reply: POLICY },
  work: async (vault, caller, body) => {
    const { tenant, principal: by } = caller;
    const [reply, noted] = await perform(vault, caller, { action: 'set_approval_policy' }, async (door) => {
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      const askSecond = await door.secondPerson();
      return throughRaces(() =>
        door.commit('exclusive', async (tx) => {
          const before = await policyOf(tx, keys.principals, tenant, 'wait');
          if (isWeaker(body, before)) await askSecond(tx, { kind: 'policy', request: body, about: body });
          const setting = { tenant, by, at: door.now, random: vault.random };
          const target = await setPolicy(tx, keys, setting, body, before);
          const policy = { ...body, changedAt: door.now, changedBy: by };
          const shown = await policyReply(tx, keys, { tenant, now: door.now }, policy);
          const { approvers, erasureSubjects, hours } = body;
          return { reply: [shown, target] as const, entry: { target: `${approvers}/${erasureSubjects}/${hours}` } };
        }),
      );
    });
    if (noted !== undefined) await inTime(caller.limit, keepNoted(vault, tenant, ['policy'], [noted]));
    return reply;
  },
});
