/**
 * What is in the key store for records that never came, or that an older record store has lost: their keys and whatever
 * was made with them. None of it opens anything.
 */
import type { TenantId } from '../ids.ts';
import { removeKeysOf } from '../keyring/tree/key-rows.ts';
import type { KeyTx } from '../storage/tx.ts';
import { removeTracesOf } from './traces.ts';

/** @param records without a row and a tombstone, and so old (`ORPHAN_GRACE_MS`) that no call can still store them */
export async function removeOrphans(tx: KeyTx, tenant: TenantId, records: readonly string[]): Promise<void> {
  await removeKeysOf(tx, tenant, records);
  await removeTracesOf(tx, tenant, records);
}
