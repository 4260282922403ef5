/**
 * Whether a person's own word stands against a look: consent that was never given or is withdrawn, an objection, a
 * restriction. Pure.
 *
 *   the purpose rests on      what a look needs
 *   consent                   that the person gave it, for the type or for all
 *   legitimate interests,     that the person has not said no, where objections are taken
 *   a public task
 *   anything else             nothing: a contract or a law asks nobody
 *
 * A restriction (GDPR Art. 18) stops every purpose but those that it names, whatever they rest on. The newest word
 * decides: one for a type goes before one for all, which takes the place of all words for types that came earlier.
 */
import { canBeWithdrawn, takesObjections } from './legal-basis.ts';
import type { PurposeFacts } from './purposes/rows.ts';

/** `allowed` takes an objection back; it is no consent. */
export const CHOICES = ['given', 'withdrawn', 'objected', 'allowed'] as const;
export type Choice = (typeof CHOICES)[number];
/** What a purpose asks of a person. */
export type Ground = 'consent' | 'no_objection' | 'nothing';
/** The word for all data types, and for all purposes; no type and no purpose is called that. */
export const ALL = '*';

/** What a person has said, as it stands. */
export interface PersonState {
  /** The purposes that a restriction leaves; undefined: there is none. */
  readonly restricted?: readonly string[] | undefined;
  /** By purpose, then by data type. */
  readonly said: Readonly<Record<string, Readonly<Record<string, Choice>>>>;
}

export const SILENT: PersonState = { said: {} };
export type Stop = 'restricted' | 'consent_missing' | 'objected';

export function groundOf({ basis, mayObject }: Pick<PurposeFacts, 'basis' | 'mayObject'>): Ground {
  if (canBeWithdrawn(basis)) return 'consent';
  return takesObjections(basis) && mayObject ? 'no_objection' : 'nothing';
}

/**
 * @param type undefined: of every type, for which only a word for all counts
 * @returns what stops the look; undefined: nothing does
 */
export function stopOf(
  { restricted, said }: PersonState,
  purpose: string,
  ground: Ground,
  type: string | undefined,
): Stop | undefined {
  if (restricted !== undefined && !restricted.includes(purpose)) return 'restricted';
  if (ground === 'nothing') return undefined;
  const words = wordsOn(said, purpose);
  if (type === undefined) {
    const all = Object.values(words);
    if (ground === 'consent') return words[ALL] === 'given' && !all.some(isNo) ? undefined : 'consent_missing';
    return all.some(isNo) ? 'objected' : undefined;
  }
  const word = (Object.hasOwn(words, type) ? words[type] : undefined) ?? words[ALL];
  if (ground === 'consent') return word === 'given' ? undefined : 'consent_missing';
  return word !== undefined && isNo(word) ? 'objected' : undefined;
}

export function isNo(choice: Choice): boolean {
  return choice === 'withdrawn' || choice === 'objected';
}

function wordsOn(said: PersonState['said'], purpose: string): Readonly<Record<string, Choice>> {
  // Own properties only: a purpose may have any word, such as `constructor`.
  return (Object.hasOwn(said, purpose) ? said[purpose] : said[ALL]) ?? {};
}

/** The state once this was said. @param types undefined: all */
export function having(
  state: PersonState,
  purpose: string,
  choice: Choice,
  types: readonly string[] | undefined,
): PersonState {
  const before = wordsOn(state.said, purpose);
  const words =
    types === undefined ? { [ALL]: choice } : { ...before, ...Object.fromEntries(types.map((type) => [type, choice])) };
  return { ...state, said: { ...state.said, [purpose]: words } };
}
