/**
 * Does together what several callers want done at the same moment, so that they share one transaction, its statements
 * and its locks. Whoever comes while a group is at work waits for the next one.
 *
 * Guarantees: a promise settles as it would if its item were alone: if a group fails, each of its items is done again
 * by itself, unless a store is unavailable, which concerns them all. What is done must therefore bear being done twice.
 * Items of different lanes do not wait for each other. Two that claim the same thing are never in one group.
 */
import { UnavailableError } from '../errors.ts';

const MAX_ITEMS = 64;
const MAX_CLAIMS = 500;

/** Never empty. */
export type Group<T> = readonly [T, ...T[]];

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Gathering<T> {
  readonly #work: (group: Group<T>) => Promise<void>;
  readonly #laneOf: (item: T) => string;
  readonly #claimsOf: (item: T) => readonly string[];
  readonly #lanes = new Map<string, Waiting<T>[]>();

  constructor(
    work: (group: Group<T>) => Promise<void>,
    { laneOf, claimsOf }: { readonly laneOf: (item: T) => string; readonly claimsOf: (item: T) => readonly string[] },
  ) {
    this.#work = work;
    this.#laneOf = laneOf;
    this.#claimsOf = claimsOf;
  }

  /** @throws what doing this item throws */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      const lane = this.#laneOf(item);
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
      // Those whose requests were read in the same turn of the event loop come together.
      await new Promise((resume) => setImmediate(resume));
      const group = this.#next(queue);
      const done = await Promise.allSettled([this.#work(group.map(({ item }) => item) as [T, ...T[]])]);
      const [together] = done;
      const isOneItems = together.status === 'rejected' && !(together.reason instanceof UnavailableError);
      const alone = isOneItems && group.length > 1;
      for (const one of group) {
        const [end] = alone ? await Promise.allSettled([this.#work([one.item])]) : done;
        if (end.status === 'fulfilled') one.resolve();
        else one.reject(end.reason);
      }
    }
    this.#lanes.delete(lane);
  }

  /** Takes the first that waits, and those after it that fit beside it. The others keep their order. */
  #next(queue: Waiting<T>[]): Waiting<T>[] {
    const claimed = new Set<string>();
    const group: Waiting<T>[] = [];
    const left: Waiting<T>[] = [];
    for (const one of queue.splice(0)) {
      const claims = this.#claimsOf(one.item);
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
