/** From an app's ref to the vault's subject id. */

import { seesPlain } from '../../access/roles.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { ofRefs } from '../../guesses/questions.ts';
import type { SubjectId } from '../../ids.ts';
import { findByRefs, liveSubject } from '../../subjects/subjects.ts';
import type { Vault } from '../../vault/vault.ts';

/** @throws `subject_not_found`, `subject_erased` @throws {TooManyGuessesError} */
export async function resolveSubject(
  vault: Vault,
  caller: Caller,
  body: { readonly ref: string },
): Promise<{ subject: SubjectId }> {
  return perform(vault, caller, { action: 'resolve_subject' }, async (door) => {
    door.decide();
    // A ref is a name that people can guess: a wrong one counts.
    return vault.guesses.during(caller, [ofRefs(seesPlain(caller.role))], async (right) => {
      const [row] = await findByRefs(vault.keyStore.reader, vault.keyring, caller.tenant, [body.ref]);
      if (row === undefined) throw new VaultError('subject_not_found', { field: 'ref' });
      right();
      const subject = row.subject as SubjectId;
      return door.commit('shared', async (tx) => {
        await liveSubject(tx, caller.tenant, subject);
        return { reply: { subject }, entry: { subject } };
      });
    });
  });
}
