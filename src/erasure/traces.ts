/** What the key store has of a record beside its key: index rows, links to tokens, and claims. */
import type { TenantId } from '../ids.ts';
import type { Generation } from '../keyring/tree/key-rows.ts';
import { indexRowsOf, removeIndexRowsAt, removeIndexRowsOf } from '../search/index-rows.ts';
import { claimsOf, removeClaimsAt, removeClaimsOf } from '../search/value-claims.ts';
import type { KeyTx } from '../storage/tx.ts';
import { linksOf, removeLinksAt, removeLinksOf } from '../tokens/reuse.ts';

/**
 * The traces of records whose keys were removed in this transaction. Nobody adds to them any more, because whoever does
 * so holds the key.
 * @param isMeant which generations @returns what there is, and what removes it
 */
export async function findTraces(
  tx: KeyTx,
  tenant: TenantId,
  records: readonly string[],
  isMeant: (of: Generation) => boolean,
) {
  // Given at once: none of them depends on another's answer.
  const found = await Promise.all([
    indexRowsOf(tx, tenant, records),
    linksOf(tx, tenant, records),
    claimsOf(tx, tenant, records),
  ]);
  const indexed = found[0].flat().filter(isMeant);
  const linked = found[1].flat().filter(isMeant);
  const claimed = found[2].flat().filter(isMeant);
  const remove = () =>
    Promise.all([
      removeIndexRowsAt(tx, tenant, generationsOf(indexed)),
      removeLinksAt(tx, tenant, generationsOf(linked)),
      removeClaimsAt(tx, tenant, generationsOf(claimed)),
    ]);
  return { indexed, linked, claimed, remove };
}

function generationsOf(rows: readonly Generation[]): Generation[] {
  return [...new Map(rows.map((row) => [`${row.record} ${row.generation}`, row])).values()];
}

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
