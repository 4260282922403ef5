/**
 * Notes in the audit log that a store was put back from a backup. No vault could be open at that time, so nobody's name
 * is known. The entry is the vault's own, in the first tenant's log, and names the store and the copy's time.
 *
 * Other tools leave no word when they put a record store back. This is noted without a time (`unknown`) if the store
 * lacks a canary that the key store has.
 * Does not: notice such a store from after the newest canary was made: nothing disagrees with it.
 */

import { firstTenant } from '../access/first-tenant.ts';
import { appendOwnEntry } from '../audit/entries.ts';
import { forgetUnheard } from '../canaries/canaries.ts';
import { factOf, takeFact } from '../records/vault-facts.ts';
import type { Vault } from './vault.ts';

type NoteParts = Pick<Vault, 'recordStore' | 'keyStore' | 'random' | 'clock'>;

/** @param agree whether the two stores do, as far as the vault looks; otherwise `recover` comes first */
export async function noteRestores(
  { recordStore, keyStore, random, clock }: NoteParts,
  { agree }: { readonly agree: boolean },
): Promise<void> {
  const note = async (target: string) => {
    const tenant = await firstTenant(recordStore.reader);
    if (tenant === undefined) return false;
    const at = clock();
    await recordStore.exclusive((tx) => appendOwnEntry(tx, { tenant, at, random }, { action: 'restore', target }));
    return true;
  };
  for (const store of [recordStore, keyStore]) {
    const waiting = await factOf(store.reader, 'restored');
    if (waiting === undefined) continue;
    const { takenAt } = JSON.parse(waiting) as { takenAt: string };
    // The entry first: after a crash in between, it is said twice rather than never.
    if (await note(`${store.name} ${takenAt}`)) await takeFact(store, 'restored');
  }
  if (agree && (await forgetUnheard({ recordStore, keyStore })) > 0) await note(`${recordStore.name} unknown`);
}
