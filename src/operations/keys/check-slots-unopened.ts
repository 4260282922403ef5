/**
 * Looks at the root slots of a vault that does not open, because no slot hands out the secret of an epoch in use.
 * Guarantees: changes nothing, in no slot and no store, and takes no secret out of a slot.
 * Does not: ask who calls, or write an audit entry. The vault is not open for either; anyone who can read the root key
 * and the key store can do this.
 */
import { systemClock } from '../../clock.ts';
import { pooledRandom } from '../../crypto/random.ts';
import { UnavailableError } from '../../errors.ts';
import { openEpochs } from '../../keyring/epochs/epoch-states.ts';
import { keyFact } from '../../keyring/key-store-facts.ts';
import { assertRootKey, loadRootKey } from '../../keyring/root/root-key.ts';
import { type SlotEntry, SlotRegistry } from '../../keyring/slots/slot-registry.ts';
import { secret } from '../../secret.ts';
import { openStore } from '../../storage/opening/open-store.ts';
import type { KeyStore } from '../../storage/tx.ts';
import { findVault } from '../../vault/home.ts';
import { epochsPathOf, type VaultConfig } from '../../vault/vault.ts';

export interface SlotLooked {
  readonly name: string;
  readonly required: boolean;
  /** What answers, by its own name; absent where nothing does. */
  readonly product?: string;
  /** Why it is out of reach, in the vault's own words. */
  readonly problem?: string;
  /** The epochs of which the slot has something. */
  readonly has: readonly number[];
}

/** @throws {StartError} where there is no vault, or the root key is another vault's */
export async function checkSlotsUnopened(config: VaultConfig): Promise<SlotLooked[]> {
  const { vaultId } = await findVault(config);
  const store = await openStore('keys', config.keyStoreUrl);
  try {
    const registry = await registryOf(config, vaultId, store);
    try {
      const rows = await openEpochs(store.reader);
      const entries = (await registry.entries()).filter(({ removedAt }) => removedAt === undefined);
      const looked: SlotLooked[] = [];
      for (const entry of entries) {
        looked.push(await lookAt(registry, entry, rows));
      }
      return looked;
    } finally {
      await registry.close();
    }
  } finally {
    await store.close();
  }
}

async function registryOf(config: VaultConfig, vaultId: string, store: KeyStore): Promise<SlotRegistry> {
  const random = pooledRandom();
  using rootKey = secret(await loadRootKey(config.rootKey, random, false));
  assertRootKey(rootKey, vaultId, (await keyFact(store.reader, 'root_key_check')) ?? '');
  const filePath = epochsPathOf(config);
  const secrets = config.slotSecrets ?? {};
  return new SlotRegistry({ store, rootKey, vaultId, filePath, secrets, random, clock: systemClock });
}

async function lookAt(
  registry: SlotRegistry,
  entry: SlotEntry,
  rows: readonly { readonly epoch: number }[],
): Promise<SlotLooked> {
  const slot = registry.slotOf(entry);
  const about = { name: entry.name, required: entry.required };
  const has: number[] = [];
  try {
    const { product } = await slot.attest();
    for (const { epoch } of rows) if (await slot.has(epoch)) has.push(epoch);
    return { ...about, product, has };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { ...about, problem: error.message, has };
  }
}
