/**
 * Carries out destructions of keys: tombstones, then keys, then ciphertext (S2). The order makes it safe without a
 * transaction across the stores. Those that are completed at the same moment go through it together.
 *
 * Guarantees: `completeDestruction` may be run any number of times, by several processes, after a crash anywhere: each
 * step finds the last one's result. One that would have to wait for a lock, or that fails, holds up no other.
 * Does not: make old backups of the key store useless. Closing the epoch does that (K5); dirty buckets and tombstones
 * are kept for it.
 */
import type { ErasureId, PrincipalId, RecordId, SubjectId, TenantId } from '../ids.ts';
import type { Entry } from '../journal/entry.ts';
import type { Notes } from '../journal/journal.ts';
import { removeFreeRecords, removeRecords } from '../records/store.ts';
import { type Cause, type TombstoneRow, tombstonesOfErasure } from '../records/tombstones.ts';
import type { KeyStore, RecordStore, RecordTx } from '../storage/tx.ts';
import { completed, type DestructionRow, markCompleted, type Stores } from './destructions.ts';
import { eachStore, Gathering, type Group } from './gathering.ts';
import { shred } from './shredding.ts';

const PAGE = 500;

/** What completing needs. What is destroyed is also noted outside the stores. */
export interface CompletingParts extends Stores {
  readonly journal: Notes;
}

/** Whether to wait for locks that somebody else holds, or to leave what needs them. */
type Patience = 'wait' | 'skip';

interface Completing {
  readonly stores: CompletingParts;
  readonly order: DestructionRow;
  /** At most a page, the last one. */
  readonly tombstones: readonly TombstoneRow[];
  /** Those of all pages. */
  readonly all: readonly TombstoneRow[];
  readonly now: () => Date;
  readonly noted: () => void;
  done: DestructionRow | undefined;
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
  const all = await tombstonesOfErasure(stores.recordStore.reader, order);
  const isErased = order.cause === 'erased';
  let at = 0;
  // The refs go with the last page, so that a caller can still name a subject whose keys are not all destroyed.
  for (; all.length - at > PAGE; at += PAGE) {
    const [tenant, tombstones] = [order.tenant as TenantId, all.slice(at, at + PAGE)];
    await stores.keyStore.exclusive((tx) => shred(tx, tenant, [{ erasure: order.erasure, tombstones }], now()));
    const ids = tombstones.map(({ record }) => record as RecordId);
    if (isErased) await stores.recordStore.exclusive((tx) => removeRecords(tx, tenant, ids));
  }
  const tombstones = all.slice(at);
  const one: Completing = { stores, order, tombstones, all, now, noted, done: undefined };
  await completions(stores.keyStore)(stores.recordStore)(stores.journal).add(one);
  return one.done ?? order;
}

/** Erasures of new people meet at the bucket that their records share: in one transaction they lock it once. */
const completions = eachStore((_: KeyStore) =>
  eachStore((_: RecordStore) =>
    eachStore((_: Notes) => {
      const waiting = gathering('wait');
      return gathering('skip', (one) => waiting.add(one));
    }),
  ),
);

function gathering(patience: Patience, doLeft?: (one: Completing) => Promise<void>): Gathering<Completing> {
  return new Gathering<Completing>(
    [(group) => shredTogether(group, patience), (group) => endTogether(group, patience)],
    {
      laneOf: ({ order }) => order.tenant,
      claimsOf: ({ order, tombstones }) => [order.erasure, ...tombstones.map(({ record }) => record)],
      ...(doLeft && { doLeft }),
    },
  );
}

/** Tombstones are committed. @returns those that it has left */
async function shredTogether(group: Group<Completing>, patience: Patience): Promise<Completing[]> {
  const [{ stores, order, now }] = group;
  const shreddings = group.map((one) => ({
    one,
    erasure: one.order.erasure,
    tombstones: one.tombstones,
    subject: (one.order.subject as SubjectId | null) ?? undefined,
  }));
  const tenant = order.tenant as TenantId;
  const left = await stores.keyStore.exclusive((tx) => shred(tx, tenant, shreddings, now(), patience));
  return left.map(({ one }) => one);
}

/** The keys are destroyed. A silent journal holds up no keys of others. @returns those that it has left */
async function endTogether(shredded: Group<Completing>, patience: Patience): Promise<Completing[]> {
  const [{ stores, order, now }] = shredded;
  const tenant = order.tenant as TenantId;
  // A completed one was noted when it was completed.
  const fresh = shredded.filter((one) => one.order.state !== 'completed');
  const noting = stores.journal.note(fresh.map(entryOf)).then(() => {
    for (const { noted } of shredded) noted();
  });
  const [notedAt, scrubbedAt] = await Promise.allSettled([noting, scrubbed(stores, tenant, shredded, now)]);
  if (notedAt.status === 'rejected') throw notedAt.reason;
  if (scrubbedAt.status === 'rejected') throw scrubbedAt.reason;
  const ended = await stores.recordStore.exclusive(async (tx) => {
    const standing = await removeCiphertext(tx, tenant, idsOf(shredded), patience);
    const free = shredded.filter((one) => idsOf([one]).every((id) => !standing.has(id)));
    const ends = free.map((one) => ({ one, row: completed(one.order, scrubbedAt.value, now()) }));
    await markCompleted(
      tx,
      ends.map(({ row }) => row),
    );
    return ends;
  });
  for (const { one, row } of ended) one.done = row;
  return shredded.filter(({ done }) => done === undefined);
}

/**
 * Drops what the destroyed keys have left in the files of a store; and on SQLite, where a removed row stays in the
 * files until then, the ciphertext before anything is called completed.
 * @returns when the keys were gone
 */
async function scrubbed(
  { recordStore, keyStore }: Stores,
  tenant: TenantId,
  shredded: readonly Completing[],
  now: () => Date,
): Promise<number> {
  await keyStore.scrub();
  const at = now().getTime();
  if (recordStore.engine === 'sqlite') {
    await recordStore.exclusive((tx) => removeRecords(tx, tenant, idsOf(shredded)));
    await recordStore.scrub();
  }
  return at;
}

/** @returns the records that are still there, because somebody holds them */
async function removeCiphertext(
  tx: RecordTx,
  tenant: TenantId,
  ids: readonly RecordId[],
  patience: Patience,
): Promise<Set<RecordId>> {
  if (patience === 'skip') return removeFreeRecords(tx, tenant, ids);
  await removeRecords(tx, tenant, ids);
  return new Set();
}

/** The records that lose their ciphertext. A corrected one has a new value. */
function idsOf(some: readonly Completing[]): RecordId[] {
  const erased = some.filter(({ order }) => order.cause === 'erased');
  return erased.flatMap(({ tombstones }) => tombstones.map(({ record }) => record as RecordId));
}

function entryOf({ order, all }: Completing): Entry {
  return {
    kind: 'erasure',
    erasure: order.erasure as ErasureId,
    tenant: order.tenant as TenantId,
    cause: order.cause as Cause,
    subject: order.subject as SubjectId | null,
    by: order.ordered_by as PrincipalId,
    at: order.ordered_at,
    keys: all.map(({ record, generation }) => ({ record: record as RecordId, generation })),
  };
}
