/**
 * The composition root. It opens the two stores and the keyring, checks that they belong together, and hands the whole
 * to the operations. It makes a vault only where nothing of one is, and only if asked to (`home.ts`).
 *
 * It refuses to open, and changes nothing, when the stores belong to different vaults, when the root key or an epoch
 * secret is missing or another vault's, when one of the stores is older than the other, being restored from a backup
 * (`agreement.ts`), or when the file system lets others read the keys (`keyring/private-files.ts`).
 *
 * What ended while no process ran is destroyed before the vault is handed out. While the vault is open, other processes
 * know of it (`keyring/nodes/node.ts`); once a store was replaced under it, it serves no more.
 */

import { AccessBooks } from '../access/roles/access-books.ts';
import { Catalogue } from '../catalogue/catalogue.ts';
import { systemClock } from '../clock.ts';
import { PasswordHasher } from '../crypto/password-hash.ts';
import { pooledRandom } from '../crypto/random.ts';
import { codeOf, StartError, UnavailableError } from '../errors.ts';
import { GuessBudgets } from '../guesses/budgets.ts';
import { newId } from '../ids.ts';
import { journalIn } from '../journal/files.ts';
import { Journal } from '../journal/journal.ts';
import { epochInUse } from '../keyring/epochs/epoch-states.ts';
import { keyFact, keyFactOrSet } from '../keyring/key-store-facts.ts';
import { type Keyring, openKeyring } from '../keyring/keyring.ts';
import { Node } from '../keyring/nodes/node.ts';
import { amongOthers } from '../keyring/nodes/node-admission.ts';
import { assertPrivateKeys } from '../keyring/private-files.ts';
import { assertNotReplacing, assertReplacing } from '../keyring/root/root-key.ts';
import type { RootKeySource } from '../keyring/settings.ts';
import type { JournalKey } from '../keyring/tree/journal-key.ts';
import { networksOf } from '../network-address.ts';
import { bitsFor } from '../search/blind-index.ts';
import { DEFAULT_PLANNED_RECORDS } from '../settings.ts';
import { STORE_LIMITS } from '../storage/limits.ts';
import { openStore } from '../storage/opening/open-store.ts';
import type { KeyStore, RecordStore } from '../storage/tx.ts';
import { adoptPurposes } from './adopt-purposes.ts';
import { agreeOnId, assertAgreement, assertEpochIsKnown } from './agreement.ts';
import { startBeat } from './beat.ts';
import { type FoundVault, findOrBegin, findVault, giveUp, nameHome } from './home.ts';
import { initialise } from './initialise.ts';
import { noteRestores } from './note-restores.ts';
import { newSignals } from './signals.ts';
import { epochsPathOf, type Vault, type VaultConfig, type VaultOptions } from './vault.ts';

const CALL_LIMIT_MS = 30_000;

/** A vault while it is opened. */
interface Opening {
  readonly config: VaultConfig;
  readonly found: FoundVault;
  readonly recordStore: RecordStore;
  readonly keyStore: KeyStore;
  readonly options: VaultOptions & Required<Pick<VaultOptions, 'clock' | 'random'>>;
}

/** @throws {StartError} saying what to do; @throws {UnavailableError} if a store does not answer */
export async function openVault(config: VaultConfig, options: VaultOptions = {}): Promise<Vault> {
  await assertPrivateKeys(config.keysPath, config.rootKey);
  const { clock = systemClock, random = pooledRandom(), mayMake = false } = options;
  const found = mayMake ? await findOrBegin(config, newId('vault', random, clock())) : await findVault(config);
  // A copy may say of its store that it went back.
  const recovering = options.recovering === true || options.drilling === true;
  const opening = { recovering, limits: { ...STORE_LIMITS, ...options.limits } };
  // Where no store can be made, as on a standby, nothing is left of a vault that this call has begun.
  const orGiveUp = async (error: unknown): Promise<never> => {
    if (error instanceof StartError) await giveUp(config, found);
    throw error;
  };
  const recordStore = await openStore('records', config.recordStoreUrl, opening).catch(orGiveUp);
  try {
    const keyStore = await openStore('keys', config.keyStoreUrl, opening).catch(orGiveUp);
    try {
      return await assemble({ config, found, recordStore, keyStore, options: { ...options, clock, random } });
    } catch (error) {
      await keyStore.close();
      throw error;
    }
  } catch (error) {
    await recordStore.close();
    throw error;
  }
}

async function assemble(opening: Opening): Promise<Vault> {
  const { config, found, recordStore, keyStore, options } = opening;
  const { clock, random, drilling = false } = options;
  await agreeOnId(recordStore, keyStore, found.vaultId).catch(async (error: unknown) => {
    // Another home was quicker. A store that did not answer does not say so: the making then goes on later.
    if (error instanceof StartError) await giveUp(config, found);
    throw error;
  });
  await assertEpochIsKnown(recordStore, keyStore);
  if (drilling) return assembleAs(opening, undefined);
  const kind = options.process ?? 'command';
  const announced = { store: keyStore, keysPath: config.keysPath, kind, random, clock, look: options.look };
  const node = await Node.announce(announced);
  try {
    return await assembleAs(opening, node);
  } catch (error) {
    await node.leave().catch(() => {});
    throw await amongOthers(error, keyStore, node.name);
  }
}

