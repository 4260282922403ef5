/** Every choice that a person has made of one purpose, and what proves it. */
import { perform } from '../../calls/perform.ts';
import { type ChoiceFacts, historyOf } from '../../choices/history.ts';
import { ChoiceParams, HistoryQuery, HistoryReply } from '../../choices/schema.ts';
import { choiceKey } from '../../choices/state.ts';
import { IntegrityError } from '../../errors.ts';
import { SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';

/** Of an erased person, too: what is kept of a choice then still proves it. */
export const readChoiceHistory = operation({
  operationId: 'readChoiceHistory',
  action: 'read_choices',
  method: 'get',
  path: '/v1/subjects/{subject}/choices/{purpose}',
  summary: 'What a person has chosen of one purpose, and what proves it.',
  description:
    'The newest first. After the person was erased, this still answers whoever has the subject’s id: a keyed digest of ' +
    'it, the dates and the texts are kept. Of a person of whom nothing is known, the list is empty.',
  params: ChoiceParams,
  query: HistoryQuery,
  reply: HistoryReply,
  problems: [],
  example: {
    reply: {
      subject: SUBJECT,
      purpose: 'news',
      choices: [
        {
          ...{ number: 1, choice: 'given', purposeVersion: 1, means: 'form', notice: 'privacy-notice/2026-11' },
          ...{ text: 'Yes, send me what is new, by email.', hasReference: false },
          textHash: 'a4f6e19a8f0c7f4f8a0d9a2b6c8d5b0a6f7e3c1d2b4a5968778695a4b3c2d1e0',
          ...{ by: 'prn_01m6dqs9m0eeasnng3fhdnxktn', at: '2026-11-22T12:00:00.000Z' },
        },
      ],
    },
  },
  work: (vault, caller, { subject, purpose, after, limit }) =>
    perform(vault, caller, { action: 'read_choices' }, async (door) => {
      const { tenant } = caller;
      const key = await choiceKey(vault.keyring.indexes, tenant);
      return door.commit('shared', async (tx) => {
        const found = await historyOf(tx, key, { tenant, subject }, { purpose, after, limit: limit + 1 });
        const page = found.slice(0, limit);
        const next = found.length > limit ? { next: page.at(-1)?.seq } : {};
        const damaged = page.filter(({ isAltered }) => isAltered).map(() => new IntegrityError());
        return { reply: { subject, purpose, choices: page.map(pastOf), ...next }, entry: { subject, damaged } };
      });
    }),
});

function pastOf(facts: ChoiceFacts) {
  const { types, notice, text, textHash } = facts;
  return {
    ...{ number: facts.seq, choice: facts.choice, purposeVersion: facts.purposeVersion, means: facts.means },
    ...(types && { types: [...types] }),
    ...(notice !== undefined && { notice }),
    ...(text !== undefined && { text }),
    ...(textHash !== undefined && { textHash }),
    ...{ hasReference: facts.hasReference, by: facts.by, at: facts.at.toISOString() },
    ...(facts.isAltered && { damaged: true }),
  };
}
