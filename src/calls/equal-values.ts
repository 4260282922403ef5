/**
 * What a call asks that stores or corrects values: whether an equal one is there, be it to give its token again
 * (`reuse`) or to have no two (`unique`).
 *
 * Guarantees: the answer goes only to a caller that may search such values for the purpose it states, and within its
 * budgets of guesses. A caller tied to an audience asks for no unique value: it may learn of nobody else's values, and
 * every answer would tell of them.
 */
import { decide } from '../access/decide.ts';
import type { DataType } from '../datatypes/datatype.ts';
import { VaultError } from '../errors.ts';
import type { Guess } from '../guesses/limits.ts';
import { guessesOfReuse } from '../guesses/of-reuse.ts';
import type { Accepted } from '../intake/accept.ts';
import type { Vault } from '../vault/vault.ts';
import type { Caller } from './caller.ts';
import { mayReveal, resourceOf } from './resource.ts';

export interface Offered {
  readonly value: Accepted;
  readonly reuse?: boolean | undefined;
  /** As the caller names the person. */
  readonly subject?: string | undefined;
}

/** What the call guesses at, by place in the call. */
export interface Asked {
  /** Whether this person, or somebody, has the value. */
  readonly reuses: ReadonlyMap<number, readonly Guess[]>;
  /** Whether anybody has. */
  readonly uniques: ReadonlyMap<number, readonly Guess[]>;
}

/** @throws `not_allowed`, `purpose_not_allowed`; `invalid_request` where no purpose is stated */
export async function askedOf(
  vault: Vault,
  caller: Caller,
  offered: readonly Offered[],
  purpose: string | undefined,
): Promise<Asked> {
  const all = [...offered.entries()];
  const reused = all.filter(([, { reuse }]) => reuse);
  const unique = all.filter(([, { value }]) => value.unique !== undefined);
  if (unique.length > 0) assertMayAsk(caller, purpose);
  const why = purpose ?? '';
  for (const type of new Set([...reused, ...unique].map(([, { value }]) => value.type))) {
    const sought = { type: resourceOf(type), view: 'masked', whole: true, purpose: why };
    const decision = decide(caller, 'search', sought);
    if (!decision.allowed) throw decision.refusal;
  }
  const questionOf = ({ value: { type, value }, subject }: Offered) => {
    return { type, value, mayReveal: mayReveal(caller, type as DataType, why), subject };
  };
  const guessesAt = async (asked: typeof all, of: (one: Offered) => Offered) => {
    const questions = asked.map(([, one]) => questionOf(of(one)));
    const guesses = await guessesOfReuse(vault, caller.tenant, questions);
    return new Map(asked.map(([i], n) => [i, guesses[n] ?? []]));
  };
  const reuses = await guessesAt(reused, (one) => one);
  return { reuses, uniques: await guessesAt(unique, ({ value }) => ({ value })) };
}

function assertMayAsk(caller: Caller, purpose: string | undefined): void {
  if (caller.audience !== undefined) {
    const said =
      'Values of this data type are unique, and this API key is tied to an audience: whether a value is there would ' +
      'tell it of values that are not its own.';
    throw new VaultError('not_allowed', said);
  }
  if (purpose !== undefined) return;
  const said = 'must be stated where values of a data type are unique: the answer tells whether an equal one is there';
  throw new VaultError('invalid_request', said, { field: 'purpose' });
}

/** Every guess of the call. */
export function guessesIn({ reuses, uniques }: Asked): Guess[] {
  return [...reuses.values(), ...uniques.values()].flat();
}

/** Those at the values in these places. */
export function guessesAt({ reuses, uniques }: Asked, places: readonly number[]): Guess[] {
  return places.flatMap((i) => [...(reuses.get(i) ?? []), ...(uniques.get(i) ?? [])]);
}
