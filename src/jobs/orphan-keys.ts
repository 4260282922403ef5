/**
 * Sweeps keys that no record stands behind: a crash between the key store's commit and the record store's leaves them.
 * They open nothing, but what opens nothing has no business being there.
 *
 * Guarantees: each key is looked at once, by a cursor in the order in which record ids were made, so that a sweep costs
 * what was stored since the last one. Keys younger than the grace are left alone: their record may be on its way.
 */
import type { Stores } from '../erasure/erasures.ts';
import { firstIdAt, type RecordId, type TenantId } from '../ids.ts';
import { recordKeys } from '../keyring/tables.ts';
import { findRecords } from '../records/store.ts';
import { areErased } from '../records/tombstones.ts';
import { blindIndexes } from '../search/blind-index.ts';
import { ORPHAN_GRACE_MS } from '../storage/limits.ts';
import { lookup, table } from '../storage/table.ts';
import { reuses } from '../tokens/reuse.ts';

const cursors = table('keys', 'cursors', { name: 'text', value: 'text' }, ['name']);
const cursorByName = lookup(cursors, ['name']);

/** @returns how many keys were swept, and whether keys remain to be looked at */
export async function sweepOrphanKeys(
  stores: Stores,
  tenant: TenantId,
  now: Date,
  limit: number,
): Promise<{ swept: number; more: boolean }> {
  const { recordStore, keyStore } = stores;
  const name = `orphan-keys/${tenant}`;
  const [[cursor] = []] = await keyStore.reader.find(cursorByName, [[name]]);
  const end = firstIdAt('record', new Date(now.getTime() - ORPHAN_GRACE_MS));
  const rows = await keyStore.reader.query<{ record: RecordId }>((sql) =>
    sql('record_keys')
      .select('record')
      .where({ tenant, generation: 1 })
      .andWhere('record', '>', cursor?.value ?? '')
      .andWhere('record', '<', end)
      .orderBy('record')
      .limit(limit),
  );
  const last = rows.at(-1)?.record;
  if (last === undefined) return { swept: 0, more: false };
  const ids = rows.map((row) => row.record);
  const [found, erased] = await Promise.all([
    findRecords(recordStore.reader, tenant, ids),
    areErased(recordStore.reader, tenant, ids),
  ]);
  const orphans = ids.filter((_, i) => found[i] === undefined && !erased[i]);
  await keyStore.exclusive(async (tx) => {
    const keys = orphans.map((record) => [tenant, record]);
    await tx.remove(recordKeys, ['tenant', 'record'], keys);
    await tx.remove(blindIndexes, ['tenant', 'record'], keys);
    await tx.remove(reuses, ['tenant', 'record'], keys);
    await tx.remove(cursors, ['name'], [[name]]);
    await tx.insert(cursors, [{ name, value: last }]);
  });
  return { swept: orphans.length, more: rows.length === limit };
}
