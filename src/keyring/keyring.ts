/**
 * The key tree (`RULES.md`), open in memory: epoch keys, bucket keys, record keys, index keys, window keys, signing
 * keys. Knows nothing of what a record is; hands out keys by name and never says them.
 */

import type { Clock } from '../clock.ts';
import type { RandomSource } from '../crypto/random.ts';
import { IntegrityError, StartError } from '../errors.ts';
import type { Id, TenantId } from '../ids.ts';
import { secret } from '../secret.ts';
import type { KeyStore } from '../storage/tx.ts';
import { EpochKeys } from './epochs/epoch-keys.ts';
import { EpochLedger } from './epochs/epoch-ledger.ts';
import type { EpochWrapped } from './epochs/keys-under-epoch.ts';
import { assertNoLaterEpoch, assertNotClosed, readOnly } from './epochs/later-epoch.ts';
import { readEpochs } from './epochs/opening.ts';
import { IndexKeys } from './indexes/index-keys.ts';
import type { Node } from './nodes/node.ts';
import { NodeLedger } from './nodes/nodes.ts';
import { assertCurrent, assertRootKey, loadRootKey, rootKeyCheck } from './root/root-key.ts';
import { RootShares } from './root/root-shares.ts';
import type { RootKeySource, SlotSecrets } from './settings.ts';
import { RootSlots } from './slots/root-slots.ts';
import { SlotRegistry } from './slots/slot-registry.ts';
import { BackupKey } from './tree/backup-key.ts';
import { BucketKeys } from './tree/bucket-keys.ts';
import { BucketRotation } from './tree/bucket-rotation.ts';
import { JournalKey } from './tree/journal-key.ts';
import { RecordKeys } from './tree/record-keys.ts';
import { SigningKeys } from './tree/signing-keys.ts';
import { WindowKeys } from './tree/window-keys.ts';
import { claimPlaces } from './upkeep/slot-claims.ts';

export interface Keyring {
  readonly epochs: EpochKeys;
  readonly buckets: BucketKeys;
  readonly records: RecordKeys;
  readonly indexes: IndexKeys;
  readonly windows: WindowKeys;
  readonly signing: SigningKeys;
  /** Drops what this process holds of an erased tenant's keys. */
  forget(tenant: TenantId): void;
  /** Which root slots the vault has; `epochs.slots` are those in force. */
  readonly registry: SlotRegistry;
  readonly rootShares: RootShares;
  /** Everything that is wrapped under epoch keys. */
  readonly wrapped: readonly EpochWrapped[];
  /** What is believed of the vault's nodes. */
  readonly nodes: NodeLedger;
  /** Learns which epochs other processes have begun and closed, wipes what is destroyed from memory, and says so. */
  refresh(): Promise<void>;
  /** Marks the vault's own backups. */
  readonly backups: BackupKey;
  /** Marks the entries of its journal. */
  readonly journal: JournalKey;
  /** Wipes every key in memory, also where something fails. Nothing may use the keyring afterwards. */
  close(): Promise<void>;
}

export interface KeyringOptions {
  readonly store: KeyStore;
  readonly rootKey: RootKeySource;
  readonly slotPath: string;
  readonly slotSecrets?: SlotSecrets | undefined;
  readonly vaultId: string;
  /** The check value stored for this vault; undefined in a vault that has never been opened. */
  readonly expectedCheck: string | undefined;
  /** For the keys of a copy: puts nothing into a slot, and destroys nothing there. */
  readonly readOnly?: boolean;
  /** This process, which says what it has forgotten; absent for a copy, which nobody waits for. */
  readonly node?: Node | undefined;
  /** The root key that is replacing the vault's; epochs that begin are made with it. The caller keeps it. */
  readonly nextRootKey?: Buffer | undefined;
  /** Receives the root key that is the vault's, for those who open it once more; wiped with the keyring, so copy it. */
  readonly unsealed?: ((rootKey: Buffer) => void) | undefined;
  /** The last epoch whose close is remembered outside the stores; asked where an epoch's secret is missing. */
  readonly lastClose?: ((key: JournalKey) => Promise<number>) | undefined;
  readonly random: RandomSource;
  readonly clock: Clock;
}

