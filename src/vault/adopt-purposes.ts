/**
 * Takes over words that principals had before a tenant's purposes were declared: each becomes a purpose of which
 * nothing is said, `undeclared`, until an administrator says it. This is done once in the life of a record store, at
 * the first start that finds it not done; so a store that is put back from before it is done again.
 *
 * Guarantees: only words that an unaltered principal in force has become purposes. May be interrupted and run again, or
 * by several processes at once.
 */
import { accessKeys } from '../access/keys.ts';
import { purposesInForce } from '../access/principals.ts';
import { adoptPurposes as adopt } from '../access/purposes.ts';
import { livesUntilCommit, liveTenants, VAULT_TENANT } from '../access/store.ts';
import { appendOwnEntry } from '../audit/entries.ts';
import { recordFact, setFact } from '../records/vault-facts.ts';
import type { Vault } from './vault.ts';

/** In a new vault there is nothing to take over. */
export const ADOPTED = ['purposes', 'adopted'] as const;

export async function adoptPurposes({
  recordStore,
  keyring,
  random,
  clock,
}: Pick<Vault, 'recordStore' | 'keyring' | 'random' | 'clock'>): Promise<void> {
  if ((await recordFact(recordStore.reader, ADOPTED[0])) !== undefined) return;
  for (const tenant of await liveTenants(recordStore.reader)) {
    if (tenant === VAULT_TENANT) continue;
    const keys = await accessKeys(keyring.indexes, tenant);
    const at = clock();
    await recordStore.exclusive(async (tx) => {
      // Held, so that a process that does the same finds it done.
      if (!(await livesUntilCommit(tx, tenant))) return;
      const words = await purposesInForce(tx, keys.principals, tenant);
      const adopted = await adopt(tx, keys, { tenant, at }, words);
      if (adopted === 0) return;
      await appendOwnEntry(tx, { tenant, at, random }, { action: 'declare_purpose', target: `undeclared ${adopted}` });
    });
  }
  await recordStore.exclusive((tx) => setFact(tx, ...ADOPTED));
}
