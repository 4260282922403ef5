/** Purposes that tests give to principals: the harness declares them wherever it has an administrator. */
import { accessKeys } from '../../src/access/keys.ts';
import { declarePurpose } from '../../src/access/purposes.ts';
import type { TenantId } from '../../src/ids.ts';
import type { RecordStore } from '../../src/storage/tx.ts';
import type { Vault } from '../../src/vault/vault.ts';

/** What every caller of the harness has. */
export const PURPOSES = ['billing', 'support'];
/** The body of `PUT /v1/purposes/{purpose}`, where a test sends it itself. */
export const DECLARATION = { told: 'What these tests are about.', basis: 'contract' } as const;
const DECLARED = [...PURPOSES, 'fraud'];
const made = new WeakMap<RecordStore, Map<TenantId, Promise<void>>>();

/** Declares the purposes of tests, once for each tenant of a vault that is open. Writes no audit entry. */
export function declarePurposes(vault: Vault, tenant: TenantId): Promise<void> {
  const ofVault = made.get(vault.recordStore) ?? new Map<TenantId, Promise<void>>();
  made.set(vault.recordStore, ofVault);
  const declaring = ofVault.get(tenant) ?? declareAll(vault, tenant);
  ofVault.set(tenant, declaring);
  return declaring;
}

async function declareAll({ recordStore, keyring, clock }: Vault, tenant: TenantId): Promise<void> {
  const keys = await accessKeys(keyring.indexes, tenant);
  await recordStore.exclusive(async (tx) => {
    for (const purpose of DECLARED) await declarePurpose(tx, keys, { tenant, purpose, at: clock() }, DECLARATION);
  });
}
