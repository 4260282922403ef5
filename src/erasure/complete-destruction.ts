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
import { type Cause, pagesOfTombstones, type TombstoneRow } from '../records/tombstones.ts';
import type { Reader } from '../storage/tx.ts';
import { type DestructionRow, markCompleted, type Stores } from './destructions.ts';
import { shred, shredNothing, shredRefs } from './shredding.ts';

const PAGE = 500;

/** What completing needs. What is destroyed is also noted outside the stores. */
export interface CompletingParts extends Stores {
  readonly journal: Notes;
}

/**
 * Destroys the keys that a destruction names, in the order of the two stores.
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
  const of = { tenant, erasure: order.erasure };
  const keys: Key[] = [];
  const shredded = await eachPage(stores.recordStore.reader, order, (page) => {
    for (const { record, generation } of page) keys.push({ record: record as RecordId, generation });
    return stores.keyStore.exclusive((tx) => shred(tx, of, page, now()));
  });
  const subject = order.subject as SubjectId | null;
  if (subject !== null) await stores.keyStore.exclusive((tx) => shredRefs(tx, of, subject, now()));
  else if (shredded === 0) await stores.keyStore.exclusive((tx) => shredNothing(tx, of, now()));
  // A completed one was noted when it was completed.
  const entries = order.state === 'completed' ? [] : [entryOf(order, keys)];
  const noting = stores.journal.note(entries).then(noted);
  const [notedAt, shreddedAt] = await Promise.allSettled([noting, removeFor(stores, order, now)]);
  if (notedAt.status === 'rejected') throw notedAt.reason;
  if (shreddedAt.status === 'rejected') throw shreddedAt.reason;
  const done = {
    state: 'completed',
    shredded_at: order.shredded_at ?? shreddedAt.value,
    completed_at: order.completed_at ?? now().getTime(),
  };
  await stores.recordStore.exclusive((tx) => markCompleted(tx, order, done));
  return { ...order, ...done };
}

type Key = { readonly record: RecordId; readonly generation: number };

function entryOf(order: DestructionRow, keys: readonly Key[]): Entry {
  return {
    kind: 'erasure',
    erasure: order.erasure as ErasureId,
    tenant: order.tenant as TenantId,
    cause: order.cause as Cause,
    subject: order.subject as SubjectId | null,
    by: order.ordered_by as PrincipalId,
    at: order.ordered_at,
    keys,
  };
}

/** Removes what is left after the keys: their traces in files, and the ciphertext. @returns when the keys were gone */
async function removeFor({ recordStore, keyStore }: Stores, order: DestructionRow, now: () => Date): Promise<number> {
  await keyStore.scrub();
  const shreddedAt = now().getTime();
  if (order.cause === 'erased') {
    await eachPage(recordStore.reader, order, (page) =>
      recordStore.exclusive((tx) =>
        removeRecords(
          tx,
          order.tenant as TenantId,
          page.map((row) => row.record as RecordId),
        ),
      ),
    );
  }
  await recordStore.scrub();
  return shreddedAt;
}

/** Walks through the tombstones of a destruction, ordered by their records. @returns how many there are */
export async function eachPage(
  reader: Reader<'records'>,
  order: Pick<DestructionRow, 'tenant' | 'erasure'>,
  work: (page: readonly TombstoneRow[]) => Promise<void>,
): Promise<number> {
  let seen = 0;
  for await (const page of pagesOfTombstones(reader, order, PAGE)) {
    await work(page);
    seen += page.length;
  }
  return seen;
}
