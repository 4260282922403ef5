/** Grants, also those that are over, page by page. Whoever uses grants is shown its own. */
import { nextOf } from '../../calls/page.ts';
import { perform } from '../../calls/perform.ts';
import { IntegrityError } from '../../errors.ts';
import { pageOfGrants, peopleOf } from '../../grants/finding.ts';
import { grantKeys } from '../../grants/rows.ts';
import { GrantsQuery, GrantsReply, type GrantView } from '../../grants/schema.ts';
import { GRANT } from '../examples.ts';
import { operation } from '../operation.ts';
import { seesOwnAlone, shownGrant } from './shown-grants.ts';

export const listGrants = operation({
  operationId: 'listGrants',
  action: 'list_grants',
  method: 'get',
  path: '/v1/grants',
  summary: 'The grants of the tenant, also those that are over; whoever uses grants sees its own.',
  query: GrantsQuery,
  reply: GrantsReply,
  problems: [],
  example: { reply: { grants: [GRANT] } },
  work: (vault, caller, { after, limit, state }) =>
    perform(vault, caller, { action: 'list_grants' }, async (door) => {
      const { tenant, principal } = caller;
      const keys = await grantKeys(vault.keyring.indexes, tenant);
      const of = seesOwnAlone(caller) ? principal : undefined;
      return door.commit('shared', async (tx) => {
        const wanted = { state, of, now: door.now };
        const found = await pageOfGrants(tx, tenant, wanted, { after, limit: limit + 1 });
        const rows = found.slice(0, limit);
        const people = await peopleOf(
          tx,
          tenant,
          rows.map(({ grant_id }) => grant_id),
        );
        const grants: GrantView[] = [];
        for (const [i, row] of rows.entries()) {
          grants.push(await shownGrant(tx, keys, row, people[i] ?? [], door.now));
        }
        const damaged = grants.filter((view) => view.damaged).map(({ grant }) => new IntegrityError({ target: grant }));
        return { reply: { grants, ...nextOf(grants, found.length > limit, 'grant') }, entry: { damaged } };
      });
    }),
});
