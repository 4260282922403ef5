/** What the key store has of a record beside its key: index rows, links to tokens, and claims. */
import type { TenantId } from '../ids.ts';
import type { Generation } from '../keyring/tree/key-rows.ts';
import { removeIndexRowsAt, removeIndexRowsOf } from '../search/index-rows.ts';
import { removeClaimsAt, removeClaimsOf } from '../search/value-claims.ts';
import type { KeyTx } from '../storage/tx.ts';
import { removeLinksAt, removeLinksOf } from '../tokens/reuse.ts';

/** Those of every generation of these records. */
export async function removeTracesOf(tx: KeyTx, tenant: TenantId, records: readonly string[]): Promise<void> {
  await removeIndexRowsOf(tx, tenant, records);
  await removeLinksOf(tx, tenant, records);
  await removeClaimsOf(tx, tenant, records);
}

/** Those of one generation of each record. */
export async function removeTracesAt(tx: KeyTx, tenant: TenantId, places: readonly Generation[]): Promise<void> {
  await removeIndexRowsAt(tx, tenant, places);
  await removeLinksAt(tx, tenant, places);
  await removeClaimsAt(tx, tenant, places);
}
