/**
 * What a value guesses at whose token is to be given again where an equal one has it: whether that person, or nobody in
 * particular, has the value. Of a person whom this call brings along there is nothing to learn.
 */
import { isId, type SubjectId, type TenantId } from '../ids.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { KeyStore } from '../storage/tx.ts';
import { findByRefs } from '../subjects/subjects.ts';
import type { Guess } from './budgets.ts';
import { ofCaller, ofPeople, type Question } from './questions.ts';

export interface Reuse extends Question {
  /** As the caller names the person: an app's ref, or a subject id. */
  readonly subject: string | undefined;
}

/** @returns for each value what it guesses at; nothing for one that cannot be known yet */
export async function guessesOfReuse(
  { keyStore, keyring }: { readonly keyStore: KeyStore; readonly keyring: Keyring },
  tenant: TenantId,
  reuses: readonly Reuse[],
): Promise<Guess[][]> {
  const refs = [
    ...new Set(reuses.flatMap(({ subject = '' }) => (subject === '' || isId('subject', subject) ? [] : subject))),
  ];
  const rows = await findByRefs(keyStore.reader, keyring, tenant, refs);
  const known = new Map(refs.map((ref, i) => [ref, rows[i]?.subject as SubjectId | undefined]));
  return reuses.map((reuse) => {
    const { subject } = reuse;
    if (subject === undefined) return [ofCaller(reuse, 1)];
    const person = isId('subject', subject) ? subject : known.get(subject);
    return person === undefined ? [] : [ofCaller(reuse, 1), ...ofPeople(reuse, [person])];
  });
}
