/**
 * Commits of calls that come at the same moment, in one exclusive transaction. Each has its own answer, its own audit
 * entry and its own failure (`storage/side-by-side.ts`).
 *
 * Guarantees: a call is told that it is committed when the commit of its transaction was answered. One that would have
 * to wait for somebody, as for a row that another call holds, is done alone afterwards, and its neighbours do not wait.
 * Whoever comes while nobody is at work does not wait for company.
 */
import { eachStore, Gathering } from '../erasure/gathering.ts';
import type { TenantId } from '../ids.ts';
import { LeftError, type PartTx, sideBySide } from '../storage/side-by-side.ts';
import type { RecordStore, RecordTx } from '../storage/tx.ts';

export interface OneOfSeveral<R> {
  readonly tenant: TenantId;
  /** The same idempotency key is never twice in a transaction. */
  readonly idempotencyKey: string | undefined;
  readonly beside: (part: PartTx<'records'>) => Promise<R>;
  readonly alone: (tx: RecordTx) => Promise<R>;
}

interface Item extends OneOfSeveral<unknown> {
  end: PromiseSettledResult<unknown> | undefined;
}

const gatherings = eachStore((store: RecordStore) => ({
  /** The tenants of which a call is being committed without company. */
  alone: new Set<TenantId>(),
  gathering: new Gathering<Item>(
    [
      async (group) => {
        const ends = await store.exclusive((tx) =>
          sideBySide(
            tx,
            group.map(({ beside }) => beside),
          ),
        );
        for (const [i, item] of group.entries()) item.end = ends[i];
        return group.filter(({ end }) => end?.status === 'rejected' && end.reason instanceof LeftError);
      },
    ],
    {
      laneOf: ({ tenant }) => tenant,
      claimsOf: ({ idempotencyKey }) => (idempotencyKey === undefined ? [] : [idempotencyKey]),
      doLeft: async (item) => {
        item.end = { status: 'fulfilled', value: await store.exclusive(item.alone) };
      },
    },
  ),
}));

export async function commitTogether<R>(store: RecordStore, one: OneOfSeveral<R>): Promise<R> {
  const { alone, gathering } = gatherings(store);
  if (!alone.has(one.tenant)) {
    alone.add(one.tenant);
    return store.exclusive(one.alone).finally(() => alone.delete(one.tenant));
  }
  const item: Item = { ...one, end: undefined };
  await gathering.add(item);
  if (item.end?.status === 'rejected') throw item.end.reason;
  return item.end?.value as R;
}
