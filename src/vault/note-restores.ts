/**
 * Writes to the audit log that a store was put back from a backup: when that was done no vault could be opened, and so
 * nobody's name is known. The entry is the vault's own, of the first tenant, and names the store and the copy's time.
 */

import { THE_VAULT_ITSELF } from '../access/principal.ts';
import { FIRST_TENANT, tenantByName } from '../access/store.ts';
import { appendAuditEntry } from '../audit/entries.ts';
import { takeFact } from '../backup/facts.ts';
import { newId, type TenantId } from '../ids.ts';
import type { Vault } from './vault.ts';

type NoteParts = Pick<Vault, 'recordStore' | 'keyStore' | 'random' | 'clock'>;

export async function noteRestores({ recordStore, keyStore, random, clock }: NoteParts): Promise<void> {
  for (const store of [recordStore, keyStore]) {
    const [waiting] = await store.reader.query<{ value: string }>((sql) =>
      sql('vault_facts').select('value').where({ name: 'restored' }),
    );
    if (waiting === undefined) continue;
    const [[tenant] = []] = await recordStore.reader.find(tenantByName, [[FIRST_TENANT]]);
    if (tenant === undefined) continue;
    const { takenAt } = JSON.parse(waiting.value) as { takenAt: string };
    const at = clock();
    // The entry first: a crash in between says it twice rather than never.
    await recordStore.exclusive((tx) =>
      appendAuditEntry(tx, {
        entry: newId('audit', random, at),
        tenant: tenant.tenant as TenantId,
        at,
        principal: THE_VAULT_ITSELF,
        action: 'restore',
        outcome: 'done',
        target: `${store.name} ${takenAt}`,
        request: newId('request', random, at),
      }),
    );
    await takeFact(store, 'restored');
  }
}
