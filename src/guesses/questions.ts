/**
 * What a search, or a value whose token is to be given again, guesses at, and so which budgets it takes from.
 *
 * A search by one value asks of everybody: it takes from the caller's budget for that type, and, where few values look
 * like that one through the views, from the budget for those. A search by several asks of the few people that the others
 * leave, for each of its values: it takes from the budget of each of those people.
 */
import type { SubjectId } from '../ids.ts';
import type { Criterion } from '../search/criteria.ts';
import type { Budget, Guess } from './budgets.ts';
import { LOOKUPS, PERSON, SET, TYPED, TYPED_FEW } from './limits.ts';

/** More than so many people are a crowd: that somebody among them is not it says little of each. */
export const MAX_PEOPLE = 8;

/** What is guessed at, and by whom. */
export interface Question {
  readonly type: Pick<Criterion['type'], 'name' | 'category' | 'guessable'>;
  readonly part?: string | undefined;
  /** Whether the caller may see such values plain, for the purpose it states. */
  readonly mayReveal: boolean;
}

/** One value of everybody. */
export function ofEverybody(question: Question, shown: readonly string[] | undefined): Guess[] {
  const set = shown !== undefined && !isFree(question) ? [{ budget: budgetOf(SET, question, shown), count: 1 }] : [];
  return [ofCaller(question, 1), ...set];
}

/** What the caller may guess wrong of a type, whomever it is about. */
export function ofCaller(question: Question, count: number): Guess {
  const { type, mayReveal } = question;
  const allowance = mayReveal ? LOOKUPS : type.guessable === undefined ? TYPED : TYPED_FEW;
  return { budget: budgetOf(allowance, question, []), count };
}

/** A ref, which an app has given somebody: whether the vault knows it. */
export function ofRefs(seesPlain: boolean): Guess {
  return { budget: { allowance: seesPlain ? LOOKUPS : TYPED, of: ['@ref'] }, count: 1 };
}

/** One value of these people. */
export function ofPeople(question: Question, people: readonly SubjectId[]): Guess[] {
  // Addresses of devices come and go by the day, and who may see them needs no guess.
  if (question.mayReveal && question.type.category === 'device') return [];
  return people.map((subject) => ({ budget: budgetOf(PERSON, question, [subject]), count: 1 }));
}

/** One value of a crowd that other values name, of a caller to whom each answer is news. */
export function ofCrowd(question: Question, others: readonly Criterion[]): Guess[] {
  if (question.mayReveal || question.type.guessable === undefined) return [];
  const named = others.flatMap(({ type, part = '', forms }) => [type.name, part, forms[0]?.text ?? '']);
  return [{ budget: budgetOf(SET, question, named), count: 1 }];
}

/**
 * Whether an answer counts: a wrong guess does. So does a right one that leaves open who it is, by a caller to whom that
 * is news: whoever looks for one among them learns by it whether it is that one.
 */
export function counts(questions: readonly Question[], found: number): boolean {
  if (found === 0) return true;
  return found > 1 && questions.some(({ type, mayReveal }) => !mayReveal && type.guessable !== undefined);
}

/** Who may see the value needs no guess; but for a card in hand or a birthday nobody has a reason to guess on. */
function isFree({ type, mayReveal }: Question): boolean {
  return mayReveal && type.category !== 'payment' && type.category !== 'identity';
}

function budgetOf(allowance: Budget['allowance'], { type, part }: Question, of: readonly string[]): Budget {
  return { allowance, of: [type.name, part ?? '', ...of] };
}
