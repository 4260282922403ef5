/**
 * Lends one connection of a pool to all who read in the same tick: what they ask goes out in one packet, and each
 * answer comes as if it had been asked alone. Statements outside a transaction do not fail one another.
 */
import type pg from 'pg';
import { isConnectionLost, storeError } from '../errors.ts';
import type { StoreName } from '../table.ts';
import type { Queryable } from './postgres-calls.ts';

interface Loan {
  readonly client: Promise<pg.PoolClient>;
  borrowers: number;
  broken: Error | undefined;
}

export class SharedConnection {
  readonly #pool: pg.Pool;
  readonly #store: StoreName;
  #loan: Loan | undefined;

  constructor(pool: pg.Pool, store: StoreName) {
    this.#pool = pool;
    this.#store = store;
  }

  async lend<R>(ask: (client: Queryable) => Promise<R>): Promise<R> {
    const loan = this.#loan ?? this.#take();
    loan.borrowers += 1;
    try {
      return await ask(await loan.client);
    } catch (thrown) {
      const error = storeError(thrown, this.#store);
      if (isConnectionLost(error, this.#store)) loan.broken ??= error;
      throw error;
    } finally {
      loan.borrowers -= 1;
      if (loan.borrowers === 0) this.#giveBack(loan);
    }
  }

  #take(): Loan {
    const loan: Loan = { client: this.#pool.connect(), borrowers: 0, broken: undefined };
    this.#loan = loan;
    // Whoever asks in a later tick does not wait behind these.
    process.nextTick(() => {
      if (this.#loan === loan) this.#loan = undefined;
    });
    return loan;
  }

  /** A connection that could not be made is nobody's. */
  #giveBack(loan: Loan): void {
    if (this.#loan === loan) this.#loan = undefined;
    loan.client.then(
      (client) => client.release(loan.broken),
      () => {},
    );
  }
}
