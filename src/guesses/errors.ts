/** Why a guess is not answered. */
import { VaultError } from '../errors.ts';

/** What a budget is for; a closed word, for metrics. */
export type BudgetKind = 'caller' | 'set' | 'person' | 'record' | 'name';

/** The caller has guessed wrong too often of late. Nothing has been compared, shown or stored. */
export class TooManyGuessesError extends VaultError {
  readonly budget: BudgetKind;
  /** How many guesses the call would have made: for the audit entry. */
  readonly guesses: number;

  constructor(budget: BudgetKind, guesses: number, retryAfterSeconds: number) {
    super('too_many_guesses', { retryAfterSeconds });
    this.budget = budget;
    this.guesses = guesses;
  }
}
