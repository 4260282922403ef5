/**
 * Says that a case of the helpdesk is closed: the grants that were ordered for it end, also those that wait. For the
 * helpdesk's own system, which needs no other right.
 */
import { keepNoted } from '../../access/revocations.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { endGrantsOfTicket } from '../../grants/ends.ts';
import { grantKeys, ticketMacs } from '../../grants/rows.ts';
import { CloseTicketReply, TicketParams } from '../../grants/schema.ts';
import type { GrantId } from '../../ids.ts';
import { GRANT } from '../examples.ts';
import { operation } from '../operation.ts';

interface Closed {
  grants: GrantId[];
}

/**
 * A ticket for which nothing was ordered is no error.
 * @throws {UnavailableError} also where grants have ended and only the key store or the journal could not note it
 */
export const closeTicket = operation({
  operationId: 'closeTicket',
  action: 'close_ticket',
  method: 'post',
  path: '/v1/tickets/{ticket}/close',
  summary: 'A case of the helpdesk is closed: the grants for it end.',
  description: 'For the helpdesk’s own system. It may be opened again there; then grants are ordered anew.',
  params: TicketParams,
  reply: CloseTicketReply,
  problems: ['journal_unavailable'],
  example: { reply: { grants: [GRANT.grant] } },
  work: async (vault, caller, { ticket }) => {
    const { tenant, principal: by } = caller;
    const reply = await perform<Closed>(vault, caller, { action: 'close_ticket', ticket }, async (door) => {
      const keys = await grantKeys(vault.keyring.indexes, tenant);
      return door.commit('exclusive', async (tx) => {
        const ended = await endGrantsOfTicket(tx, keys, tenant, ticketMacs(keys, ticket), { by, at: door.now });
        const grants = ended.map(({ grant_id }) => grant_id as GrantId);
        return { reply: { grants }, entry: grants.length === 0 ? {} : { target: grants.join(' ') } };
      });
    });
    await inTime(caller.limit, keepNoted(vault, tenant, ['grant'], reply.grants));
    return reply;
  },
});
