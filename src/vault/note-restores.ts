/**
 * Writes to the audit log that a store was put back from a backup: when that was done no vault could be opened, and so
 * nobody's name is known. The entry is the vault's own, of the first tenant, and names the store and the copy's time.
 */

import { firstTenant } from '../access/first-tenant.ts';
import { appendOwnEntry } from '../audit/entries.ts';
import { takeFact } from '../backup/facts.ts';
import type { Vault } from './vault.ts';

type NoteParts = Pick<Vault, 'recordStore' | 'keyStore' | 'random' | 'clock'>;

export async function noteRestores({ recordStore, keyStore, random, clock }: NoteParts): Promise<void> {
  for (const store of [recordStore, keyStore]) {
    const [waiting] = await store.reader.query<{ value: string }>((sql) =>
      sql('vault_facts').select('value').where({ name: 'restored' }),
    );
    if (waiting === undefined) continue;
    const tenant = await firstTenant(recordStore.reader);
    if (tenant === undefined) continue;
    const { takenAt } = JSON.parse(waiting.value) as { takenAt: string };
    const at = clock();
    // The entry first: a crash in between says it twice rather than never.
    await recordStore.exclusive((tx) =>
      appendOwnEntry(tx, { tenant, at, random }, { action: 'restore', target: `${store.name} ${takenAt}` }),
    );
    await takeFact(store, 'restored');
  }
}
