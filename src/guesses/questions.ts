/**
 * What a search, or a value whose token is to be given again, guesses at, and so which budgets it takes from.
 *
 * Guarantees: what the caller sends and what it may see decide which budgets a search takes from; a stored value never
 * does. Otherwise a refusal would itself be an answer: a caller that had spent the budget of one person could learn
 * from it whether another value is that person's.
 * Does not: hide from a caller that stores under a ref whether the vault knows the ref (`of-reuse.ts`): it learns that
 * anyway.
 */
import type { DataType } from '../datatypes/datatype.ts';
import type { SubjectId } from '../ids.ts';
import type { Guess } from './limits.ts';
import { CODES, LOOKUPS, PERSON, PERSON_MANY, SAID_FEW, SET, TYPED, TYPED_FEW } from './limits.ts';

/** What is guessed at, and by whom. */
export interface Question {
  readonly type: Pick<DataType, 'name' | 'category' | 'guessable' | 'spread'>;
  /** Whether the caller may see such values plain, for the purpose it states. */
  readonly mayReveal: boolean;
  /** The part that is guessed at, if there are so few of it that each answer tells much. */
  readonly fewOf?: string | undefined;
}

/** With as many, somebody who may ask a thousand times an hour has tried them all by tomorrow. */
const FEW = 10_000;

/** One value of a search. */
export interface Sought extends Question {
  readonly part: string | undefined;
  /** What the views show of it; absent if many values are left, or it is a part. */
  readonly shown: readonly string[] | undefined;
  /** Its compared forms (`comparedForms`). */
  readonly texts: readonly string[];
}

/** The part of a search that tells what is guessed at (`search/criteria.ts`). */
type Criterion = Pick<Sought, 'part' | 'shown'> & {
  readonly type: DataType;
  readonly forms: readonly { readonly name: string; readonly text: string }[];
};

/** @param criteria what is searched for, all of one person */
export function soughtIn(criteria: readonly Criterion[], mayReveal: (type: DataType) => boolean): Sought[] {
  return criteria.map(({ type, part, shown, forms }) => {
    const fewOf = part !== undefined && (type.parts?.[part]?.distinct ?? 0) <= FEW ? part : undefined;
    return { type, part, fewOf, shown, texts: comparedForms(forms), mayReveal: mayReveal(type) };
  });
}

/**
 * All forms that an asked value is compared in, each once: whole, as little as a tenant may keep of it, and under
 * earlier versions of its type. A guess counts at every one. At the first alone, each address of a network, or each
 * spelling that only an earlier version folds, would have a budget of its own at the one value that is stored.
 */
export function comparedForms(forms: readonly { readonly text: string }[]): readonly string[] {
  return [...new Set(forms.map(({ text }) => text))];
}

/** Each value is a guess: at everybody, at values that look like it, and at whomever each of the others names. */
export function ofSearch(sought: readonly Sought[]): Guess[] {
  // A value that is said twice is asked once.
  const all = [...new Map(sought.map((one) => [JSON.stringify([one.type.name, one.part, one.texts]), one])).values()];
  return all.flatMap((one) => {
    const others = all.filter((other) => other !== one && names(other, one));
    const isAlone = all.length === 1;
    return [ofCaller(one, 1), ...ofSet(one, isAlone), ...others.flatMap((other) => ofNamed(one, other))];
  });
}

/** How often the caller may guess wrong at a type, whomever it is about. */
export function ofCaller(question: Question, count: number): Guess {
  const { type, mayReveal, fewOf } = question;
  if (mayReveal) return { budget: { allowance: LOOKUPS, of: [type.name] }, count };
  if (leavesFew(type)) return { budget: { allowance: TYPED_FEW, of: [type.name] }, count };
  if (fewOf === undefined) return { budget: { allowance: TYPED, of: [type.name] }, count };
  return { budget: { allowance: TYPED_FEW, of: [type.name, fewOf] }, count };
}

/** Whether few values of the type are left for who knows what the views show. */
function leavesFew({ guessable }: Question['type']): boolean {
  return guessable !== undefined && !guessable.onlyAlike;
}

/**
 * Values that look alike through every view. A caller that may see them needs no guess. But nobody has a reason to try
 * a card's middle or a birthday one after the other, except to ask who of all that a name fits was born then.
 */
export function ofSet({ type, shown, mayReveal }: Omit<Sought, 'part' | 'texts'>, isAlone = true): Guess[] {
  if (shown === undefined || (mayReveal && !(type.guessable?.byEverybody && isAlone))) return [];
  return [{ budget: { allowance: SET, of: [type.name, ...shown] }, count: 1 }];
}

/** A value of a person whom the caller names by a ref or an id. */
export function ofPerson(question: Question, subject: SubjectId): Guess[] {
  if (isFree(question)) return [];
  const allowance = leavesFew(question.type) ? PERSON : PERSON_MANY;
  return [{ budget: { allowance, of: [question.type.name, subject] }, count: 1 }];
}

/**
 * A value of one person, or a part of it, as somebody says it is. Also a caller that may see such values guesses here:
 * it passes on what a stranger says. All parts of a value have one budget.
 * @param whom the person; or the record, where the caller may not learn which records are one person's
 */
export function ofSaid(question: Question, part: string | undefined, whom: string): Guess[] {
  const { type } = question;
  const isPart = part !== undefined;
  const allowance = isPart || leavesFew(type) || type.spread !== 'unique' ? SAID_FEW : PERSON;
  const budget = { allowance, of: ['@said', type.name, isPart ? 'part' : 'whole', whom] };
  return [ofCaller(question, 1), { budget, count: 1 }];
}

/** Whether the vault knows a ref, which an app has given somebody. */
export function ofRefs(seesPlain: boolean): Guess {
  return { budget: { allowance: seesPlain ? LOOKUPS : TYPED, of: ['@ref'] }, count: 1 };
}

/** Whether somebody offered a code that was told (`grants/codes.ts`). */
export function ofCodes(): Guess {
  return { budget: { allowance: CODES, of: ['@code'] }, count: 1 };
}

/**
 * Whether an answer counts as a guess. A wrong one does. So does a right one that leaves open who it is, if that is
 * news to the caller: it tells a caller that looks for one person among them whether that person is there.
 * @param found people on the page; `more`: whether there may be others behind it
 */
export function counts(questions: readonly Question[], found: number, more: boolean): boolean {
  if (found === 0) return true;
  const isOne = found === 1 && !more;
  return (
    !isOne && questions.some(({ type, mayReveal, fewOf }) => !mayReveal && (leavesFew(type) || fewOf !== undefined))
  );
}

/** A value of one type, of whomever another value names, however few or many these are. */
function ofNamed({ type }: Sought, { type: by, part = '', texts }: Sought): Guess[] {
  return texts.map((text) => ({ budget: { allowance: PERSON, of: [type.name, by.name, part, text] }, count: 1 }));
}

/**
 * Whether a value counts as naming somebody, for guesses at the other one. If the caller may see the other, only a
 * value that nearly everybody has to themselves does: signing up a hundred people of one name guesses at none of them.
 */
function names({ type, part }: Sought, other: Sought): boolean {
  if (isFree(other)) return false;
  return !other.mayReveal || (part === undefined && type.spread === 'unique');
}

/** Addresses of devices change by the day, and a caller that may see them has no need to guess. */
function isFree({ type, mayReveal }: Question): boolean {
  return mayReveal && type.category === 'device';
}
