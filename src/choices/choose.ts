/**
 * How a person's choice is taken: what the purpose takes by its legal basis, what changes, what is noted.
 *
 *   the purpose rests on                      takes
 *   consent                                   given, withdrawn
 *   legitimate interests, a public task       objected, allowed (which takes an objection back)
 *   those where compelling grounds stand,     nothing: it goes on whatever a person says, and says so
 *   and anything else
 *
 * Guarantees: state, history and the note of a no are one commit, in a transaction that holds the subject alone.
 */
import { type Choice, groundOf, having, isNo } from '../access/ground.ts';
import type { PurposeFacts } from '../access/purposes/rows.ts';
import { standingPurpose } from '../access/purposes.ts';
import type { Revocation } from '../access/revocations.ts';
import { startRestricting } from '../access/tenant-states.ts';
import type { RandomSource } from '../crypto/random.ts';
import { VaultError } from '../errors.ts';
import type { PrincipalId, SubjectId, TenantId } from '../ids.ts';
import type { IndexKey } from '../keyring/indexes/index-keys.ts';
import type { RecordTx } from '../storage/tx.ts';
import { addChoice, type Evidence, RESTRICTION } from './history.ts';
import { noteNo } from './noes.ts';
import { changeState } from './state.ts';

export interface Choosing {
  readonly tenant: TenantId;
  readonly subject: SubjectId;
  readonly by: PrincipalId;
  readonly at: Date;
  readonly random: RandomSource;
  /** `choiceKey`, and `principalKeys` for the purposes. */
  readonly key: IndexKey;
  readonly purposeKeys: readonly IndexKey[];
}

export interface Chosen {
  readonly seq: number;
  /** What `keepRevocation` is to keep, before the choice is answered. */
  readonly no: Revocation | undefined;
}

/**
 * @param types undefined: all @throws `purpose_not_found`, `choice_not_taken`, `subject_not_found`, `subject_erased`
 * @throws {IntegrityError} for an altered purpose or state
 */
export async function choose(
  tx: RecordTx,
  who: Choosing,
  purpose: string,
  choice: Choice,
  types: readonly string[] | undefined,
  evidence: Evidence,
): Promise<Chosen> {
  const { tenant, subject, key, at, by } = who;
  const facts = await standingPurpose(tx, who.purposeKeys, tenant, purpose);
  assertTaken(facts, choice);
  const sorted = types && [...new Set(types)].sort();
  await changeState(tx, key, who, (before) => having(before, purpose, choice, sorted));
  const noted = { tenant, subject, purpose, purposeVersion: facts.version, choice, types: sorted, evidence, by, at };
  const seq = await addChoice(tx, key, noted);
  const no = isNo(choice) ? await noteNo(tx, key, who.random, { tenant, subject, purpose, at }) : undefined;
  return { seq, no };
}

/** Says no in the way that the purpose knows. @throws as `choose`; `choice_not_taken` where it knows none */
export async function sayNo(tx: RecordTx, who: Choosing, purpose: string, evidence: Evidence): Promise<Chosen> {
  const facts = await standingPurpose(tx, who.purposeKeys, who.tenant, purpose);
  return choose(tx, who, purpose, takenBy(facts).find(isNo) ?? 'objected', undefined, evidence);
}

/** The words that a person may say of a purpose; empty: it asks nobody. */
export function takenBy(facts: Pick<PurposeFacts, 'basis' | 'mayObject'>): readonly Choice[] {
  const TAKEN = { consent: ['given', 'withdrawn'], no_objection: ['objected', 'allowed'], nothing: [] } as const;
  return TAKEN[groundOf(facts)];
}

/** @throws `choice_not_taken` for a purpose that goes on whatever a person says */
export function assertAsksPeople(facts: PurposeFacts): void {
  assertTaken(facts, takenBy(facts).find(isNo) ?? 'objected');
}

function assertTaken(facts: PurposeFacts, choice: Choice): void {
  if (facts.endedAt !== undefined && !isNo(choice)) throw new VaultError('choice_not_taken', 'The purpose has ended.');
  const taken = takenBy(facts);
  if (taken.includes(choice)) return;
  const why =
    taken.length === 0 ? 'it takes no consent, and nobody can opt out of it' : `it takes ${taken.join(' and ')}`;
  throw new VaultError('choice_not_taken', `The purpose rests on ${facts.basis}: ${why}.`);
}

/**
 * Restricts a person's data to these purposes (GDPR Art. 18), in the place of a restriction that stands.
 * @throws as `choose`
 */
export async function restrict(
  tx: RecordTx,
  who: Choosing,
  except: readonly string[],
  evidence: Evidence,
): Promise<Chosen> {
  const { tenant, subject, key, at } = who;
  for (const purpose of except) await standingPurpose(tx, who.purposeKeys, tenant, purpose);
  const left = [...new Set(except)].sort();
  await changeState(tx, key, who, (before) => ({ ...before, restricted: left }));
  await startRestricting(tx, tenant);
  const seq = await addChoice(tx, key, { ...about(who), choice: 'restricted', types: left, evidence });
  return { seq, no: await noteNo(tx, key, who.random, { tenant, subject, purpose: undefined, at }) };
}

/** @throws `not_restricted` and as `choose` */
export async function lift(tx: RecordTx, who: Choosing): Promise<Chosen> {
  await changeState(tx, who.key, who, ({ restricted, ...rest }) => {
    if (restricted === undefined) throw new VaultError('not_restricted');
    return rest;
  });
  const lifted = { ...about(who), choice: 'lifted', types: undefined, evidence: { means: 'other' } } as const;
  const seq = await addChoice(tx, who.key, lifted);
  return { seq, no: undefined };
}

function about({ tenant, subject, by, at }: Choosing) {
  return { tenant, subject, by, at, purpose: RESTRICTION, purposeVersion: 0 } as const;
}
