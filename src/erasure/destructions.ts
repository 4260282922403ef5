/**
 * Destructions of keys, as they are ordered and found. Each has a cause: `erased` for an erasure, `corrected` for the
 * old keys of values that were corrected or sealed anew. Its row stands in the table `erasures`.
 *
 *   ordered     tombstones committed; every reader refuses from here on, and nothing can take it back
 *   completed   keys and index rows destroyed, their buckets marked for a new key (K1), ciphertext of what was erased
 *               removed; and the journal has it, which neither store's going back undoes (complete-destruction.ts)
 *   final       the epoch those keys were wrapped under is destroyed in every slot (certificates/certificate.ts)
 */
import { VaultError } from '../errors.ts';
import type { ErasureId, PrincipalId, RecordId, SubjectId, TenantId } from '../ids.ts';
import { type Burial, bury, type Cause } from '../records/tombstones.ts';
import { count, first, pages, select } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyStore, Reader, RecordStore, RecordTx } from '../storage/tx.ts';

export const destructions = table(
  'records',
  'erasures',
  {
    tenant: 'id:tenant',
    erasure: 'id:erasure',
    cause: 'text',
    subject: 'id:subject?',
    state: 'text',
    records: 'int',
    ordered_by: 'id:principal',
    ordered_at: 'int',
    shredded_at: 'int?',
    completed_at: 'int?',
    /** `tenant` for the erasure of a whole tenant, see `tenants.ts`. Absent for records. */
    scope: 'text?',
  },
  ['tenant', 'erasure'],
);
export type DestructionRow = Row<typeof destructions>;
const destructionById = lookup(destructions, ['tenant', 'erasure']);

/** Spelled exactly like the partial index. */
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
export async function orderDestruction(tx: RecordTx, tenant: TenantId, order: Order): Promise<DestructionRow> {
  const burials: Burial[] = order.keys.map((key) => ({ ...key, cause: order.cause, erasure: order.erasure }));
  await bury(tx, tenant, burials, order.at);
  const row: DestructionRow = {
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
  await tx.insert(destructions, [row]);
  return row;
}

/** A destruction with the cause `erased`. @throws `erasure_not_found` */
export async function findErasure(reader: Reader<'records'>, tenant: TenantId, id: ErasureId): Promise<DestructionRow> {
  const row = await findDestruction(reader, tenant, id);
  if (row === undefined || row.cause !== 'erased') throw new VaultError('erasure_not_found');
  return row;
}

/** A destruction of any cause. */
export async function findDestruction(
  reader: Reader<'records'>,
  tenant: string,
  id: string,
): Promise<DestructionRow | undefined> {
  return (await findDestructions(reader, [{ tenant, erasure: id }]))[0];
}

/** @returns a destruction of any cause, or undefined, for each in turn */
export async function findDestructions(
  reader: Reader<'records'>,
  of: readonly { readonly tenant: string; readonly erasure: string | null }[],
): Promise<(DestructionRow | undefined)[]> {
  const found = await reader.find(
    destructionById,
    of.map(({ tenant, erasure }) => [tenant, erasure]),
  );
  return found.map(([row]) => row);
}

/** The completed destructions of keys of records, the newest first. */
export async function newestCompleted(reader: Reader<'records'>, limit: number): Promise<DestructionRow[]> {
  // For a whole tenant, one tombstone stands for all.
  const where = { state: 'completed', scope: null, records: { '>': 0 } };
  return select(reader, destructions, { where, orderBy: ['shredded_at'], descending: true, limit });
}

/** Which destruction was the last one, and when, in milliseconds. */
export async function lastShredded(
  reader: Reader<'records'>,
): Promise<Pick<DestructionRow, 'erasure' | 'shredded_at'> | undefined> {
  const where = { shredded_at: { not: null } };
  const columns = ['erasure', 'shredded_at'] as const;
  return first(reader, destructions, { columns, where, orderBy: ['shredded_at'], descending: true });
}

/** A destruction's row once it is completed. The times of an earlier completion stay. */
export function completed(order: DestructionRow, shreddedAt: number, now: Date): DestructionRow {
  return {
    ...order,
    state: 'completed',
    shredded_at: order.shredded_at ?? shreddedAt,
    completed_at: order.completed_at ?? now.getTime(),
  };
}

/** Notes that destructions are completed. @param rows as they are to be */
export async function markCompleted(tx: RecordTx, rows: readonly DestructionRow[]): Promise<void> {
  await tx.update(destructions, ['state', 'shredded_at', 'completed_at'], rows);
}

/**
 * Destructions that a crash interrupted, the oldest first. Those ordered after `before` may still be under way.
 * @param tenant whose alone; absent: every tenant's
 */
export async function unfinishedDestructions(
  reader: Reader<'records'>,
  before: Date,
  limit: number,
  tenant?: TenantId,
): Promise<DestructionRow[]> {
  const where = { ordered_at: { '<=': before.getTime() }, ...(tenant && { tenant }) };
  return select(reader, destructions, { literally: UNFINISHED, where, orderBy: ['ordered_at'], limit });
}

/** How many destructions there are, of every cause and tenant. */
export async function countDestructions(reader: Reader<'records'>): Promise<number> {
  return count(reader, destructions);
}

/** All destructions of every cause, in the order in which they were ordered. */
export function pagesOfDestructions(reader: Reader<'records'>, limit: number): AsyncGenerator<DestructionRow[]> {
  return pages(reader, destructions, { orderBy: ['erasure'], limit });
}

export interface Stores {
  readonly recordStore: RecordStore;
  readonly keyStore: KeyStore;
}
