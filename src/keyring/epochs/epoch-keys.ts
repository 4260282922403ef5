/**
 * Epoch secrets in memory, and the epoch keys made from them: R_e = KDF(RK, E_e, tenant). Without E_e there is no R_e
 * (K2), and E_e exists only here and in the root slots.
 *
 * Guarantees: a secret is used only if it fits the check value in its epoch's row; nothing is wrapped under an epoch
 * that is being closed, because whoever wraps asks `assertActive` in the same transaction; a secret whose epoch is
 * destroyed is wiped from memory at the next `refresh`, and cannot be loaded again.
 * Does not: reach the memory of a process that does not refresh, or a core dump of one.
 */
import { deriveKey } from '../../crypto/kdf.ts';
import { equalBytes } from '../../crypto/mac.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { StartError, UnavailableError, VaultError } from '../../errors.ts';
import type { Id, TenantId } from '../../ids.ts';
import { change, first } from '../../storage/queries.ts';
import type { KeyStore, KeyTx } from '../../storage/tx.ts';
import { type RootSlots, storeIn } from '../slots/root-slots.ts';
import { EpochSecretMissingError } from '../slots/slot-errors.ts';
import {
  buckets,
  type EpochRow,
  epochByNumber,
  epochByNumberShared,
  epochSlots,
  epochs,
  givenTo,
  indexKeys,
  signingKeys,
  windows,
} from '../tables.ts';
import type { EpochLedger } from './epoch-ledger.ts';
import { allEpochs } from './epoch-states.ts';

export const SECRET_BYTES = 32;
const CHECK_BYTES = 16;
const FIRST_EPOCH = 1;
/** How often work that an epoch's end undid is tried again. */
const MAX_TRIES = 4;

/** The epoch under which something was to be wrapped is being closed. Nothing has been stored. */
export class EpochEndedError extends VaultError {
  constructor() {
    super('concurrent_change', 'The key epoch ended meanwhile; try again.');
  }
}

interface Opened {
  readonly secret: Buffer;
  /** The root key with which it makes the epoch's keys; the vault has two while its root key is replaced. */
  readonly rootKey: Buffer;
}

/** Whose keys: a tenant's, or the vault's own. */
type Owner = TenantId | Id<'vault'>;

export class EpochKeys {
  readonly #store: KeyStore;
  readonly slots: RootSlots;
  readonly ledger: EpochLedger;
  /** The newest last. */
  readonly #rootKeys: Buffer[];
  #current = FIRST_EPOCH;
  readonly #opened = new Map<number, Promise<Opened>>();
  readonly #keys = new Map<string, Buffer>();
  readonly #destroyed = new Set<number>();
  #wipes = 0;
  #forgottenThrough = 0;

  private constructor(keyStore: KeyStore, rootKeys: readonly Buffer[], slots: RootSlots, ledger: EpochLedger) {
    this.#store = keyStore;
    this.#rootKeys = [...rootKeys];
    this.slots = slots;
    this.ledger = ledger;
  }

  /**
   * Reads the secret of every epoch under which something is wrapped; makes epoch 1 in a vault that has none.
   * @param rootKeys the vault's, and behind it the one that is to replace it, if any; owned by this object from here on
   * @param ledger owned by this object, too
   * @throws {StartError} where no slot holds a secret that is needed
   */
  static async open(
    keyStore: KeyStore,
    rootKeys: readonly Buffer[],
    slots: RootSlots,
    ledger: EpochLedger,
    random: RandomSource,
    now: Date,
  ): Promise<EpochKeys> {
    const keys = new EpochKeys(keyStore, rootKeys, slots, ledger);
    let rows = await keys.#rows();
    if (rows.length === 0) {
      await keys.#makeFirst(random, now);
      rows = await keys.#rows();
    }
    for (const row of rows.filter(({ state }) => state === 'active' || state === 'deactivated')) {
      if (row.secret_check === null) await keys.#adopt(row);
      else if (row.state === 'active' || !(await isEmpty(keyStore, row.epoch)))
        await keys.#open(row.epoch).catch(orRefuseToStart);
    }
    await keys.refresh();
    return keys;
  }

  /** The epoch under which new keys are wrapped, as far as this process knows. */
  get current(): number {
    return this.#current;
  }

  /** Grows whenever a `refresh`, whoever asked for it, has wiped something. */
  get wipes(): number {
    return this.#wipes;
  }