async function assembleAs(opening: Opening, node: Node | undefined): Promise<Vault> {
  const { config, found, keyStore, options } = opening;
  const { clock, random, drilling = false, nextRootKey } = options;
  const { vaultId } = found;
  const expectedCheck = await keyFact(keyStore.reader, 'root_key_check');
  if (nextRootKey === undefined) await assertNotReplacing(keyStore.reader);
  else await assertReplacing(keyStore.reader, nextRootKey, vaultId);
  const opened = await openKeyring({
    store: keyStore,
    rootKey: config.rootKey,
    slotPath: epochsPathOf(config),
    slotSecrets: config.slotSecrets,
    vaultId,
    expectedCheck,
    readOnly: drilling,
    node,
    nextRootKey,
    unsealed: options.unsealed,
    lastClose: (key) => journalOf(opening, key).lastClose(),
    random,
    clock,
  });
  try {
    if (expectedCheck === undefined) await noteCheck(keyStore, opened.check);
    return await complete(opening, node, opened.keyring);
  } catch (error) {
    // Before the process's row is removed: nobody waits for it after that.
    await opened.keyring.close().catch(() => {});
    throw error;
  }
}

async function noteCheck(keyStore: KeyStore, check: string): Promise<void> {
  const standing = await keyStore.exclusive((tx) => keyFactOrSet(tx, 'root_key_check', check));
  if (standing !== check) {
    throw new StartError('Another process opened this vault for the first time with another root key.');
  }
}

async function complete(opening: Opening, node: Node | undefined, keyring: Keyring): Promise<Vault> {
  const { config, found, recordStore, keyStore, options } = opening;
  const { clock, random, passwords = {}, mayMake = false, recovering = false, drilling = false } = options;
  const journal = journalOf(opening, keyring.journal);
  if (!recovering && !drilling) await assertAgreement(recordStore, keyStore, journal);
  const { indexes } = keyring;
  await node?.join(keyring, options.visiting);
  const signals = newSignals();
  const hasher = new PasswordHasher({ random, ...passwords });
  const parts = {
    ...{
      recordStore,
      keyStore,
      keyring,
      journal,
      random,
      clock,
      signals,
      hasher,
      rootKeyFrom: originOf(config.rootKey),
    },
    ...{ rotateEveryMs: config.rotateEveryMs, node: node?.name },
    apiKeysLastMs: config.apiKeysLastMs,
    ...{ backupDir: config.backupDir, keyBackupDir: config.keyBackupDir },
    hookNetworks: networksOf(config.hookNetworks ?? []),
    catalogue: new Catalogue(recordStore.reader, indexes, clock),
    accessBooks: new AccessBooks(indexes),
    indexer: { indexes, sharedBits: bitsFor(config.plannedRecords ?? DEFAULT_PLANNED_RECORDS) },
  };
  const guesses = new GuessBudgets(recordStore, indexes, clock, {
    refused: () => void signals.emit('guessesRefused'),
    alarm: (budget) => void signals.emit('guessesAlarm', { budget }),
  });
  if (!drilling) await shredEndedWindows(parts.keyring);
  const firstKeyPath = drilling
    ? undefined
    : await initialise(parts, config.keysPath, { mayMake, isBegun: found.isBegun });
  if (!drilling) await nameHome(config, found);
  if (!drilling) await noteRestores(parts, { agree: !recovering });
  if (!drilling && !recovering) await adoptPurposes(parts);
  const beat = startBeat({ recordStore, keyStore, signals }, node);
  const underway = new Set<Promise<void>>();
  let closing = false;
  return {
    ...parts,
    guesses,
    firstKeyPath,
    callLimitMs: options.limits?.callMs ?? CALL_LIMIT_MS,
    later(name, work) {
      const done = (closing ? shuttingDown() : work())
        .catch((error: unknown) => void signals.emit('job', { name, failed: codeOf(error), changed: 0 }))
        .finally(() => underway.delete(done));
      underway.add(done);
    },
    assertInPlace: beat.assertInPlace,
    lookInPlace: beat.look,
    beat: beat.now,
    async close() {
      closing = true;
      try {
        await Promise.all(underway);
        // Callers only lose what is not given back.
        await guesses.close().catch(() => {});
        await beat.stop();
        await hasher.close();
        await journal.close();
      } finally {
        try {
          // Others wait until nothing of a key is in this process's memory; it signs off by way of the key store.
          await keyring.close();
          await beat.leave();
        } finally {
          await Promise.all([recordStore.close(), keyStore.close()]);
        }
      }
    },
  };
}

/** Where the root key came from, whoever has handed it on since. */
function originOf(source: RootKeySource): RootKeySource['from'] {
  return source.from === 'environment' ? (source.of ?? source.from) : source.from;
}

/** In the node's home, and beside the copies of the key store. A copy that is tried out has none, and asks none. */
function journalOf({ config, found, keyStore, options }: Opening, key: JournalKey): Journal {
  const folders = [config.keysPath, ...(config.keyBackupDir === undefined ? [] : [config.keyBackupDir])];
  return new Journal({
    places: options.drilling ? [] : folders.map((folder) => journalIn(folder, found.vaultId)),
    key,
    epoch: () => epochInUse(keyStore.reader),
    random: options.random,
  });
}

async function shuttingDown(): Promise<never> {
  throw new UnavailableError('shutting_down');
}

/** Destroys the keys of windows that ended while no process ran, before anything is served. */
async function shredEndedWindows({ windows }: Keyring): Promise<void> {
  await windows.shred();
  // Another process may be reading; the background work then tries again.
  await windows.scrub().catch(() => {});
}
