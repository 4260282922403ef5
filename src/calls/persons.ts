/**
 * What the people have said whose values a call is about, as far as the stated purpose needs it.
 *
 * Guarantees: one keyed read in the transaction that writes the audit entry, for all of them together; it holds them
 * until the commit. So a no that was answered stops every look that is committed after it, on every node. Nothing is
 * read for a purpose that asks nothing of people, unless the tenant has ever restricted somebody's data.
 * Does not: hold up a look that was under way when the tenant's very first restriction was noted, if its purpose asks
 * nothing of people.
 */
import { type PersonState, SILENT, stopOf } from '../access/ground.ts';
import { choiceKey, statesOf } from '../choices/state.ts';
import { IntegrityError } from '../errors.ts';
import type { RecordTx } from '../storage/tx.ts';
import type { Vault } from '../vault/vault.ts';
import type { Caller } from './caller.ts';
import type { Door } from './door.ts';

/** @returns undefined where nothing is asked; an error for a person whose row was altered */
export type Persons = (subject: string | null) => PersonState | IntegrityError | undefined;

const NOBODY_IS_ASKED: Persons = () => undefined;

export async function personsOf(
  vault: Pick<Vault, 'keyring'>,
  caller: Caller,
  door: Pick<Door, 'restricts'>,
  tx: RecordTx,
  purpose: string,
  subjects: readonly (string | null | undefined)[],
): Promise<Persons> {
  if (!asksPeople(caller, purpose) && !(await door.restricts())) return NOBODY_IS_ASKED;
  const ids = [...new Set(subjects.filter((subject) => subject != null))];
  const states = await statesOf(tx, await choiceKey(vault.keyring.indexes, caller.tenant), caller.tenant, ids);
  const known = new Map(ids.map((id, i) => [id, states[i]]));
  return (subject) => (subject === null ? SILENT : (known.get(subject) ?? SILENT));
}

/** Whether the purpose asks for consent or meets objections. */
function asksPeople({ needs, purposes }: Caller, purpose: string): boolean {
  const ground = purposes.includes(purpose) ? needs?.get(purpose)?.ground : undefined;
  return ground !== undefined && ground !== 'nothing';
}

/** Whether a value of this type may be found or compared for the purpose. @throws {IntegrityError} */
export function mayMeet(
  { needs }: Caller,
  purpose: string,
  person: ReturnType<Persons>,
  type: string | undefined,
): boolean {
  if (person instanceof IntegrityError) throw person;
  return person === undefined || stopOf(person, purpose, needs?.get(purpose)?.ground ?? 'nothing', type) === undefined;
}
