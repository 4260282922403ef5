/**
 * Puts a backup in a store's place. No vault can be opened at that time, so nobody is asked for an API key: whoever can
 * write the files and read the root key can do this. The vault's next opening writes it to the audit log.
 */
import type { Watch } from '../../backup/backups.ts';
import { type Restored, restoreStore } from '../../backup/restore.ts';
import { type Clock, systemClock } from '../../clock.ts';
import type { Config } from '../../config.ts';
import { pooledRandom } from '../../crypto/random.ts';
import type { LookOptions } from '../../keyring/nodes/node-silence.ts';
import { combineUnseen } from '../../keyring/root/given-shares.ts';
import type { StoreName } from '../../storage/table.ts';
import { vaultOfHome } from '../../vault/home.ts';

export interface RestoreOrder {
  readonly store: StoreName;
  readonly replace?: boolean;
  readonly unverified?: boolean;
  /** Told how far it is; what it throws ends it, and leaves everything as it was. */
  readonly watch?: Watch;
}

/**
 * The root key of a vault that is in shares: the manifest's mark says whether it is the right one.
 * @param ask the next share, until there are enough. What it throws ends it
 * @returns owned by the caller
 */
export function rootKeyOfShares(ask: Parameters<typeof combineUnseen>[0]): Promise<Buffer> {
  return combineUnseen(ask);
}

/**
 * @param look how long, and by which running time, processes of the vault are looked for
 * @throws {StartError} saying what is wrong; nothing has been changed
 */
export async function restore(
  config: Pick<Config, 'recordStoreUrl' | 'keyStoreUrl' | 'rootKey' | 'keysPath'>,
  from: string,
  { store, replace = false, unverified = false, watch }: RestoreOrder,
  clock: Clock = systemClock,
  look?: LookOptions,
): Promise<Restored> {
  const [url, otherUrl] =
    store === 'records' ? [config.recordStoreUrl, config.keyStoreUrl] : [config.keyStoreUrl, config.recordStoreUrl];
  const { rootKey } = config;
  const home = await vaultOfHome(config.keysPath);
  const parts = { random: pooledRandom(), clock, look, watch };
  return restoreStore(from, { store, url, otherUrl, home, rootKey, replace, unverified, ...parts });
}
