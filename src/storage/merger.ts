/** Turns equal calls of works that run side by side into one statement. */
import { storeError } from './errors.ts';
import type { Queryable } from './postgres-calls.ts';
import type { StoreName } from './table.ts';

/**
 * Collects the calls of works that run side by side. Calls of the same statement made in the same turn of the event
 * loop become one: works that wait for the same answer wake together and ask the next question together.
 */
export class Merger {
  readonly #client: () => Promise<Queryable>;
  readonly #store: StoreName | undefined;
  readonly #soon: (send: () => void) => void;
  readonly #waiting = new Map<object, { keys: unknown[]; settle: ((rows: unknown[], error?: unknown) => void)[] }>();

  /**
   * @param soon when what has been collected is sent. Works of a group wake in one tick and ask in the same one; calls
   *   of different requests come in different ticks of one turn of the event loop.
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
        batch = { keys: [], settle: [] };
        this.#waiting.set(statement, batch);
        this.#soon(() => void this.#send(statement, send as never));
      }
      const from = batch.keys.length;
      for (const key of keys) batch.keys.push(key);
      const to = batch.keys.length;
      batch.settle.push((rows, error) => (error === undefined ? resolve(rows.slice(from, to) as R[]) : reject(error)));
    });
  }

  async #send(statement: object, send: (client: Queryable, keys: unknown[]) => Promise<unknown[]>): Promise<void> {
    const batch = this.#waiting.get(statement);
    this.#waiting.delete(statement);
    if (batch === undefined) return;
    try {
      const rows = await send(await this.#client(), batch.keys);
      for (const settle of batch.settle) settle(rows);
    } catch (error) {
      for (const settle of batch.settle) settle([], storeError(error, this.#store));
    }
  }
}
