/**
 * Restricts a person's data (GDPR Art. 18): it is kept, and shown for no purpose but those that the restriction names.
 * Answered only when both stores and the journal have it, so that no older copy undoes it.
 */
import type { z } from 'zod';
import { choosing, keepNoes } from '../../calls/choosing.ts';
import { perform } from '../../calls/perform.ts';
import { type Chosen, restrict } from '../../choices/choose.ts';
import { PersonParams, RestrictBody, RestrictionReply } from '../../choices/schema.ts';
import { SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `purpose_not_found`, `subject_not_found`, `subject_erased` @throws {UnavailableError} as `recordChoice` */
export const restrictSubject = operation({
  operationId: 'restrictSubject',
  action: 'restrict_subject',
  method: 'put',
  path: '/v1/subjects/{subject}/restriction',
  summary: 'Restrict a person’s data to some purposes, or to none (GDPR Art. 18).',
  description:
    'Takes the place of a restriction that stands. Stops every purpose but those in `except`, whatever they rest on. With ' +
    'a 503 it may hold already: call again until it is answered.',
  params: PersonParams,
  body: RestrictBody,
  reply: RestrictionReply,
  problems: ['purpose_not_found', 'subject_not_found', 'subject_erased', 'journal_unavailable'],
  example: {
    request: { except: ['claims'], evidence: { means: 'paper', reference: 'letter of 22 November' } },
    reply: { subject: SUBJECT, restricted: true, except: ['claims'], number: 3, at: '2026-11-22T12:00:00.000Z' },
  },
  work: async (vault, caller, { subject, except = [], evidence }) => {
    let noted: Chosen | undefined;
    const reply = await perform<z.infer<typeof RestrictionReply>>(
      vault,
      caller,
      { action: 'restrict_subject' },
      async (door) => {
        const who = await choosing(vault, caller, subject, door.now);
        return door.commit('exclusive', async (tx) => {
          noted = await restrict(tx, who, except, evidence);
          const at = door.now.toISOString();
          return { reply: { subject, restricted: true, except, number: noted.seq, at }, entry: { subject } };
        });
      },
    );
    await keepNoes(vault, caller, [noted?.no]);
    return reply;
  },
});
