/** From an app's ref to the vault's subject id. */

import type { SubjectId } from '../ids.ts';
import { findByRefs, liveSubject, SubjectNotFoundError } from '../subjects/subjects.ts';
import type { Caller } from './caller.ts';
import { perform } from './perform.ts';
import type { Vault } from './vault.ts';

/** @throws {SubjectNotFoundError} @throws {SubjectErasedError} */
export async function resolveSubject(
  vault: Vault,
  caller: Caller,
  body: { readonly ref: string },
): Promise<{ subject: SubjectId }> {
  return perform(vault, caller, { action: 'resolve_subject' }, async (door) => {
    door.decide();
    const [row] = await findByRefs(vault.keyStore.reader, vault.keyring, caller.tenant, [body.ref]);
    if (row === undefined) throw new SubjectNotFoundError('ref');
    const subject = row.subject as SubjectId;
    return door.commit('shared', async (tx) => {
      await liveSubject(tx, caller.tenant, subject);
      return { reply: { subject }, entry: { subject } };
    });
  });
}
