/**
 * How many wrong guesses are allowed, to whom and about what; `decisions/0021` says why these numbers.
 *
 *   budget   counts, for one principal                                         wrong guesses
 *   caller   values of one type, by one who may see them plain                 100,000 an hour
 *            by one who may not                                                1,000 an hour; 500 a day if few are left
 *   set      values that look the same through every view, where few are left  19 a day
 *   person   values of one type, of whomever one other value names             19 a day
 *            given again to one subject, of types of which many are left       1,000 a day
 *            of one person, as somebody says they are (`match`)                19 a day; 5 of parts and shared values
 *   record   what only a verifier is kept of                                   10, until 15 minutes without any
 *   name     the same, of whomever a name names, also if that is nobody        10, until 15 minutes without any
 *            codes that people tell agents                                     10 a day
 *
 * The same is counted over all principals, for the alarm alone: nobody is locked out by another's guesses.
 */
import type { BudgetKind } from './errors.ts';

export interface Allowance {
  readonly kind: BudgetKind;
  readonly limit: number;
  readonly windowMs: number;
  /** How many are taken from the store at once; a node that crashes loses what it holds of them. */
  readonly block: number;
  /** Whether the window begins anew with each guess. */
  readonly untilQuiet?: true;
  /** This many by all principals together raise the alarm. */
  readonly alarmAt?: number;
}

/** A budget of the caller's, named by what it counts: ids, closed words, and values, which a MAC hides. */
export interface Budget {
  readonly allowance: Allowance;
  readonly of: readonly string[];
}

/** A number of guesses, each of which takes one from the budget. */
export interface Guess {
  readonly budget: Budget;
  readonly count: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A sign-up service that looks up 50,000 unknown addresses an hour stays far below. */
export const LOOKUPS: Allowance = { kind: 'caller', limit: 100_000, windowMs: HOUR_MS, block: 500 };
/** More mistakes than a support desk makes by typing. */
export const TYPED: Allowance = { kind: 'caller', limit: 1_000, windowMs: HOUR_MS, block: 20 };
/** The same if few values are left, so that every answer tells much. */
export const TYPED_FEW: Allowance = { kind: 'caller', limit: 500, windowMs: DAY_MS, block: 1 };
export const SET: Allowance = { kind: 'set', limit: 19, windowMs: DAY_MS, block: 1, alarmAt: 100 };
export const PERSON: Allowance = { kind: 'person', limit: 19, windowMs: DAY_MS, block: 1, alarmAt: 100 };
/** None of a thousand guesses at an account number is right; an order file names one customer as often. */
export const PERSON_MANY: Allowance = { kind: 'person', limit: 1_000, windowMs: DAY_MS, block: 1, alarmAt: 5_000 };
/** As somebody says it of themselves, where few values are left: three tries in one talk, and two more in the next. */
export const SAID_FEW: Allowance = { kind: 'person', limit: 5, windowMs: DAY_MS, block: 1, alarmAt: 30 };
/** NIST SP 800-63B-4, 3.2.2, allows at most a hundred in a row. */
export const RECORD: Allowance = {
  ...{ kind: 'record', limit: 10, windowMs: 15 * MINUTE_MS, block: 1 },
  ...{ untilQuiet: true, alarmAt: 100 },
};

/** The same numbers, whether the name is somebody's or not. */
const NAME: Allowance = { ...RECORD, kind: 'name' };

/** Verifiers of a type, of whomever a value, a ref or an id names. @param name as it was asked, in its compared form */
export function ofName(type: string, by: string, name: string): Budget {
  return { allowance: NAME, of: [type, by, name] };
}

/** Codes that people tell agents: somebody mishears one, and asks again. */
export const CODES: Allowance = { kind: 'name', limit: 10, windowMs: DAY_MS, block: 1, alarmAt: 100 };

/** The longest that a guess counts. */
export const LONGEST_MS = DAY_MS;
