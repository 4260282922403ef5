/**
 * Carries out a destruction of keys: tombstones, then keys, then ciphertext (S2). Its order makes it safe without a
 * transaction across the stores.
 *
 * Guarantees: `completeDestruction` may be run any number of times, by several processes, after a crash anywhere: each
 * step finds the last one's result.
 * Does not: make old backups of the key store useless. Closing the epoch does that (K5); dirty buckets and tombstones
 * are kept for it.
 */
import type { ErasureId, PrincipalId, RecordId, SubjectId, TenantId } from '../ids.ts';
import type { Entry } from '../journal/entry.ts';
import type { Notes } from '../journal/journal.ts';
import { removeRecords } from '../records/store.ts';
import { type Cause, type TombstoneRow, tombstonesOfErasure } from '../records/tombstones.ts';
import type { KeyStore, RecordStore } from '../storage/tx.ts';
import { completed, type DestructionRow, markCompleted, type Stores } from './destructions.ts';
import { Gathering } from './gathering.ts';
import { type Shredding, shred } from './shredding.ts';

const PAGE = 500;

/** What completing needs. What is destroyed is also noted outside the stores. */
export interface CompletingParts extends Stores {
  readonly journal: Notes;
}

/**
 * Destroys the keys that a destruction names, in the order of the two stores. Those that are completed at the same
 * moment share their transactions.
 * @param noted is called once the journal has it, whatever else fails
 * @returns the finished row
 * @throws {UnavailableError} also where the journal cannot be written, which is reported before other failures: the
 *   keys are destroyed then, and the destruction is not completed
 */
export async function completeDestruction(
  stores: CompletingParts,
  order: DestructionRow,
  now: () => Date,
  noted: () => void = () => {},
): Promise<DestructionRow> {
  if (order.scope !== null) throw new TypeError('The erasure of a tenant is completed by `completeTenantErasure`.');
  const tenant = order.tenant as TenantId;
  const rows = await tombstonesOfErasure(stores.recordStore.reader, order);
  const pages = rows.length === 0 ? [[]] : inPages(rows);
  for (const [i, tombstones] of pages.entries()) {
    // The refs go last, so that a caller can still name a subject whose keys are not all destroyed.
    const subject = i < pages.length - 1 ? undefined : ((order.subject as SubjectId | null) ?? undefined);
    await shreddings(stores.keyStore).add({ tenant, erasure: order.erasure, tombstones, subject, at: now() });
  }
  // A completed one was noted when it was completed.
  const entries = order.state === 'completed' ? [] : [entryOf(order, rows)];
  const noting = stores.journal.note(entries).then(noted);
  const [notedAt, shreddedAt] = await Promise.allSettled([noting, removeFor(stores, order, pages, now)]);
  if (notedAt.status === 'rejected') throw notedAt.reason;
  if (shreddedAt.status === 'rejected') throw shreddedAt.reason;
  const done = completed(order, shreddedAt.value, now());
  await markings(stores.recordStore).add(done);
  return done;
}

function inPages<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / PAGE) }, (_, i) => rows.slice(i * PAGE, (i + 1) * PAGE));
}

function entryOf(order: DestructionRow, rows: readonly TombstoneRow[]): Entry {
  return {
    kind: 'erasure',
    erasure: order.erasure as ErasureId,
    tenant: order.tenant as TenantId,
    cause: order.cause as Cause,
    subject: order.subject as SubjectId | null,
    by: order.ordered_by as PrincipalId,
    at: order.ordered_at,
    keys: rows.map(({ record, generation }) => ({ record: record as RecordId, generation })),
  };
}

/** Removes what is left after the keys: their traces in files, and the ciphertext. @returns when the keys were gone */
async function removeFor(
  { recordStore, keyStore }: Stores,
  order: DestructionRow,
  pages: readonly TombstoneRow[][],
  now: () => Date,
): Promise<number> {
  await keyStore.scrub();
  const shreddedAt = now().getTime();
  if (order.cause === 'erased') {
    for (const page of pages) {
      const ids = page.map(({ record }) => record as RecordId);
      await removals(recordStore).add({ tenant: order.tenant as TenantId, ids });
    }
  }
  await recordStore.scrub();
  return shreddedAt;
}

/** Erasures of new people meet at the bucket that their records share: in one transaction they lock it once. */
const shreddings = eachStore(
  (store: KeyStore) =>
    new Gathering<Shredding & { readonly tenant: TenantId; readonly at: Date }>(
      async (group) => {
        const [{ tenant, at }] = group;
        await store.exclusive((tx) => shred(tx, tenant, group, at));
      },
      {
        laneOf: ({ tenant }) => tenant,
        claimsOf: ({ erasure, tombstones }) => [erasure, ...tombstones.map(({ record }) => record)],
      },
    ),
);

const removals = eachStore(
  (store: RecordStore) =>
    new Gathering<{ readonly tenant: TenantId; readonly ids: readonly RecordId[] }>(
      async (group) => {
        const [{ tenant }] = group;
        await store.exclusive((tx) =>
          removeRecords(
            tx,
            tenant,
            group.flatMap(({ ids }) => ids),
          ),
        );
      },
      { laneOf: ({ tenant }) => tenant, claimsOf: ({ ids }) => ids },
    ),
);

const markings = eachStore(
  (store: RecordStore) =>
    new Gathering<DestructionRow>((group) => store.exclusive((tx) => markCompleted(tx, group)), {
      laneOf: ({ tenant }) => tenant,
      claimsOf: ({ erasure }) => [erasure],
    }),
);

/** One for each open store: what is done on the same store is done together. */
function eachStore<S extends object, G>(make: (store: S) => G): (store: S) => G {
  const made = new WeakMap<S, G>();
  return (store) => {
    const one = made.get(store) ?? make(store);
    made.set(store, one);
    return one;
  };
}
