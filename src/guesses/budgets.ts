/**
 * The budgets of guesses. Every answer that tells whether an offered value is a stored one takes from them.
 *
 *   before the work   a guess is taken from each budget concerned, or the call is refused and nothing is compared
 *   after it          a guess that was right, or was not made, serves the next one of this process; any other is spent
 *
 * So an error, a crash or a lost answer spends guesses, and none gains one.
 *
 * Guarantees: on all nodes together no principal guesses more often in a window than a budget allows. What a node holds
 * was taken durably before. A node takes a whole block of a large budget at once, so that most guesses write nothing.
 * Nobody is refused because of guesses that are still under way in this process: they may turn out to be right.
 * Does not: bound a span across two windows, which may see twice as much; keep what a node holds when it crashes or has
 * no memory left for it; carry a MAC: whoever writes the record store can reset a budget.
 */
import type { Clock } from '../clock.ts';
import { UnavailableError } from '../errors.ts';
import type { PrincipalId, TenantId } from '../ids.ts';
import type { IndexKeys } from '../keyring/indexes/index-keys.ts';
import { OVERLOADED, type RecordStore, type RecordTx } from '../storage/tx.ts';
import { type BudgetKind, TooManyGuessesError } from './errors.ts';
import type { Allowance, Budget, Guess } from './limits.ts';
import { type BudgetKey, forget, giveBack, isAlarming, type Taken, takeSome } from './store.ts';

const KEY_NAME = '@guess';
const MAC_BYTES = 16;
/** How many budgets a node remembers its holdings of; it forgets, and loses, those of the least recently used. */
const MAX_POOLS = 10_000;
/** How many budgets are given back when a vault closes: those used last. */
const MAX_GIVEN_BACK = 1_000;

export interface Guesser {
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
}

/** What the owner is told as it happens: the source of metrics and alarms. */
export interface GuessEvents {
  refused(kind: BudgetKind): void;
  /** All principals together have guessed at one thing more often than mistakes explain. */
  alarm(kind: BudgetKind): void;
}

/** What this process holds of a budget. */
interface Pool {
  left: number;
  readonly key: BudgetKey;
  readonly since: number;
  /** The end of the window it was taken from: after that it is worth nothing. */
  readonly until: number;
}

/** Calls that took from a budget, and those who wait for one to end: what was right is then available again. */
interface UnderWay {
  calls: number;
  readonly waiting: (() => void)[];
}

/** A budget that a call takes from, and how often. */
interface Wanted {
  readonly allowance: Allowance;
  readonly key: BudgetKey;
  /** The key as text. */
  readonly name: string;
  count: number;
}

export class GuessBudgets {
  readonly #store: RecordStore;
  readonly #indexes: IndexKeys;
  readonly #clock: Clock;
  readonly #events: GuessEvents;
  /** By budget, the least recently used first. */
  readonly #pools = new Map<string, Pool>();
  /** The last call in line, by principal. If two find nothing left here, the second uses what the first has taken. */
  readonly #lines = new Map<string, Promise<void>>();
  /** By budget: the calls that took from it and are under way. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor(store: RecordStore, indexes: IndexKeys, clock: Clock, events: GuessEvents) {
    this.#store = store;
    this.#indexes = indexes;
    this.#clock = clock;
    this.#events = events;
  }

  /**
   * Runs work that makes guesses. Never inside a transaction of the record store: it may need one of its own.
   * @param work gets a function that says which guesses were right or were not made; without an argument, all of them.
   *   Any other guess is spent, also if the work fails
   * @throws {TooManyGuessesError} if one of the budgets is spent; the others are then unchanged, and no work is done
   * @throws {UnavailableError} `overloaded`; no work is done
   */
  async during<R>(
    by: Guesser,
    guesses: readonly Guess[],
    work: (right: (which?: readonly Guess[]) => void) => Promise<R>,
  ): Promise<R> {
    const wanted = new Map<string, Wanted>();
    const names = new Map<Budget, string>();
    for (const { budget, count } of guesses) {
      const key = { tenant: by.tenant, principal: by.principal, budget: await this.#mac(by.tenant, budget) };
      const name = `${key.tenant} ${key.principal} ${key.budget.toString('hex')}`;
      names.set(budget, name);
      // One line for each budget, however often the call guesses at it.
      const known = wanted.get(name);
      if (known === undefined) wanted.set(name, { allowance: budget.allowance, key, name, count });
      else known.count += count;
    }
    const takenFrom = await this.#take(by, [...wanted.values()]);
    let right: readonly Guess[] = [];
    try {
      return await work((which = guesses) => {
        right = which;
      });
    } finally {
      for (const { budget, count } of right) {
        const name = names.get(budget) ?? '';
        const pool = this.#pools.get(name);
        // A guess taken in a window that is over is worth nothing in the next.
        if (pool !== undefined && pool.since === takenFrom.get(name)) pool.left += count;
      }
      for (const name of wanted.keys()) this.#settle(name);
    }
  }

  /** Gives back to the store what this process holds of windows that still run; for a vault that closes. */
  async close(): Promise<void> {
    const now = this.#clock().getTime();
    const all = [...this.#pools.values()].filter(({ left, until }) => left > 0 && until > now).slice(-MAX_GIVEN_BACK);
    this.#pools.clear();
    if (all.length === 0) return;
    await this.#store.exclusive(async (tx) => {
      for (const { key, since, left } of all) await giveBack(tx, key, since, left);
    });
  }

