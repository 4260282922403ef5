/** What a person has chosen, as it stands: of every purpose in use, so that a preference centre can show it. */
import { groundOf, stopOf } from '../../access/ground.ts';
import { principalKeys } from '../../access/keys.ts';
import { purposesOfTenant } from '../../access/purposes.ts';
import { perform } from '../../calls/perform.ts';
import { takenBy } from '../../choices/choose.ts';
import { ChoicesReply, PersonParams } from '../../choices/schema.ts';
import { choiceKey, statesOf, wordsFor } from '../../choices/state.ts';
import { IntegrityError } from '../../errors.ts';
import { liveSubject } from '../../subjects/subjects.ts';
import { SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `subject_not_found`, `subject_erased` @throws {IntegrityError} for a person whose row was altered */
export const listChoices = operation({
  operationId: 'listChoices',
  action: 'read_choices',
  method: 'get',
  path: '/v1/subjects/{subject}/choices',
  summary: 'What a person has chosen, as it stands.',
  params: PersonParams,
  reply: ChoicesReply,
  problems: ['subject_not_found', 'subject_erased'],
  example: {
    reply: {
      subject: SUBJECT,
      choices: [
        { purpose: 'billing', takes: [], usable: true },
        { purpose: 'news', takes: ['given', 'withdrawn'], choice: 'withdrawn', usable: false },
      ],
    },
  },
  work: (vault, caller, { subject }) =>
    perform(vault, caller, { action: 'read_choices' }, async (door) => {
      const { tenant } = caller;
      const { indexes } = vault.keyring;
      const key = await choiceKey(indexes, tenant);
      const purposeKeys = await principalKeys(indexes, tenant);
      return door.commit('shared', async (tx) => {
        await liveSubject(tx, tenant, subject);
        const [state] = await statesOf(tx, key, tenant, [subject]);
        if (state === undefined || state instanceof IntegrityError) throw state ?? new IntegrityError();
        const inUse = (await purposesOfTenant(tx, purposeKeys, tenant)).filter(
          ({ endedAt, isAltered }) => endedAt === undefined && !isAltered,
        );
        const choices = inUse.map((facts) => {
          const { all, types } = wordsFor(state, facts.purpose);
          return {
            ...{ purpose: facts.purpose, takes: [...takenBy(facts)] },
            ...(all && { choice: all }),
            ...(Object.keys(types).length > 0 && { types }),
            usable: stopOf(state, facts.purpose, groundOf(facts), undefined) === undefined,
          };
        });
        const restricted = state.restricted && { restricted: [...state.restricted] };
        return { reply: { subject, choices, ...restricted }, entry: { subject } };
      });
    }),
});
