/**
 * Notes what a person has chosen. It holds from the next look on, on every node. A no is answered only when both stores
 * and the journal have it, so that no older copy undoes it.
 */
import type { z } from 'zod';
import { choosing, keepNoes } from '../../calls/choosing.ts';
import { perform } from '../../calls/perform.ts';
import { assertTypesKnown } from '../../calls/resource.ts';
import { type Chosen, choose } from '../../choices/choose.ts';
import { ChoiceParams, ChooseBody, ChosenReply } from '../../choices/schema.ts';
import { CHOICE, SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';

/**
 * @throws `choice_not_taken`, `purpose_not_found`, `subject_not_found`, `subject_erased`, `unknown_type`
 * @throws {UnavailableError} also where the choice holds and only the key store or the journal could not note it
 */
export const recordChoice = operation({
  operationId: 'recordChoice',
  action: 'record_choice',
  method: 'put',
  path: '/v1/subjects/{subject}/choices/{purpose}',
  summary: 'Note what a person has chosen.',
  description:
    'The newest choice decides, from the next look on. Which choices a purpose takes follows from its legal basis: 409 ' +
    '`choice_not_taken` says why one is not. With a 503 it may hold already: call again until it is answered.',
  params: ChoiceParams,
  body: ChooseBody,
  reply: ChosenReply,
  problems: [
    ...(['choice_not_taken', 'purpose_not_found', 'subject_not_found', 'subject_erased'] as const),
    ...(['unknown_type', 'journal_unavailable'] as const),
  ],
  example: {
    request: { choice: 'withdrawn', evidence: { means: 'phone', reference: 'call 2026-11-22/4711' } },
    reply: { ...CHOICE, subject: SUBJECT },
  },
  work: async (vault, caller, { subject, purpose, choice, types, evidence }) => {
    let noted: Chosen | undefined;
    const reply = await perform<z.infer<typeof ChosenReply>>(
      vault,
      caller,
      { action: 'record_choice' },
      async (door) => {
        const about = types?.length ? types : undefined;
        await assertTypesKnown(vault, caller.tenant, about ?? []);
        const who = await choosing(vault, caller, subject, door.now);
        return door.commit('exclusive', async (tx) => {
          noted = await choose(tx, who, purpose, choice, about, evidence);
          const made = { subject, purpose, choice, number: noted.seq, at: door.now.toISOString() };
          return { reply: made, entry: { subject, target: `${purpose}/${noted.seq}`, code: choice } };
        });
      },
    );
    await keepNoes(vault, caller, [noted?.no]);
    return reply;
  },
});
