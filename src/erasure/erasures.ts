/**
 * Erasure: the whole workflow around destroying keys. Its order makes it safe without a transaction across the stores
 * (S2): tombstones, then keys, then ciphertext.
 *
 *   ordered     tombstones committed; every reader refuses from here on, and nothing can take it back
 *   completed   keys and index rows destroyed, their buckets marked for a new key (K1), ciphertext removed; and the
 *               journal has it, which neither store's going back undoes (`journal/`)
 *   final       the epoch those keys were wrapped under is destroyed in every slot (certificate.ts)
 *
 * Guarantees: `completeErasure` may be run any number of times, by several processes, after a crash anywhere: each
 * step finds the last one's result. Does not: make old backups of the key store useless; that is what closing the
 * epoch does (K5), for which dirty buckets and tombstones are kept.
 */
import { VaultError } from '../errors.ts';
import type { ErasureId, PrincipalId, RecordId, SubjectId, TenantId } from '../ids.ts';
import type { Entry } from '../journal/entry.ts';
import type { Notes } from '../journal/journal.ts';
import { removeRecords } from '../records/store.ts';
import { type Burial, bury, type Cause, pagesOfTombstones, type TombstoneRow } from '../records/tombstones.ts';
import { change, count, first, pages, select } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyStore, Reader, RecordStore, RecordTx } from '../storage/tx.ts';
import { shred, shredNothing, shredRefs } from './shredding.ts';

const PAGE = 500;

export const erasures = table(
  'records',
  'erasures',
  {
    tenant: 'text',
    erasure: 'text',
    cause: 'text',
    subject: 'text?',
    state: 'text',
    records: 'int',
    ordered_by: 'text',
    ordered_at: 'int',
    shredded_at: 'int?',
    completed_at: 'int?',
    /** `tenant`: of a whole tenant, see `tenants.ts`. Absent: of records. */
    scope: 'text?',
  },
  ['tenant', 'erasure'],
);
export type ErasureRow = Row<typeof erasures>;
const erasureById = lookup(erasures, ['tenant', 'erasure']);

/** As the partial index has it. */
export const UNFINISHED = "state <> 'completed'";

export interface Order {
  readonly erasure: ErasureId;
  readonly cause: Cause;
  readonly subject: SubjectId | undefined;
  readonly keys: readonly { readonly record: RecordId; readonly generation: number }[];
  readonly by: PrincipalId;
  readonly at: Date;
}

/** Writes the tombstones; irrevocable once committed. */
export async function orderErasure(tx: RecordTx, tenant: TenantId, order: Order): Promise<ErasureRow> {
  const burials: Burial[] = order.keys.map((key) => ({ ...key, cause: order.cause, erasure: order.erasure }));
  await bury(tx, tenant, burials, order.at);
  const row: ErasureRow = {
    tenant,
    erasure: order.erasure,
    cause: order.cause,
    subject: order.subject ?? null,
    state: 'ordered',
    records: order.keys.length,
    ordered_by: order.by,
    ordered_at: order.at.getTime(),
    shredded_at: null,
    completed_at: null,
    scope: null,
  };
  await tx.insert(erasures, [row]);
  return row;
}

/** @throws `erasure_not_found` */
export async function findErasure(reader: Reader<'records'>, tenant: TenantId, id: ErasureId): Promise<ErasureRow> {
  const row = await findOrder(reader, tenant, id);
  if (row === undefined || row.cause !== 'erased') throw new VaultError('erasure_not_found');
  return row;
}

/** An order of any cause, a correction's too. */
export async function findOrder(
  reader: Reader<'records'>,
  tenant: string,
  id: string,
): Promise<ErasureRow | undefined> {
  return (await findOrders(reader, [{ tenant, erasure: id }]))[0];
}

/** @returns an order of any cause, or undefined, for each in turn */
export async function findOrders(
  reader: Reader<'records'>,
  of: readonly { readonly tenant: string; readonly erasure: string | null }[],
): Promise<(ErasureRow | undefined)[]> {
  const found = await reader.find(
    erasureById,
    of.map(({ tenant, erasure }) => [tenant, erasure]),
  );
  return found.map(([row]) => row);
}

/** Those of records whose keys were destroyed last, the newest first. */
export async function newestCompleted(reader: Reader<'records'>, limit: number): Promise<ErasureRow[]> {
  // Of a whole tenant, one tombstone stands for all.
  const where = { state: 'completed', scope: null, records: { '>': 0 } };
  return select(reader, erasures, { where, orderBy: ['shredded_at'], descending: true, limit });
}

/** Which order's keys were destroyed last, and when, in milliseconds. */
export async function lastShredded(
  reader: Reader<'records'>,
): Promise<Pick<ErasureRow, 'erasure' | 'shredded_at'> | undefined> {
  const where = { shredded_at: { not: null } };
  const columns = ['erasure', 'shredded_at'] as const;
  return first(reader, erasures, { columns, where, orderBy: ['shredded_at'], descending: true });
}

/** Notes that an order is completed. */
export async function markCompleted(
  tx: RecordTx,
  { tenant, erasure }: Pick<ErasureRow, 'tenant' | 'erasure'>,
  done: Pick<ErasureRow, 'state' | 'shredded_at' | 'completed_at'>,
): Promise<void> {
  await change(tx, erasures, { tenant, erasure }, done);
}

/** Erasures that a crash interrupted, the oldest first; those ordered after `before` may still be under way. */
export async function unfinishedErasures(
  reader: Reader<'records'>,
  before: Date,
  limit: number,
): Promise<ErasureRow[]> {
  const where = { ordered_at: { '<=': before.getTime() } };
  return select(reader, erasures, { literally: UNFINISHED, where, orderBy: ['ordered_at'], limit });
}

/** How many erasures and corrections there are, of every tenant. */
export async function countErasures(reader: Reader<'records'>): Promise<number> {
  return count(reader, erasures);
}

/** All erasures and corrections, in the order they were ordered. */
export function pagesOfErasures(reader: Reader<'records'>, limit: number): AsyncGenerator<ErasureRow[]> {
  return pages(reader, erasures, { orderBy: ['erasure'], limit });
}

export interface Stores {
  readonly recordStore: RecordStore;
  readonly keyStore: KeyStore;
}

/** What completing takes: what is destroyed is noted outside the stores, too. */
export interface CompletingParts extends Stores {
  readonly journal: Notes;
}

/**
 * Destroys the keys an erasure names, in both stores' order.
 * @param noted is called once the journal has it, whatever else fails
 * @returns the finished row
 * @throws {UnavailableError} also where the journal cannot be written, which is told before what else failed: the keys
 *   are destroyed then, and the erasure is not completed
 */
export async function completeErasure(
  stores: CompletingParts,
  order: ErasureRow,
  now: () => Date,
  noted: () => void = () => {},
): Promise<ErasureRow> {
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
  // One that was completed before was noted then.
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

function entryOf(order: ErasureRow, keys: readonly Key[]): Entry {
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

/** After the keys are destroyed: what is left of them in files, and the ciphertext. @returns when the keys were gone */
async function removeFor({ recordStore, keyStore }: Stores, order: ErasureRow, now: () => Date): Promise<number> {
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

/** Walks through an erasure's tombstones in the order of their records. @returns how many there are */
export async function eachPage(
  reader: Reader<'records'>,
  order: Pick<ErasureRow, 'tenant' | 'erasure'>,
  work: (page: readonly TombstoneRow[]) => Promise<void>,
): Promise<number> {
  let seen = 0;
  for await (const page of pagesOfTombstones(reader, order, PAGE)) {
    await work(page);
    seen += page.length;
  }
  return seen;
}
