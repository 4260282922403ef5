/**
 * A grant: who, whom, what, until when, and who agreed. Those who approve, and whoever ordered it, are also told why:
 * the reason and the ticket, as long as one of the people has not been erased. Never a value.
 */
import { perform } from '../../calls/perform.ts';
import { mayDo } from '../../calls/resource.ts';
import { readNote } from '../../grants/notes.ts';
import { grantKeys } from '../../grants/rows.ts';
import { GrantParams, GrantReply } from '../../grants/schema.ts';
import { GRANT, GRANT_ORDER } from '../examples.ts';
import { operation } from '../operation.ts';
import { grantFor, shownGrant, subjectOf } from './shown-grants.ts';

/** @throws `grant_not_found` */
export const readGrant = operation({
  operationId: 'readGrant',
  action: 'list_grants',
  method: 'get',
  path: '/v1/grants/{grant}',
  summary: 'A grant: who, whom, what, why, and how it stands; never a value.',
  params: GrantParams,
  reply: GrantReply,
  problems: ['grant_not_found'],
  example: { reply: { ...GRANT, reason: GRANT_ORDER.reason, ticket: GRANT_ORDER.ticket } },
  work: (vault, caller, { grant }) =>
    perform(vault, caller, { action: 'list_grants' }, async (door) => {
      const { tenant, principal } = caller;
      const keys = await grantKeys(vault.keyring.indexes, tenant);
      return door.commit('shared', async (tx) => {
        const { row, people } = await grantFor(tx, keys, caller, grant);
        const isTold = mayDo(caller, 'approve_grant') || row.ordered_by === principal;
        const from = { records: tx, keys: vault.keyStore.reader, keyring: vault.keyring };
        const notes = isTold ? people.map(({ note }) => note) : [];
        const why = (await readNote(from, tenant, notes)) ?? {};
        const reply = { ...(await shownGrant(tx, keys, row, people, door.now)), ...why };
        return { reply, entry: { target: grant, subject: subjectOf(people) } };
      });
    }),
});
