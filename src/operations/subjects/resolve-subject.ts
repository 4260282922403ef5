/** Resolves an app's ref to the vault's subject id. */

import { seesPlain } from '../../access/decide.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { ofRefs } from '../../guesses/questions.ts';
import type { SubjectId } from '../../ids.ts';
import { findByRefs } from '../../subjects/refs.ts';
import { liveSubject } from '../../subjects/subjects.ts';
import { SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';
import { ResolveBody, ResolveReply } from '../values/schema.ts';

/** @throws `subject_not_found`, `subject_erased` @throws {TooManyGuessesError} */
export const resolveSubject = operation({
  operationId: 'resolveSubject',
  action: 'resolve_subject',
  method: 'post',
  path: '/v1/subjects/resolve',
  summary: 'From an app’s ref to the subject’s id.',
  description: 'A POST, because a ref is personal data and has no place in a URL.',
  body: ResolveBody,
  reply: ResolveReply,
  problems: ['subject_not_found', 'subject_erased', 'too_many_guesses'],
  example: { request: { ref: 'cust_42' }, reply: { subject: SUBJECT } },
  work: (vault, caller, body) =>
    perform(vault, caller, { action: 'resolve_subject' }, async (door) => {
      // People can guess a name that is used as a ref, so a wrong one counts.
      return vault.guesses.during(caller, [ofRefs(seesPlain(caller))], async (right) => {
        const [row] = await findByRefs(vault.keyStore.reader, vault.keyring, caller.tenant, [body.ref]);
        if (row === undefined) throw new VaultError('subject_not_found', { field: 'ref' });
        right();
        const subject = row.subject as SubjectId;
        return door.commit('shared', async (tx) => {
          await liveSubject(tx, caller.tenant, subject);
          return { reply: { subject }, entry: { subject } };
        });
      });
    }),
});