/**
 * @returns the keyring, and the root key's check value, which must be stored where there was none
 * @throws {StartError} where the root key or an epoch secret is missing or wrong; nothing has been changed
 */
export async function openKeyring(options: KeyringOptions): Promise<{ keyring: Keyring; check: string }> {
  const { store, vaultId, expectedCheck, node, random, clock } = options;
  // The one owner of every key that lives as long as the keyring: wiped when it is closed, or does not open.
  await using owned = new AsyncDisposableStack();
  const own = <K extends { wipe(): void | Promise<void> }>(keys: K): K => owned.adopt(keys, (it) => it.wipe());
  const mayMake = expectedCheck === undefined && !options.readOnly;
  const rootKey = owned.use(secret(await loadRootKey(options.rootKey, random, mayMake)));
  if (expectedCheck !== undefined) assertRootKey(rootKey, vaultId, expectedCheck);
  const check = rootKeyCheck(rootKey, vaultId);
  const next = options.nextRootKey && owned.use(secret(Buffer.from(options.nextRootKey)));
  const sources = {
    ...{ store, rootKey, nextRootKey: next, vaultId, random, clock },
    ...{ filePath: options.slotPath, secrets: options.slotSecrets ?? {} },
  };
  const registry = owned.adopt(new SlotRegistry(sources), (it) => it.close());
  const slots = await openSlots(registry, options.readOnly === true);
  await assertNoLaterEpoch(store, slots);
  const backups = own(new BackupKey(rootKey, vaultId));
  const journal = own(new JournalKey(rootKey, vaultId));
  const nodes = own(new NodeLedger(rootKey, vaultId));
  const rootKeys = next ? [rootKey, next] : [rootKey];
  const epochs = own(new EpochKeys(store, rootKeys, slots, new EpochLedger(rootKey, vaultId)));
  await readEpochs(epochs, store, random, clock()).catch(async (error: unknown) => {
    if (error instanceof StartError) await assertNotClosed(store, await options.lastClose?.(journal));
    throw error;
  });
  await claimPlaces(store, epochs);
  const newest = next === undefined ? check : rootKeyCheck(next, vaultId);
  epochs.rootKeyIsCurrent = (tx) => assertCurrent(tx, newest);
  const indexes = own(new IndexKeys(store, epochs, random, clock));
  const buckets = own(new BucketKeys(store, epochs, random, clock));
  const windows = new WindowKeys(store, epochs, random, clock);
  const signing = new SigningKeys(store, epochs, vaultId as Id<'vault'>, random, clock);
  let wipes = epochs.wipes;
  options.unsealed?.(rootKey);
  const held = owned.move();
  const keyring: Keyring = {
    epochs,
    backups,
    journal,
    registry,
    buckets,
    records: new RecordKeys(buckets, indexes, random),
    indexes,
    windows,
    signing,
    rootShares: new RootShares(store, rootKey, vaultId, random),
    nodes,
    wrapped: [new BucketRotation(epochs, random), ...[indexes, windows, signing].map((kind) => kind.underEpochs)],
    async refresh() {
      // K1 may have replaced a bucket key of a closed epoch, so none of them stays in memory.
      await epochs.refresh();
      if (epochs.wipes !== wipes) buckets.wipe();
      wipes = epochs.wipes;
      await node?.confirm(epochs.forgottenThrough);
    },
    forget(tenant) {
      buckets.forget(tenant);
      indexes.forget(tenant);
    },
    close: () => held.disposeAsync(),
  };
  return { keyring, check };
}

/** @throws {StartError} where the list of slots is not as this vault wrote it */
async function openSlots(registry: SlotRegistry, isReadOnly: boolean): Promise<RootSlots> {
  const list = async () => (await registry.inForce()).map((slot) => (isReadOnly ? readOnly(slot) : slot));
  try {
    return new RootSlots(await list(), list);
  } catch (error) {
    if (!(error instanceof IntegrityError)) throw error;
    throw new StartError(
      'The list of root slots in the key store is not as this vault wrote it: a row was added, changed or removed, or the root key is another. Restore the key store.',
    );
  }
}