  /** Forgets, in the caller's transaction, what was taken of a budget; `undefined`: of none, by the same statement. */
  async forget(tx: RecordTx, { tenant, principal }: Guesser, budget: Budget | undefined): Promise<void> {
    const mac = budget === undefined ? Buffer.alloc(0) : await this.#mac(tenant, budget);
    await forget(tx, { tenant, principal, budget: mac });
  }

  async #mac(tenant: TenantId, { allowance, of }: Budget): Promise<Buffer> {
    const key = await this.#indexes.current(tenant, KEY_NAME);
    return key.mac('lethe/guess/1', MAC_BYTES, allowance.kind, ...of);
  }

  /** Takes from what this process holds: everything wanted, or nothing. */
  #takeHere(wanted: readonly Wanted[]): boolean {
    const now = this.#clock().getTime();
    if (wanted.some(({ name, count }) => this.#held(name, now) < count)) return false;
    for (const { name, count } of wanted) {
      const pool = this.#pools.get(name) as Pool;
      pool.left -= count;
      // The least recently used stands first.
      this.#pools.delete(name);
      this.#pools.set(name, pool);
    }
    return true;
  }

  #held(name: string, nowMs: number): number {
    const pool = this.#pools.get(name);
    return pool === undefined || pool.until <= nowMs ? 0 : pool.left;
  }

  /** @returns by budget, when the window began that the guesses were taken from */
  async #take(by: Guesser, wanted: readonly Wanted[]): Promise<Map<string, number>> {
    while (!this.#takeHere(wanted)) {
      try {
        await this.#inLine(by.principal, () => this.#takeFromStore(wanted));
        break;
      } catch (error) {
        if (!(error instanceof TooManyGuessesError)) throw error;
        const underWay = wanted.filter(
          ({ name, count, allowance }) => count <= allowance.limit && this.#underWay.has(name),
        );
        if (underWay.length === 0) {
          this.#events.refused(error.budget);
          throw error;
        }
        await Promise.race(
          underWay.map(({ name }) => new Promise<void>((go) => this.#underWay.get(name)?.waiting.push(go))),
        );
      }
    }
    for (const { name } of wanted) {
      const known = this.#underWay.get(name);
      if (known === undefined) this.#underWay.set(name, { calls: 1, waiting: [] });
      else known.calls += 1;
    }
    return new Map(wanted.map(({ name }) => [name, this.#pools.get(name)?.since ?? 0]));
  }

  /** A call that guesses at this budget has ended. */
  #settle(name: string): void {
    const known = this.#underWay.get(name);
    if (known === undefined) return;
    known.calls -= 1;
    if (known.calls === 0) this.#underWay.delete(name);
    for (const go of known.waiting.splice(0)) go();
  }

  async #takeFromStore(wanted: readonly Wanted[]): Promise<void> {
    if (this.#takeHere(wanted)) return;
    const now = this.#clock();
    const short = wanted
      .map((one) => ({ ...one, missing: one.count - this.#held(one.name, now.getTime()) }))
      .filter(({ missing }) => missing > 0)
      // In one order on every node, so that no two transactions wait for each other.
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    let alarms: BudgetKind[] = [];
    const taken = await this.#store.exclusive(async (tx) => {
      alarms = [];
      const all: Taken[] = [];
      for (const { key, allowance, missing } of short) {
        const some = await takeSome(tx, key, allowance, missing, now);
        all.push(some);
        if (await isAlarming(tx, key, allowance, some.count, now)) alarms.push(allowance.kind);
      }
      return all;
    });
    for (const [i, one] of short.entries()) this.#add(one, taken[i] as Taken, now.getTime());
    for (const kind of alarms) this.#events.alarm(kind);
    // What was taken is gone if there is no room for so many budgets, or a window just ended: it is spent for nothing.
    if (!this.#takeHere(wanted)) throw new UnavailableError('overloaded', OVERLOADED);
  }

  #add({ name, key, allowance }: Wanted, { count, since }: Taken, nowMs: number): void {
    const left = this.#held(name, nowMs) + count;
    this.#pools.delete(name);
    this.#pools.set(name, { left, key, since, until: since + allowance.windowMs });
    for (const oldest of this.#pools.keys()) {
      if (this.#pools.size <= MAX_POOLS) break;
      this.#pools.delete(oldest);
    }
  }

  async #inLine(principal: string, work: () => Promise<void>): Promise<void> {
    const before = this.#lines.get(principal) ?? Promise.resolve();
    const done = before.then(work);
    const settled = done.catch(() => {});
    this.#lines.set(principal, settled);
    try {
      await done;
    } finally {
      if (this.#lines.get(principal) === settled) this.#lines.delete(principal);
    }
  }
}