  /**
   * The last `refresh` found every epoch up to this one destroyed, by the vault's own act, and nothing of them is left in
   * memory. What a row alone says would have a node sign what it has not done.
   */
  get forgottenThrough(): number {
    return this.#forgottenThrough;
  }

  /** Learns what other processes have begun and closed, and wipes what is destroyed. */
  async refresh(): Promise<void> {
    let through = 0;
    for (const { epoch, state } of await this.#rows()) {
      if (state === 'destroyed' && epoch === through + 1) through = epoch;
      if (state === 'active') this.#current = Math.max(this.#current, epoch);
      if (state !== 'destroyed' || this.#destroyed.has(epoch)) continue;
      this.#destroyed.add(epoch);
      await this.#forget(epoch);
      this.#wipes += 1;
    }
    this.#forgottenThrough = Math.min(through, await this.ledger.destroyedThrough(this.#store.reader));
  }

  /**
   * @returns 32 bytes owned by the caller
   * @throws {UnavailableError} for an epoch that is destroyed, or whose secret no slot hands out
   */
  async keyOf(epoch: number, owner: Owner): Promise<Buffer> {
    const name = `${epoch}/${owner}`;
    const known = this.#keys.get(name);
    if (known !== undefined) return Buffer.from(known);
    const { secret, rootKey } = await this.#open(epoch);
    if (this.#destroyed.has(epoch)) throw closed();
    const key = deriveKey(rootKey, 'lethe/epoch-key/1', secret, epoch, owner);
    this.#keys.set(name, key);
    return Buffer.from(key);
  }

  /** Holds an epoch open until the transaction ends. @throws {EpochEndedError} where it is not the active one */
  async assertActive(tx: KeyTx, epoch: number): Promise<void> {
    const [[row] = []] = await tx.find(epochByNumberShared, [[epoch]]);
    if (row?.state !== 'active') throw new EpochEndedError();
  }

  /** Runs work that wraps under the current epoch, and again under the next one where that began meanwhile. */
  async underCurrent<R>(work: (epoch: number) => Promise<R>): Promise<R> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work(this.#current);
      } catch (error) {
        if (!(error instanceof EpochEndedError) || attempt === MAX_TRIES) throw error;
        await this.refresh();
      }
    }
  }

  /**
   * Asked first in each transaction that begins an epoch: whether the newest root key here is still the vault's. A
   * process that slept while the root key was replaced would begin an epoch that nobody else can open.
   * @throws {UnavailableError}
   */
  rootKeyIsCurrent: (tx: KeyTx) => Promise<void> = async () => {};

