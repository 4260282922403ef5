/**
 * What a value guesses at if an equal one's token is to be given again: whether that person, or somebody, has the
 * value. Nothing can be learnt about a person whom this call brings along.
 */
import { type DataType, identityOf, type Json } from '../datatypes/datatype.ts';
import type { TenantId } from '../ids.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { KeyStore } from '../storage/tx.ts';
import { knownSubjects } from '../subjects/refs.ts';
import type { Guess } from './limits.ts';
import { ofCaller, ofPerson, ofSet } from './questions.ts';

export interface Reuse {
  readonly type: DataType;
  /** In the form that the type's `parse` gave it. */
  readonly value: Json;
  readonly mayReveal: boolean;
  /** As the caller names the person: an app's ref, or a subject id. */
  readonly subject: string | undefined;
}

/** @returns the guesses of each value; none for a value that cannot be known yet, or that came before in the call */
export async function guessesOfReuse(
  { keyStore, keyring }: { readonly keyStore: KeyStore; readonly keyring: Keyring },
  tenant: TenantId,
  reuses: readonly Reuse[],
): Promise<Guess[][]> {
  const names = reuses.map(({ subject }) => subject);
  const people = await knownSubjects(keyStore.reader, keyring, tenant, names);
  const asked = new Set<string>();
  return reuses.map((reuse, i) => {
    const { type, value, mayReveal, subject } = reuse;
    const person = people[i];
    if (subject !== undefined && person === undefined) return [];
    // A call that brings a value twice asks once.
    const question = JSON.stringify([type.name, identityOf(type, value), person]);
    if (asked.has(question)) return [];
    asked.add(question);
    const shown = type.guessable?.shown(value);
    const narrow = person === undefined ? ofSet({ type, mayReveal, shown }) : ofPerson(reuse, person);
    return [ofCaller(reuse, 1), ...narrow];
  });
}
