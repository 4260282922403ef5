/**
 * Ends a grant before its time. It opens nothing from the next call on, on every node. It is answered when both stores
 * and the journal have noted it, so that no older copy brings it back. Whoever uses a grant may give up its own.
 */
import { keepNoted } from '../../access/revocations.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { endGrants } from '../../grants/ends.ts';
import { grantKeys, isOpen } from '../../grants/rows.ts';
import { GrantParams, GrantSchema, type GrantView } from '../../grants/schema.ts';
import { ENDED_GRANT } from '../examples.ts';
import { operation } from '../operation.ts';
import { grantFor, shownGrant, subjectOf } from './shown-grants.ts';

/**
 * One that is over already changes nothing, and is no error.
 * @throws `grant_not_found`
 * @throws {UnavailableError} also where it has ended and only the key store or the journal could not note it
 */
export const endGrant = operation({
  operationId: 'endGrant',
  action: 'end_grant',
  method: 'post',
  path: '/v1/grants/{grant}/revoke',
  summary: 'End a grant before its time; it opens nothing from the next call on.',
  description:
    'Whoever uses grants may give up its own. With a 503 it may hold already: call again until it is answered.',
  params: GrantParams,
  reply: GrantSchema,
  problems: ['grant_not_found', 'journal_unavailable'],
  example: { reply: ENDED_GRANT },
  work: async (vault, caller, { grant }) => {
    const { tenant, principal: by } = caller;
    const reply = await perform<GrantView>(vault, caller, { action: 'end_grant' }, async (door) => {
      const keys = await grantKeys(vault.keyring.indexes, tenant);
      return door.commit('exclusive', async (tx) => {
        const { row, people } = await grantFor(tx, keys, caller, grant, 'wait');
        const end = { as: 'revoked', by, at: door.now } as const;
        const [ended = row] = isOpen(row, door.now) ? await endGrants(tx, keys, [row], end) : [];
        const shown = await shownGrant(tx, keys, ended, people, door.now);
        return { reply: shown, entry: { target: grant, subject: subjectOf(people) } };
      });
    });
    await inTime(caller.limit, keepNoted(vault, tenant, ['grant'], [grant]));
    return reply;
  },
});
