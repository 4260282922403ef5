/** What waits for a second person, or did. Who may not approve is told of what they have asked for themselves alone. */
import { circleOf } from '../../access/approvals/needed.ts';
import { listApprovals as list } from '../../access/approvals/rows.ts';
import { ApprovalsQuery, ApprovalsReply } from '../../access/approvals/schema.ts';
import { damagedAmong, viewOf } from '../../access/approvals/view.ts';
import { accessKeys } from '../../access/keys.ts';
import { nextOf } from '../../calls/page.ts';
import { perform } from '../../calls/perform.ts';
import { APPROVAL } from '../examples.ts';
import { operation } from '../operation.ts';
import { seesOf } from './answer.ts';

export const listApprovals = operation({
  operationId: 'listApprovals',
  action: 'read_approvals',
  method: 'get',
  path: '/v1/approvals',
  summary: 'What waits for a second person, and what has become of it.',
  query: ApprovalsQuery,
  reply: ApprovalsReply,
  problems: [],
  example: { reply: { approvals: [APPROVAL] } },
  work: (vault, caller, { after, limit }) =>
    perform(vault, caller, { action: 'read_approvals' }, async (door) => {
      const { tenant } = caller;
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      return door.commit('shared', async (tx) => {
        const rows = await list(tx, tenant, seesOf(caller), { before: after, limit: limit + 1 });
        const circle = await circleOf(tx, keys, tenant, door.now);
        const approvals = rows.slice(0, limit).map((row) => viewOf(row, keys, circle, door.now));
        const reply = { approvals, ...nextOf(approvals, rows.length > limit, 'approval') };
        return { reply, entry: { damaged: damagedAmong(approvals) } };
      });
    }),
});