  /** Whether an epoch's keys are made with the newest root key. @throws {UnavailableError} where no slot has its secret */
  async isUnderNewest(epoch: number): Promise<boolean> {
    return (await this.#open(epoch)).rootKey === this.#rootKeys.at(-1);
  }

  /** Adds the root key that is to replace the present one: epochs that begin from here on are made with it. */
  addRootKey(key: Buffer): void {
    this.#rootKeys.push(key);
  }

  /** Says which secret belongs to an epoch that is to begin, and gives nothing else away about it. */
  checkOf(secret: Uint8Array, epoch: number): Buffer {
    return checkUnder(this.#rootKeys.at(-1) as Buffer, secret, epoch);
  }

  /** Whether a secret is the one that an epoch's row speaks of. */
  isRight(row: Pick<EpochRow, 'epoch' | 'secret_check'>, secret: Uint8Array): boolean {
    return this.#rootOf(row, secret) !== undefined;
  }

  async wipe(): Promise<void> {
    for (const epoch of [...this.#opened.keys()]) await this.#forget(epoch);
    for (const key of this.#rootKeys) key.fill(0);
    this.ledger.wipe();
    await this.slots.close();
  }

  #rows(): Promise<EpochRow[]> {
    return allEpochs(this.#store.reader);
  }

  #open(epoch: number): Promise<Opened> {
    if (this.#destroyed.has(epoch)) return Promise.reject(closed());
    let opened = this.#opened.get(epoch);
    if (opened === undefined) {
      opened = this.#load(epoch);
      this.#opened.set(epoch, opened);
      opened.catch(() => this.#opened.delete(epoch));
    }
    return opened;
  }

  async #load(epoch: number): Promise<Opened> {
    const [[row] = []] = await this.#store.reader.find(epochByNumber, [[epoch]]);
    if (row === undefined || row.state === 'destroyed') throw closed();
    const secret = await this.slots.get(epoch, (candidate) => this.isRight(row, candidate));
    if (secret === undefined) throw new EpochSecretMissingError(epoch);
    return { secret, rootKey: this.#rootOf(row, secret) as Buffer };
  }

  #rootOf({ epoch, secret_check }: Pick<EpochRow, 'epoch' | 'secret_check'>, secret: Uint8Array): Buffer | undefined {
    if (secret_check === null) return undefined;
    return this.#rootKeys.find((rootKey) => equalBytes(checkUnder(rootKey, secret, epoch), secret_check));
  }

  async #forget(epoch: number): Promise<void> {
    const opened = await this.#opened.get(epoch)?.catch(() => undefined);
    opened?.secret.fill(0);
    this.#opened.delete(epoch);
    for (const [name, key] of this.#keys) {
      if (!name.startsWith(`${epoch}/`)) continue;
      key.fill(0);
      this.#keys.delete(name);
    }
  }

  /** The secret is durable in every required slot before the epoch's row says that it exists (K4). */
  async #makeFirst(random: RandomSource, now: Date): Promise<void> {
    const secret = (await this.slots.get(FIRST_EPOCH, () => true)) ?? random(SECRET_BYTES);
    try {
      for (const slot of this.slots.required) await storeFirst(slot, secret);
      const at = now.getTime();
      const times = { created_at: at, activated_at: at, deactivated_at: null, closed_at: null };
      const never = { compromised_at: null, verified_at: null, tag: null };
      const row = {
        epoch: FIRST_EPOCH,
        state: 'active',
        secret_check: this.checkOf(secret, FIRST_EPOCH),
        ...times,
        ...never,
      };
      await this.#store.exclusive(async (tx) => {
        await tx.insert(epochs, [row], 'skip');
        await tx.insert(epochSlots, this.#held(FIRST_EPOCH, at), 'skip');
      });
    } finally {
      secret.fill(0);
    }
  }

  /** An epoch of the first releases: its row gets the check value of the secret that the slots hold. */
  async #adopt(row: EpochRow): Promise<void> {
    const { epoch } = row;
    const secret = await this.slots.get(epoch, () => true);
    if (secret === undefined) throw new EpochSecretMissingError(epoch);
    const secret_check = this.checkOf(secret, epoch);
    secret.fill(0);
    await this.#store.exclusive(async (tx) => {
      await change(tx, epochs, { epoch, secret_check: null }, { secret_check, activated_at: row.created_at });
      await tx.insert(epochSlots, this.#held(epoch, row.created_at), 'skip');
    });
  }

  #held(epoch: number, at: number) {
    return this.slots.required.map((slot) => givenTo(slot.name, epoch, at));
  }
}

/** Another process that opens this vault for the first time may have been quicker: its secret is the one. */
async function storeFirst(slot: RootSlots['required'][number], secret: Buffer): Promise<void> {
  const theirs = await slot.get(FIRST_EPOCH);
  if (theirs === undefined) {
    await storeIn(slot, FIRST_EPOCH, secret).catch(async (error: unknown) => {
      const since = await slot.get(FIRST_EPOCH);
      if (since === undefined) throw error;
      since.copy(secret);
    });
    return;
  }
  theirs.copy(secret);
}

/** The tables of what is wrapped under epochs: those of the keyring's `wrapped`, which do not exist yet when this is asked. */
export const TABLES_UNDER_EPOCHS = [buckets, indexKeys, windows, signingKeys];

/** Whether nothing is wrapped under an epoch whose closing was interrupted; its secret may then be gone. */
async function isEmpty(keyStore: KeyStore, epoch: number): Promise<boolean> {
  for (const table of TABLES_UNDER_EPOCHS) {
    if ((await first(keyStore.reader, table, { columns: ['epoch'], where: { epoch } })) !== undefined) return false;
  }
  return true;
}

function checkUnder(rootKey: Uint8Array, secret: Uint8Array, epoch: number): Buffer {
  return deriveKey(rootKey, 'lethe/epoch-secret-check/1', secret, epoch).subarray(0, CHECK_BYTES);
}

function orRefuseToStart(error: unknown): never {
  throw error instanceof EpochSecretMissingError ? new StartError(error.message) : error;
}

function closed(): UnavailableError {
  return new UnavailableError('key_unavailable', 'The epoch of this key is closed.');
}
