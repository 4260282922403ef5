/** Says that somebody has reviewed a break-glass grant, in force or over. Nobody reviews their own. */
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { changeGrant, grantKeys } from '../../grants/rows.ts';
import { GrantParams, GrantSchema, type GrantView } from '../../grants/schema.ts';
import { REVIEWED_GRANT } from '../examples.ts';
import { operation } from '../operation.ts';
import { assertOthers, grantFor, shownGrant, subjectOf, typesOfGrant } from './shown-grants.ts';

/** A repeat changes nothing. @throws `grant_not_found`, `own_grant`; `grant_not_open` for what needs no review */
export const reviewGrant = operation({
  operationId: 'reviewGrant',
  action: 'approve_grant',
  method: 'post',
  path: '/v1/grants/{grant}/review',
  summary: 'Say that you have reviewed somebody else’s break-glass grant.',
  description: 'The audit log says what was revealed under it: each entry of a reveal names its grant.',
  params: GrantParams,
  reply: GrantSchema,
  problems: ['grant_not_found', 'own_grant', 'grant_not_open'],
  example: { reply: REVIEWED_GRANT },
  work: (vault, caller, { grant }) =>
    perform<GrantView>(vault, caller, { action: 'approve_grant' }, async (door) => {
      const { tenant, principal } = caller;
      const keys = await grantKeys(vault.keyring.indexes, tenant);
      const ordered = (await grantFor(vault.recordStore.reader, keys, caller, grant)).row;
      for (const type of await typesOfGrant(vault, tenant, ordered)) door.decide({ type });
      return door.commit('exclusive', async (tx) => {
        const { row, people } = await grantFor(tx, keys, caller, grant, 'wait');
        assertOthers(row, caller);
        if (row.review_by === null) throw new VaultError('grant_not_open');
        const review = { reviewed_at: door.now.getTime(), reviewed_by: principal };
        const changed = row.reviewed_at === null ? await changeGrant(tx, keys, row, review) : row;
        const reply = await shownGrant(tx, keys, changed, people, door.now);
        return { reply, entry: { target: grant, subject: subjectOf(people), code: 'grant_reviewed' } };
      });
    }),
});
