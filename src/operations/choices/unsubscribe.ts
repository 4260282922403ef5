/**
 * Takes the click on an unsubscribe link, which an app passes on: the person says no to the link's purpose. Answered
 * only when both stores and the journal have it.
 */
import type { z } from 'zod';
import { choosing, keepNoes } from '../../calls/choosing.ts';
import { perform } from '../../calls/perform.ts';
import { type Chosen, sayNo } from '../../choices/choose.ts';
import { openLink } from '../../choices/links.ts';
import { UnsubscribeBody, UnsubscribeReply } from '../../choices/schema.ts';
import { choiceKey } from '../../choices/state.ts';
import { LINK } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `link_not_found`, `subject_not_found`, `subject_erased`, `choice_not_taken`, `purpose_not_found` */
export const unsubscribe = operation({
  operationId: 'unsubscribe',
  action: 'record_choice',
  method: 'post',
  path: '/v1/choices/unsubscribe',
  summary: 'Take the click on an unsubscribe link.',
  description: 'May be passed on again. Answer the click with a success also where the person was erased.',
  body: UnsubscribeBody,
  reply: UnsubscribeReply,
  problems: [
    ...(['link_not_found', 'choice_not_taken', 'purpose_not_found', 'subject_not_found'] as const),
    ...(['subject_erased', 'journal_unavailable'] as const),
  ],
  example: { request: { link: LINK }, reply: { purpose: 'news', at: '2026-11-22T12:00:00.000Z' } },
  work: async (vault, caller, { link }) => {
    let noted: Chosen | undefined;
    const reply = await perform<z.infer<typeof UnsubscribeReply>>(
      vault,
      caller,
      { action: 'record_choice' },
      async (door) => {
        const { tenant } = caller;
        const { subject, purpose } = openLink(await choiceKey(vault.keyring.indexes, tenant), tenant, link);
        const who = await choosing(vault, caller, subject, door.now);
        return door.commit('exclusive', async (tx) => {
          noted = await sayNo(tx, who, purpose, { means: 'link' });
          const said = { purpose, at: door.now.toISOString() };
          return { reply: said, entry: { subject, target: `${purpose}/${noted.seq}`, code: 'unsubscribed' } };
        });
      },
    );
    await keepNoes(vault, caller, [noted?.no]);
    return reply;
  },
});
