/**
 * Does together what several callers want done at the same moment, so that they share one transaction, its statements
 * and its locks. Whoever comes while a group is at work waits for the next one.
 *
 * Guarantees: a promise settles as it would if its item were alone. If a group fails, its halves are done again, down
 * to the item that fails, unless a store is unavailable, which concerns them all. What is done must therefore bear
 * being done twice. An item that a group leaves, because it would have to wait for somebody, holds up no group.
 * Items of different lanes do not wait for each other. Two that claim the same thing are never in one group.
 */
import { UnavailableError } from '../errors.ts';
import { isTransient } from '../storage/errors.ts';

const MAX_ITEMS = 64;
const MAX_CLAIMS = 500;
const TURNS = 6;

/** Never empty. */
export type Group<T> = readonly [T, ...T[]];

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface Gathered<T> {
  readonly laneOf: (item: T) => string;
  readonly claimsOf: (item: T) => readonly string[];
  /** Does what a group has left. */
  readonly doLeft?: (item: T) => Promise<void>;
}

/** Returns the items that it has left undone; it resolves when all others are done for good. */
export type Step<T> = (group: Group<T>) => Promise<readonly T[]>;

export class Gathering<T> {
  readonly #steps: readonly Step<T>[];
  readonly #of: Gathered<T>;
  readonly #lanes = new Map<string, Waiting<T>[]>();

  /** @param steps one after the other. The next group waits for the first step alone; no step splits a group */
  constructor(steps: readonly [Step<T>, ...Step<T>[]], of: Gathered<T>) {
    this.#steps = steps;
    this.#of = of;
  }

  /** @throws what doing this item throws */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      const lane = this.#of.laneOf(item);
      const waiting = this.#lanes.get(lane);
      if (waiting !== undefined) {
        waiting.push({ item, resolve, reject });
        return;
      }
      const queue = [{ item, resolve, reject }];
      this.#lanes.set(lane, queue);
      void this.#run(lane, queue);
    });
  }

  async #run(lane: string, queue: Waiting<T>[]): Promise<void> {
    while (queue.length > 0) {
      // Those who were just answered ask again within a few turns of the event loop, and then share this group. Where
      // nothing else happens, the turns take no time.
      for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resume) => setImmediate(resume));
      await this.#do(this.#next(queue));
    }
    this.#lanes.delete(lane);
  }

  async #do(group: readonly Waiting<T>[], at = 0): Promise<void> {
    const step = this.#steps[at] as Step<T>;
    const [end] = await Promise.allSettled([step(group.map(({ item }) => item) as [T, ...T[]])]);
    if (end.status === 'fulfilled') {
      const left = new Set(end.value);
      const through = group.filter(({ item }) => !left.has(item));
      for (const { item, resolve, reject } of group) if (left.has(item)) this.#doLeft(item).then(resolve, reject);
      if (at + 1 === this.#steps.length) for (const { resolve } of through) resolve();
      else if (through.length > 0) void this.#do(through, at + 1);
      return;
    }
    const isOneItems = !(end.reason instanceof UnavailableError) || isTransient(end.reason);
    if (group.length === 1 || !isOneItems) {
      for (const { reject } of group) reject(end.reason);
      return;
    }
    const half = Math.ceil(group.length / 2);
    await this.#do(group.slice(0, half), at);
    await this.#do(group.slice(half), at);
  }

  async #doLeft(item: T): Promise<void> {
    if (this.#of.doLeft === undefined) throw new TypeError('What a group leaves is done by `doLeft`.');
    await this.#of.doLeft(item);
  }

  /** Takes the first that waits, and those after it that fit beside it. The others keep their order. */
  #next(queue: Waiting<T>[]): Waiting<T>[] {
    const claimed = new Set<string>();
    const group: Waiting<T>[] = [];
    const left: Waiting<T>[] = [];
    for (const one of queue.splice(0)) {
      const claims = this.#of.claimsOf(one.item);
      const fits =
        group.length < MAX_ITEMS &&
        claimed.size + claims.length <= MAX_CLAIMS &&
        claims.every((claim) => !claimed.has(claim));
      if (!fits && group.length > 0) {
        left.push(one);
        continue;
      }
      group.push(one);
      for (const claim of claims) claimed.add(claim);
    }
    queue.push(...left);
    return group;
  }
}

/** One for each open store, or other part: what is done on the same one is done together. */
export function eachStore<S extends object, G>(make: (store: S) => G): (store: S) => G {
  const made = new WeakMap<S, G>();
  return (store) => {
    const one = made.get(store) ?? make(store);
    made.set(store, one);
    return one;
  };
}
