/** Lifts the restriction of a person's data. The person is to be told before (GDPR Art. 18(3)). */
import { choosing } from '../../calls/choosing.ts';
import { perform } from '../../calls/perform.ts';
import { lift } from '../../choices/choose.ts';
import { PersonParams, RestrictionReply } from '../../choices/schema.ts';
import { SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `not_restricted`, `subject_not_found`, `subject_erased` */
export const liftRestriction = operation({
  operationId: 'liftRestriction',
  action: 'lift_restriction',
  method: 'delete',
  path: '/v1/subjects/{subject}/restriction',
  summary: 'Lift the restriction of a person’s data.',
  description: 'Tell the person before (GDPR Art. 18(3)). Objections and withdrawals stay.',
  params: PersonParams,
  reply: RestrictionReply,
  problems: ['not_restricted', 'subject_not_found', 'subject_erased'],
  example: {
    reply: { subject: SUBJECT, restricted: false, number: 4, at: '2026-11-23T12:00:00.000Z' },
  },
  work: (vault, caller, { subject }) =>
    perform(vault, caller, { action: 'lift_restriction' }, async (door) => {
      const who = await choosing(vault, caller, subject, door.now);
      return door.commit('exclusive', async (tx) => {
        const { seq } = await lift(tx, who);
        const reply = { subject, restricted: false, number: seq, at: door.now.toISOString() };
        return { reply, entry: { subject } };
      });
    }),
});
