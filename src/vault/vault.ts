/**
 * The composition root: opens the two stores and the keyring, checks that they belong together, and hands the whole to
 * the verbs. An empty home initialises itself.
 *
 * Refuses to open, and changes nothing, when the stores belong to different vaults, when the root key or an epoch
 * secret is missing or another's, or when the key store is older than the record store (it was restored from a
 * backup and may hold keys of erased records again).
 *
 * What ended while no process ran is destroyed before the vault is handed out.
 */

import { join } from 'node:path';
import { Catalogue } from '../catalogue/catalogue.ts';
import { type Clock, systemClock } from '../clock.ts';
import { type Config, DEFAULT_PLANNED_RECORDS } from '../config.ts';
import { PasswordHasher, type PasswordHasherOptions } from '../crypto/password-hash.ts';
import { pooledRandom, type RandomSource } from '../crypto/random.ts';
import { codeOf, StartError, UnavailableError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import { newId } from '../ids.ts';
import type { Parts } from '../intake/parts.ts';
import { keyFact, keyFacts } from '../keyring/facts.ts';
import { type Keyring, openKeyring } from '../keyring/keyring.ts';
import { assertNotReplacing, assertReplacing } from '../keyring/root-key.ts';
import { areMirrored } from '../records/tombstones.ts';
import { bitsFor } from '../search/blind-index.ts';
import { openStore } from '../storage/open-store.ts';
import { lookup, table } from '../storage/table.ts';
import type { KeyStore, RecordStore } from '../storage/tx.ts';
import { initialise } from './initialise.ts';
import { newSignals, type Signals } from './signals.ts';

export interface Vault extends Parts {
  readonly clock: Clock;
  readonly signals: Signals;
  /** Where the first administrator's API key was written, in a vault that has just been made. */
  readonly firstKeyPath: string | undefined;
  /**
   * Runs work that no caller waits for, and that `close` waits for; its failure is a signal, named `job`. Runs nothing
   * once the vault is closing.
   */
  later(job: string, work: () => Promise<void>): void;
  /** Finishes what was accepted, closes the stores and wipes the keys. */
  close(): Promise<void>;
}

export type VaultConfig = Pick<Config, 'rootKey' | 'recordStoreUrl' | 'keyStoreUrl' | 'keysPath'> &
  Partial<Pick<Config, 'plannedRecords'>>;

export interface VaultOptions {
  readonly clock?: Clock;
  readonly random?: RandomSource;
  /** Of new password verifiers; tests take weak ones, which are quick. */
  readonly passwords?: Pick<PasswordHasherOptions, 'params'>;
  /** Opens although the key store lacks erasures, to run `recover` and nothing else. */
  readonly recovering?: boolean;
  /** The root key that is to replace the vault's: opens it with both, for `replaceRoot`, also where that was begun. */
  readonly nextRootKey?: Buffer;
}

/** @throws {StartError} saying what to do; @throws {UnavailableError} where a store does not answer */
export async function openVault(config: VaultConfig, options: VaultOptions = {}): Promise<Vault> {
  const recordStore = await openStore('records', config.recordStoreUrl);
  try {
    const keyStore = await openStore('keys', config.keyStoreUrl);
    try {
      return await assemble(config, recordStore, keyStore, options);
    } catch (error) {
      await keyStore.close();
      throw error;
    }
  } catch (error) {
    await recordStore.close();
    throw error;
  }
}

async function assemble(
  config: VaultConfig,
  recordStore: RecordStore,
  keyStore: KeyStore,
  { clock = systemClock, random = pooledRandom(), passwords = {}, recovering = false, nextRootKey }: VaultOptions,
): Promise<Vault> {
  const vaultId = await agreeOnId(recordStore, keyStore, newId('vault', random, clock()));
  const expectedCheck = await keyFact(keyStore.reader, 'root_key_check');
  if (nextRootKey === undefined) await assertNotReplacing(keyStore.reader);
  else await assertReplacing(keyStore.reader, nextRootKey, vaultId);
  const { keyring, check } = await openKeyring({
    store: keyStore,
    rootKey: config.rootKey,
    slotPath: join(config.keysPath, 'epochs'),
    vaultId,
    expectedCheck,
    nextRootKey,
    random,
    clock,
  });
  if (expectedCheck === undefined) {
    const row = { name: 'root_key_check', value: check };
    const [standing] = await keyStore.exclusive((tx) => tx.insertOrGet(keyFacts, [row]));
    if (standing?.value !== check) {
      throw new StartError('Another process opened this vault for the first time with another root key.');
    }
  }
  if (!recovering) await assertKeyStoreIsCurrent(recordStore, keyStore);
  const { indexes } = keyring;
  const signals = newSignals();
  const hasher = new PasswordHasher({ random, ...passwords });
  const parts = {
    ...{ recordStore, keyStore, keyring, random, clock, signals, hasher },
    catalogue: new Catalogue(recordStore.reader, indexes, clock),
    indexer: { indexes, sharedBits: bitsFor(config.plannedRecords ?? DEFAULT_PLANNED_RECORDS) },
  };
  await shredEndedWindows(parts.keyring);
  const firstKeyPath = await initialise(parts, config.keysPath);
  const underway = new Set<Promise<void>>();
  let closing = false;
  return {
    ...parts,
    firstKeyPath,
    later(name, work) {
      const done = (closing ? shuttingDown() : work())
        .catch((error: unknown) => void signals.emit('job', { name, failed: codeOf(error), changed: 0 }))
        .finally(() => underway.delete(done));
      underway.add(done);
    },
    async close() {
      closing = true;
      await Promise.all(underway);
      await hasher.close();
      await Promise.all([recordStore.close(), keyStore.close()]);
      await keyring.close();
    },
  };
}

async function shuttingDown(): Promise<never> {
  throw new UnavailableError('shutting_down', 'The vault is shutting down.');
}

/** Windows that ended while no process ran: nothing is served before their keys are destroyed. */
async function shredEndedWindows({ windows }: Keyring): Promise<void> {
  await windows.shred();
  // Another process may be reading; then the background work tries again.
  await windows.scrub().catch(() => {});
}

const recordFacts = table('records', 'vault_facts', { name: 'text', value: 'text' }, ['name']);
const recordFactByName = lookup(recordFacts, ['name']);

/** Both stores carry the vault's id; the key store's is written first, so a crash between the two is made good. */
async function agreeOnId(recordStore: RecordStore, keyStore: KeyStore, fresh: string): Promise<string> {
  const row = { name: 'vault', value: fresh };
  const known = (await recordStore.reader.find(recordFactByName, [['vault']]))[0]?.[0]?.value;
  const inKeys = await keyFact(keyStore.reader, 'vault');
  if (known !== undefined && inKeys === undefined) {
    throw new StartError(
      'The key store is empty, but the record store holds a vault. Check KEY_STORE_URL and LETHE_HOME; if they are right, restore the key store.',
    );
  }
  // The check value is written after both ids are: where it is, a record store was there.
  if (known === undefined && (await keyFact(keyStore.reader, 'root_key_check')) !== undefined) {
    throw new StartError('The record store is empty, but the key store holds a vault. Restore the record store.');
  }
  const [keyRow] = await keyStore.exclusive((tx) => tx.insertOrGet(keyFacts, [row]));
  const vaultId = keyRow?.value ?? fresh;
  const [recordRow] = await recordStore.exclusive((tx) =>
    tx.insertOrGet(recordFacts, [{ name: 'vault', value: vaultId }]),
  );
  if (recordRow?.value !== vaultId) {
    throw new StartError(
      'The record store and the key store belong to two different vaults. Nothing has been changed.',
    );
  }
  return vaultId;
}

/** More than one, because the clocks of two nodes differ a little. */
const ERASURES_CHECKED = 20;

/**
 * The erasures whose keys were destroyed last must be known to the key store, each to its last key; if they are not,
 * the key store was put back. Not those ordered last: an interrupted one is carried out after later ones.
 */
async function assertKeyStoreIsCurrent(recordStore: RecordStore, keyStore: KeyStore): Promise<void> {
  const newest = await recordStore.reader.query<{ tenant: TenantId; erasure: string }>((sql) =>
    sql('erasures')
      .select('tenant', 'erasure')
      .where({ state: 'completed' })
      .andWhere('records', '>', 0)
      .orderBy('shredded_at', 'desc')
      .limit(ERASURES_CHECKED),
  );
  for (const { tenant, erasure } of newest) {
    const [key] = await recordStore.reader.query<{ record: string; generation: number }>((sql) =>
      sql('tombstones').select('record', 'generation').where({ tenant, erasure }).orderBy('record', 'desc').limit(1),
    );
    const [mirrored] = key === undefined ? [false] : await areMirrored(keyStore.reader, tenant, [key]);
    if (!mirrored) {
      throw new StartError(
        'The key store is older than the record store: it lacks the latest erasures and may hold erased keys. ' +
          'Run `npm run lethe -- recover`, which destroys them again, then start.',
      );
    }
  }
}
