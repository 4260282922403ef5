/** Refuses a grant that waits for approval. It is over for good, and has to be ordered anew. */
import { keepNoted } from '../../access/revocations.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { VaultError } from '../../errors.ts';
import { endGrants } from '../../grants/ends.ts';
import { grantKeys, isWaiting } from '../../grants/rows.ts';
import { GrantParams, GrantSchema, type GrantView } from '../../grants/schema.ts';
import { ENDED_GRANT } from '../examples.ts';
import { operation } from '../operation.ts';
import { assertOthers, grantFor, shownGrant, subjectOf, typesOfGrant } from './shown-grants.ts';

/** @throws `grant_not_found`, `own_grant`, `grant_not_open` */
export const refuseGrant = operation({
  operationId: 'refuseGrant',
  action: 'approve_grant',
  method: 'post',
  path: '/v1/grants/{grant}/refuse',
  summary: 'Refuse a grant that waits for approval.',
  params: GrantParams,
  reply: GrantSchema,
  problems: ['grant_not_found', 'own_grant', 'grant_not_open', 'journal_unavailable'],
  example: { reply: { ...ENDED_GRANT, endedAs: 'refused' } },
  work: async (vault, caller, { grant }) => {
    const { tenant, principal: by } = caller;
    const reply = await perform<GrantView>(vault, caller, { action: 'approve_grant' }, async (door) => {
      const keys = await grantKeys(vault.keyring.indexes, tenant);
      const ordered = (await grantFor(vault.recordStore.reader, keys, caller, grant)).row;
      for (const type of await typesOfGrant(vault, tenant, ordered)) door.decide({ type });
      return door.commit('exclusive', async (tx) => {
        const { row, people } = await grantFor(tx, keys, caller, grant, 'wait');
        assertOthers(row, caller);
        if (!isWaiting(row, door.now)) throw new VaultError('grant_not_open');
        const [ended = row] = await endGrants(tx, keys, [row], { as: 'refused', by, at: door.now });
        const shown = await shownGrant(tx, keys, ended, people, door.now);
        return { reply: shown, entry: { target: grant, subject: subjectOf(people), code: 'grant_refused' } };
      });
    });
    await inTime(caller.limit, keepNoted(vault, tenant, ['grant'], [grant]));
    return reply;
  },
});
