/**
 * Ends a purpose that no principal has any more: it can be given to nobody. That is answered only when both stores and
 * the journal have noted it, so that no older copy gives it back.
 */
import type { z } from 'zod';
import { accessKeys } from '../../access/keys.ts';
import { describePurpose } from '../../access/purposes/describe.ts';
import { noteOf } from '../../access/purposes/rows.ts';
import { PurposeParams, PurposeReply } from '../../access/purposes/schema.ts';
import { endPurpose as end } from '../../access/purposes.ts';
import { keepNoted } from '../../access/revocations.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { PURPOSE } from '../examples.ts';
import { operation } from '../operation.ts';

/**
 * @throws `purpose_not_found`, `purpose_in_use`
 * @throws {UnavailableError} also where the change holds and only the key store or the journal could not note it
 */
export const endPurpose = operation({
  operationId: 'endPurpose',
  action: 'end_purpose',
  method: 'delete',
  path: '/v1/purposes/{purpose}',
  summary: 'End a purpose that no principal has any more.',
  description:
    'From then on it can be given to nobody. A repeat changes nothing. With a 503 it may have ended already: ' +
    'call again until it is answered.',
  params: PurposeParams,
  reply: PurposeReply,
  problems: ['purpose_not_found', 'purpose_in_use', 'journal_unavailable'],
  example: {
    reply: { ...PURPOSE, version: 2, changedAt: '2026-11-22T12:00:00.000Z', endedAt: '2026-11-22T12:00:00.000Z' },
  },
  work: async (vault, caller, { purpose }) => {
    const { tenant } = caller;
    type Ended = readonly [reply: z.infer<typeof PurposeReply>, note: string];
    const [reply, note] = await perform<Ended>(vault, caller, { action: 'end_purpose' }, async (door) => {
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      return door.commit('exclusive', async (tx) => {
        const ended = await end(tx, keys, { tenant, purpose, at: door.now });
        const entry = { target: `${purpose}/${ended.version}` };
        return { reply: [describePurpose(ended), noteOf(keys.principal, purpose)] as const, entry };
      });
    });
    await inTime(caller.limit, keepNoted(vault, tenant, ['declaration'], [note]));
    return reply;
  },
});
