/**
 * Sweeps keys without a record. A crash between the key store's commit and the record store's leaves them. They open
 * nothing, and so must not stay.
 *
 * Guarantees: each key is looked at once, by a cursor in the order in which record ids were made, so that a sweep costs
 * what was stored since the last one. Keys younger than the grace are left alone, because their record may be on its
 * way.
 */
import type { Stores } from '../erasure/destructions.ts';
import { removeOrphans } from '../erasure/orphans.ts';
import { firstIdAt, type TenantId } from '../ids.ts';
import { firstKeysBetween } from '../keyring/tree/key-rows.ts';
import { findRecords } from '../records/store.ts';
import { areErased } from '../records/tombstones.ts';
import { ORPHAN_GRACE_MS } from '../storage/limits.ts';
import { lookup, table } from '../storage/table.ts';

const cursors = table('keys', 'cursors', { name: 'text', value: 'text' }, ['name']);
const cursorByName = lookup(cursors, ['name']);

/** @returns how many keys were swept, and whether more keys must be looked at */
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
  const ids = await firstKeysBetween(keyStore.reader, tenant, { after: cursor?.value ?? '', before: end, limit });
  const last = ids.at(-1);
  if (last === undefined) return { swept: 0, more: false };
  const [found, erased] = await Promise.all([
    findRecords(recordStore.reader, tenant, ids),
    areErased(recordStore.reader, tenant, ids),
  ]);
  const orphans = ids.filter((_, i) => found[i] === undefined && !erased[i]);
  await keyStore.exclusive(async (tx) => {
    await removeOrphans(tx, tenant, orphans);
    await tx.remove(cursors, ['name'], [[name]]);
    await tx.insert(cursors, [{ name, value: last }]);
  });
  return { swept: orphans.length, more: ids.length === limit };
}
