/** Merges equal calls of works that run side by side into one statement. */
import { StoreCorruptError, storeError } from '../errors.ts';
import type { StoreName } from '../table.ts';
import type { Queryable } from './postgres-calls.ts';

/** Calls of one statement, each with its part of the keys. */
interface Batch {
  readonly send: (client: Queryable, keys: unknown[]) => Promise<unknown[]>;
  readonly keys: unknown[];
  readonly calls: {
    readonly from: number;
    readonly to: number;
    readonly resolve: (rows: unknown[]) => void;
    readonly reject: (error: unknown) => void;
  }[];
}

/**
 * Collects the calls of works that run side by side. Calls of the same statement made in the same turn of the event
 * loop become one: works that wait for the same answer wake together and ask the next question together.
 */
export class Merger {
  readonly #client: () => Promise<Queryable>;
  readonly #store: StoreName | undefined;
  readonly #soon: (send: () => void) => void;
  readonly #waiting = new Map<object, Batch>();

  /**
   * @param soon says when the collected calls are sent. Works of a group wake in one tick and ask in the same one;
   *   calls of different requests come in different ticks of one turn of the event loop.
   */
  constructor(client: () => Promise<Queryable>, soon: (send: () => void) => void, store?: StoreName) {
    this.#store = store;
    this.#soon = soon;
    this.#client = client;
  }

  /** @param send answers, in order, one row for each key */
  call<K, R>(
    statement: object,
    keys: readonly K[],
    send: (client: Queryable, keys: K[]) => Promise<R[]>,
  ): Promise<R[]> {
    return new Promise((resolve, reject) => {
      let batch = this.#waiting.get(statement);
      if (batch === undefined) {
        batch = { send: send as never, keys: [], calls: [] };
        if (this.#waiting.size === 0) this.#soon(() => this.#sendAll());
        this.#waiting.set(statement, batch);
      }
      const from = batch.keys.length;
      for (const key of keys) batch.keys.push(key);
      const to = batch.keys.length;
      batch.calls.push({ from, to, resolve: resolve as (rows: unknown[]) => void, reject });
    });
  }

  /** In one tick, so that they leave together (`postgres-pool.ts`). */
  #sendAll(): void {
    const batches = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const batch of batches) void this.#answer(batch);
  }

  async #answer({ send, keys, calls }: Batch): Promise<void> {
    try {
      const rows = await send(await this.#client(), keys);
      for (const { from, to, resolve } of calls) resolve(rows.slice(from, to));
    } catch (error) {
      const failure = storeError(error, this.#store);
      if (failure instanceof StoreCorruptError && calls.length > 1) {
        // A damaged page concerns only the call that needs it, not those that asked at the same time.
        for (const { from, to, resolve, reject } of calls) {
          const call = { from: 0, to: to - from, resolve, reject };
          await this.#answer({ send, keys: keys.slice(from, to), calls: [call] });
        }
        return;
      }
      for (const { reject } of calls) reject(failure);
    }
  }
}
