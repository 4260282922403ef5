/**
 * Erases whole tenants. Like an erasure of records (`destructions.ts`), it is ordered in one commit, and carried out in
 * an order that survives crashes. But it finds what to destroy by the tenant itself, and one tombstone stands for all.
 *
 *   ordered     the tenant's row says so: none of its API keys is anybody's, and no call of it commits
 *   buried      the key store has the tenant's tombstone: no new key of it is made
 *   shredded    its buckets with their record keys, its index keys and windows, and what was made under them are gone
 *   completed   ciphertext, tokens, subjects, API keys, types and the names of its principals are gone
 *
 * Guarantees: may be run any number of times, by several processes, after a crash anywhere. A call that was under way
 * may leave something behind later; running it again destroys that (`sweepErasedTenants`). If such a call was
 * acknowledged, its keys were made before the order, and so are destroyed with the others.
 * Does not: remove audit entries, tombstones, receipts, certificates, jobs and the row of each principal, which loses
 * its name. These are ids, numbers, times and closed words. Nor does it make old backups of the key store useless;
 * closing the epoch does (K5).
 */
import { markSettled, markTenantErased, takeNames, takeTenantName, unsettledTenants } from '../access/store.ts';
import { VaultError } from '../errors.ts';
import type { ErasureId, PrincipalId, TenantId } from '../ids.ts';
import type { Entry } from '../journal/entry.ts';
import { buryTenant, noteDestroyed, noteShredded } from '../keyring/tenant-tombstones.ts';
import { change } from '../storage/queries.ts';
import { lookup } from '../storage/table.ts';
import type { KeyStore, KeyTx, Reader, RecordStore, RecordTx } from '../storage/tx.ts';
import { type CompletingParts, completeDestruction } from './complete-destruction.ts';
import {
  completed,
  type DestructionRow,
  destructions,
  findDestruction,
  findDestructions,
  markCompleted,
} from './destructions.ts';
import { type Drained, drain, drainBuckets, TABLES_OF_KEYS, TABLES_OF_RECORDS } from './drain.ts';
import { shreds } from './shreds.ts';

const SCOPE = 'tenant';
const erasuresById = lookup(destructions, ['erasure']);

interface Order {
  readonly tenant: TenantId;
  readonly erasure: ErasureId;
  readonly by: PrincipalId;
  readonly at: Date;
}

/** Irrevocable once committed. @returns undefined where the tenant was erased before */
export async function orderTenantErasure(tx: RecordTx, order: Order): Promise<DestructionRow | undefined> {
  const { tenant, erasure, by, at } = order;
  if (!(await markTenantErased(tx, tenant, { erasure, at }))) return undefined;
  const row = rowOf({ tenant, erasure, ordered_by: by, ordered_at: at.getTime() });
  await tx.insert(destructions, [row], 'skip');
  return row;
}

function rowOf(order: Pick<DestructionRow, 'tenant' | 'erasure' | 'ordered_by' | 'ordered_at'>): DestructionRow {
  const open = { cause: 'erased', subject: null, state: 'ordered', records: 0, shredded_at: null, completed_at: null };
  return { ...order, ...open, scope: SCOPE };
}

/** Finds the erasure of any tenant, for those who operate the vault. @throws `erasure_not_found` */
export async function findTenantErasure(reader: Reader<'records'>, id: ErasureId): Promise<DestructionRow> {
  const [rows = []] = await reader.find(erasuresById, [[id]]);
  const row = rows.find(({ scope }) => scope === SCOPE);
  if (row === undefined) throw new VaultError('erasure_not_found');
  return row;
}

/** What runs it, if that is a job. */
export interface Run {
  /** Must come first in every transaction of the key store. */
  readonly fence?: (tx: KeyTx) => Promise<void>;
  /** Called after every page: how many rows of the step are gone. */
  readonly page?: (step: 'keys' | 'records', done: number) => Promise<void>;
}

/** Completes an erasure of either kind. @returns the finished row */
export function complete(stores: CompletingParts, order: DestructionRow, now: () => Date): Promise<DestructionRow> {
  return order.scope === SCOPE ? completeTenantErasure(stores, order, now) : completeDestruction(stores, order, now);
}

/** @returns the finished row */
export async function completeTenantErasure(
  stores: CompletingParts,
  order: DestructionRow,
  now: () => Date,
  run: Run = {},
): Promise<DestructionRow> {
  const { recordStore, keyStore } = stores;
  const { erasure } = order;
  const tenant = order.tenant as TenantId;
  const again = order.state === 'completed';
  const keys = await shredTenant(keyStore, order, now, run);
  // What an earlier run has scrubbed needs it again only if there was something to destroy.
  if (keys > 0 || !again) await keyStore.scrub();
  const shreddedAt = now().getTime();
  if (!again) await stores.journal.note([entryOf(order)]);
  const rows = await emptyRecordStore(recordStore, order, now, run);
  if (rows > 0 || !again) await recordStore.scrub();
  if (again) return order;
  const done = completed(order, shreddedAt, now());
  await recordStore.exclusive((tx) => markCompleted(tx, [done]));
  return (await findDestruction(recordStore.reader, tenant, erasure)) ?? done;
}

