/**
 * What a search, or a value whose token is to be given again, guesses at, and so which budgets it takes from.
 *
 * Guarantees: which budgets a search takes from follows from what the caller sends and from what it may see, never from a
 * stored value. Otherwise a refusal would itself be an answer: whoever had spent the budget of one person would learn from
 * it whether another value is that person's.
 * Does not: hide from who stores under a ref whether the vault knows it (`of-reuse.ts`): who stores learns that anyway.
 */
import type { DataType } from '../datatypes/datatype.ts';
import type { SubjectId } from '../ids.ts';
import type { Guess } from './budgets.ts';
import { LOOKUPS, PERSON, PERSON_MANY, SET, TYPED, TYPED_FEW } from './limits.ts';

/** What is guessed at, and by whom. */
export interface Question {
  readonly type: Pick<DataType, 'name' | 'category' | 'guessable' | 'spread'>;
  /** Whether the caller may see such values plain, for the purpose it states. */
  readonly mayReveal: boolean;
}

/** One value of a search. */
export interface Sought extends Question {
  readonly part: string | undefined;
  /** What the views show of it; absent where many values are left, or it is a part. */
  readonly shown: readonly string[] | undefined;
  /** Its compared form. */
  readonly text: string;
}

/** What is searched for, as far as it tells what is guessed at (`search/criteria.ts`). */
type Criterion = Pick<Sought, 'part' | 'shown'> & {
  readonly type: DataType;
  readonly forms: readonly { readonly text: string }[];
};

/** @param criteria what is searched for, all of it of one person */
export function soughtIn(criteria: readonly Criterion[], mayReveal: (type: DataType) => boolean): Sought[] {
  return criteria.map(({ type, part, shown, forms }) => {
    return { type, part, shown, text: forms[0]?.text ?? '', mayReveal: mayReveal(type) };
  });
}

/** Each value is a guess: at everybody, at those that look like it, and at whomever each of the others names. */
export function ofSearch(sought: readonly Sought[]): Guess[] {
  // What is said twice is asked once.
  const all = [...new Map(sought.map((one) => [JSON.stringify([one.type.name, one.part, one.text]), one])).values()];
  return all.flatMap((one) => {
    const others = all.filter((other) => other !== one && names(other, one));
    const isAlone = all.length === 1;
    return [ofCaller(one, 1), ...ofSet(one, isAlone), ...others.map((other) => ofNamed(one, other))];
  });
}

/** What the caller may guess wrong of a type, whomever it is about. */
export function ofCaller({ type, mayReveal }: Question, count: number): Guess {
  const allowance = mayReveal ? LOOKUPS : type.guessable === undefined ? TYPED : TYPED_FEW;
  return { budget: { allowance, of: [type.name] }, count };
}

/**
 * Values that look alike through every view. Who may see them needs no guess; but a card's middle and a birthday nobody
 * has a reason to try one after the other, unless it is asked who of all that a name fits was born then.
 */
export function ofSet({ type, shown, mayReveal }: Omit<Sought, 'part' | 'text'>, isAlone = true): Guess[] {
  if (shown === undefined || (mayReveal && !(type.guessable?.byEverybody && isAlone))) return [];
  return [{ budget: { allowance: SET, of: [type.name, ...shown] }, count: 1 }];
}

/** A value of a person whom the caller names by a ref or an id. */
export function ofPerson(question: Question, subject: SubjectId): Guess[] {
  if (isFree(question)) return [];
  const allowance = question.type.guessable === undefined ? PERSON_MANY : PERSON;
  return [{ budget: { allowance, of: [question.type.name, subject] }, count: 1 }];
}

/** A ref, which an app has given somebody: whether the vault knows it. */
export function ofRefs(seesPlain: boolean): Guess {
  return { budget: { allowance: seesPlain ? LOOKUPS : TYPED, of: ['@ref'] }, count: 1 };
}

/**
 * Whether an answer counts: a wrong guess does. So does a right one that leaves open who it is, by a caller to whom that
 * is news: whoever looks for one among them learns by it whether it is that one.
 * @param found people on the page; `more`: whether there may be others behind it
 */
export function counts(questions: readonly Question[], found: number, more: boolean): boolean {
  if (found === 0) return true;
  const isOne = found === 1 && !more;
  return !isOne && questions.some(({ type, mayReveal }) => !mayReveal && type.guessable !== undefined);
}

/** A value of one type, of whomever another value names, however few or many these are. */
function ofNamed({ type }: Sought, { type: by, part = '', text }: Sought): Guess {
  return { budget: { allowance: PERSON, of: [type.name, by.name, part, text] }, count: 1 };
}

/**
 * Whether a value counts as naming somebody, for guesses at another. To who may see that other, only one that nearly
 * everybody has to themselves: who signs up a hundred people of one name guesses at none of them.
 */
function names({ type, part }: Sought, other: Sought): boolean {
  if (isFree(other)) return false;
  return !other.mayReveal || (part === undefined && type.spread === 'unique');
}

/** Addresses of devices come and go by the day, and who may see them has no need to guess. */
function isFree({ type, mayReveal }: Question): boolean {
  return mayReveal && type.category === 'device';
}
