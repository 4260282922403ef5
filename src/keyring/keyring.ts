/**
 * The key tree of design 2, open in memory: epoch keys, bucket keys, record keys, index keys, window keys. Knows nothing
 * of what a record is; hands out keys by name and never says them.
 */

import type { Clock } from '../clock.ts';
import type { RootKeySource } from '../config.ts';
import type { RandomSource } from '../crypto/random.ts';
import type { KeyStore } from '../storage/tx.ts';
import { BucketKeys } from './bucket-keys.ts';
import { BucketRotation } from './bucket-rotation.ts';
import { EpochKeys } from './epoch-keys.ts';
import type { EpochWrapped } from './epoch-wrapped.ts';
import { FileSlot } from './file-slot.ts';
import { IndexKeys } from './index-keys.ts';
import { RecordKeys } from './record-keys.ts';
import { assertCurrent, assertRootKey, loadRootKey, rootKeyCheck } from './root-key.ts';
import { RootShares } from './root-shares.ts';
import { RootSlots } from './root-slots.ts';
import { TwoKeySlot } from './two-key-slot.ts';
import { WindowKeys } from './window-keys.ts';

export interface Keyring {
  readonly epochs: EpochKeys;
  readonly buckets: BucketKeys;
  readonly records: RecordKeys;
  readonly indexes: IndexKeys;
  readonly windows: WindowKeys;
  readonly rootShares: RootShares;
  /** Everything that is wrapped under epoch keys. */
  readonly wrapped: readonly EpochWrapped[];
  /** Learns which epochs other processes have begun and closed, and wipes what is destroyed from memory. */
  refresh(): Promise<void>;
  /** Wipes every key in memory. Nothing may use the keyring afterwards. */
  close(): Promise<void>;
}

export interface KeyringOptions {
  readonly store: KeyStore;
  readonly rootKey: RootKeySource;
  readonly slotPath: string;
  readonly vaultId: string;
  /** The check value stored for this vault; undefined in a vault that has never been opened. */
  readonly expectedCheck: string | undefined;
  /** The root key that is replacing the vault's; epochs that begin are made with it. Stays its owner's. */
  readonly nextRootKey?: Buffer | undefined;
  readonly random: RandomSource;
  readonly clock: Clock;
}

/**
 * @returns the keyring, and the root key's check value to be stored where there was none
 * @throws {StartError} where the root key or an epoch secret is missing or wrong; nothing has been changed
 */
export async function openKeyring(options: KeyringOptions): Promise<{ keyring: Keyring; check: string }> {
  const { store, vaultId, expectedCheck, random, clock } = options;
  const rootKey = await loadRootKey(options.rootKey, random, expectedCheck === undefined);
  if (expectedCheck !== undefined) assertRootKey(rootKey, vaultId, expectedCheck);
  const check = rootKeyCheck(rootKey, vaultId);
  const next = options.nextRootKey && Buffer.from(options.nextRootKey);
  const file = new FileSlot(options.slotPath, rootKey);
  const slot = next === undefined ? file : new TwoKeySlot(new FileSlot(options.slotPath, next), file);
  const slots = new RootSlots([{ slot, required: true }]);
  const epochs = await EpochKeys.open(store, next ? [rootKey, next] : [rootKey], slots, random, clock());
  const newest = next === undefined ? check : rootKeyCheck(next, vaultId);
  epochs.rootKeyIsCurrent = (tx) => assertCurrent(tx, newest);
  const buckets = new BucketKeys(store, epochs, random, clock);
  const indexes = new IndexKeys(store, epochs, random, clock);
  const windows = new WindowKeys(store, epochs, random, clock);
  const keyring: Keyring = {
    epochs,
    buckets,
    records: new RecordKeys(buckets, random),
    indexes,
    windows,
    // The same bytes as the epoch keys have, which wipe them.
    rootShares: new RootShares(store, rootKey, vaultId, random),
    wrapped: [new BucketRotation(epochs, random), indexes, windows],
    async refresh() {
      // A bucket key of a closed epoch may be one that K1 replaced: none of them stays in memory.
      if (await epochs.refresh()) buckets.wipe();
    },
    async close() {
      buckets.wipe();
      await indexes.wipe();
      await epochs.wipe();
    },
  };
  return { keyring, check };
}
