/**
 * Runs shared works side by side in one transaction: equal lookups become one statement, and the inserts of all are
 * collected and sent as one statement a table.
 *
 * Guarantees: inserts and removals are sent only when every work has ended, so a work that throws, or takes too long,
 * adds none of its own and harms none of the others. If one loses the connection, or meets a damaged page, all fail.
 */
import type { VaultError } from '../../errors.ts';
import { isConnectionLost, StoreCorruptError, storeError, timedOut } from '../errors.ts';
import { TOO_LATE, within } from '../limits.ts';
import type { StoreName } from '../table.ts';
import type { Tx } from '../tx.ts';
import type { LazyTransaction } from './lazy-transaction.ts';
import { Merger } from './merger.ts';
import { type Insert, insertAll, removeNow } from './postgres-calls.ts';
import { SharedTx } from './postgres-tx.ts';

export interface SharedWork {
  readonly work: (tx: Tx) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param workMs how long one work may hold up the others
 * @returns what to call once the transaction is committed: it settles each work
 * @throws what concerns all of them: the connection is lost, or a page is damaged
 */
export async function workTogether<S extends StoreName>(
  store: S,
  transaction: LazyTransaction,
  group: readonly SharedWork[],
  workMs: number,
): Promise<(() => void)[]> {
  const { client } = transaction;
  const merger = new Merger(async () => client, process.nextTick);
  const merged = new Map<string, Insert & { readonly rows: object[] }>();
  const removals: SharedTx<S>['removals'] = [];
  let lost: VaultError | undefined;
  const settle = await Promise.all(
    group.map(async (job) => {
      const tx = new SharedTx(store, transaction, merger);
      try {
        const result = await within(job.work(tx as unknown as Tx), workMs);
        // Its neighbours no longer wait for it; its later calls fail, because its part has ended.
        if (result === TOO_LATE) return () => job.reject(timedOut(store));
        for (const insert of tx.inserts) {
          const key = `${insert.table.name} ${insert.onConflict}`;
          const all = merged.get(key) ?? { ...insert, rows: [] };
          for (const row of insert.rows) all.rows.push(row);
          merged.set(key, all);
        }
        removals.push(...tx.removals);
        return () => job.resolve(result);
      } catch (thrown) {
        const error = storeError(thrown, store);
        // A damaged page fails all who asked together; alone, only the work that needs it.
        if (isConnectionLost(error, store) || error instanceof StoreCorruptError) lost = error;
        return () => job.reject(error);
      } finally {
        tx.end();
      }
    }),
  );
  // Nothing has been written yet, and nothing will be on this connection.
  if (lost !== undefined) throw lost;
  const inserts = [...merged.values()];
  if (removals.length === 0) {
    transaction.insertLast(inserts);
    return settle;
  }
  await transaction.begin();
  await insertAll(client, inserts);
  for (const removal of removals) await removeNow(client, ...removal);
  return settle;
}