function entryOf({ tenant, erasure, ordered_by, ordered_at }: DestructionRow): Entry {
  const of = { erasure: erasure as ErasureId, tenant: tenant as TenantId, by: ordered_by as PrincipalId };
  return { kind: 'tenant', ...of, at: ordered_at };
}

/** Destroys everything of the tenant in the key store. @returns how many rows there were */
async function shredTenant(keyStore: KeyStore, order: DestructionRow, now: () => Date, run: Run): Promise<number> {
  const tenant = order.tenant as TenantId;
  const within = <R>(work: (tx: KeyTx) => Promise<R>) =>
    keyStore.exclusive(async (tx) => {
      await run.fence?.(tx);
      return work(tx);
    });
  await within((tx) => bury(tx, order, now()));
  let total = 0;
  const empty = async (page: (tx: KeyTx) => Promise<Drained>) => {
    for (let more = true; more; ) {
      const drained = await within(async (tx) => {
        const found = await page(tx);
        // Noted in the transaction that destroys the keys, so that a crash loses none of their epochs.
        if (found.rows > 0) await noteDestroyed(tx, tenant, found);
        return found;
      });
      more = drained.more;
      total += drained.rows;
      await run.page?.('keys', total);
    }
  };
  await empty((tx) => drainBuckets(tx, tenant));
  for (const of of TABLES_OF_KEYS) await empty((tx) => drain(tx, of, tenant));
  await within((tx) => finish(tx, tenant, now()));
  return total;
}

async function bury(tx: KeyTx, order: DestructionRow, at: Date): Promise<void> {
  const { tenant, erasure, ordered_by, ordered_at } = order;
  await buryTenant(tx, { tenant, erasure, ordered_by, ordered_at, buried_at: at.getTime() });
}

/** Writes the row that the certificate waits for, after the last key is gone: it is never final too early. */
async function finish(tx: KeyTx, tenant: TenantId, at: Date): Promise<void> {
  const row = await noteShredded(tx, tenant, at);
  if (row === undefined) return;
  const { erasure, records, shredded_at } = row;
  const epoch = row.epoch ?? 0;
  // Its index keys are destroyed with it: no index is left under which a value could be tried.
  const shred = { tenant, erasure, epoch, records, indexes: '[]', shredded_at, final_at: null };
  await tx.insert(shreds, [shred], 'skip');
  await change(tx, shreds, { tenant, erasure, final_at: null, epoch: { '<': epoch } }, { epoch });
}

/** Empties the record store of the tenant. @returns how many rows there were */
async function emptyRecordStore(
  recordStore: RecordStore,
  order: DestructionRow,
  now: () => Date,
  run: Run,
): Promise<number> {
  const { erasure } = order;
  const tenant = order.tenant as TenantId;
  let total = 0;
  const empty = async (page: (tx: RecordTx) => Promise<Pick<Drained, 'rows' | 'more'>>) => {
    for (let more = true; more; ) {
      const drained = await recordStore.exclusive(page);
      more = drained.more;
      total += drained.rows;
      await run.page?.('records', total);
    }
  };
  for (const of of TABLES_OF_RECORDS) {
    await empty(async (tx) => {
      const drained = await drain(tx, of, tenant);
      if (of.name === 'records' && drained.rows > 0) {
        await change(tx, destructions, { tenant, erasure }, { records: { plus: drained.rows } });
      }
      return drained;
    });
  }
  await empty(async (tx) => {
    const rows = await takeNames(tx, tenant, now(), NAMES_A_PAGE);
    return { rows, more: rows === NAMES_A_PAGE };
  });
  await recordStore.exclusive((tx) => takeTenantName(tx, tenant));
  return total;
}

const NAMES_A_PAGE = 500;

/**
 * Destroys what calls left behind that were under way when their tenant was erased, however late they were.
 * @param graceMs how long after the order such a call may go on
 * @returns for how many tenants
 */
export async function sweepErasedTenants(
  stores: CompletingParts,
  now: () => Date,
  graceMs: number,
  limit: number,
): Promise<number> {
  const unsettled = await unsettledTenants(stores.recordStore.reader, limit);
  for (const { tenant, erasure, erased_at } of unsettled) {
    const [order] = await findDestructions(stores.recordStore.reader, [{ tenant, erasure }]);
    if (order?.state !== 'completed') continue;
    const begun = now().getTime();
    await completeTenantErasure(stores, order, now);
    if (begun - (erased_at ?? begun) < graceMs) continue;
    await stores.recordStore.exclusive((tx) => markSettled(tx, tenant, begun));
  }
  return unsettled.length;
}
