/** What becomes of a whole tenant for a time. Each holds from the commit on, on every node, as calls read its row. */
import type { TenantId } from '../ids.ts';
import { change } from '../storage/queries.ts';
import type { RecordTx } from '../storage/tx.ts';
import { tenants } from './store.ts';

/** @param at null: it goes on */
export async function setSuspended(tx: RecordTx, tenant: TenantId, at: number | null): Promise<void> {
  await change(tx, tenants, { tenant }, { suspended_at: at });
}

/** From the commit on, every look of the tenant asks whose value it is. Only in an exclusive transaction. */
export async function startRestricting(tx: RecordTx, tenant: TenantId): Promise<void> {
  await change(tx, tenants, { tenant, restricts: 0 }, { restricts: 1 });
}
