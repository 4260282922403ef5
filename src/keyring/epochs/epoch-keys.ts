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
import { UnavailableError, VaultError } from '../../errors.ts';
import type { Id, TenantId } from '../../ids.ts';
import { wipe } from '../../secret.ts';
import type { KeyStore, KeyTx } from '../../storage/tx.ts';
import { remembered } from '../remembered.ts';
import type { RootSlots } from '../slots/root-slots.ts';
import { EpochSecretMissingError } from '../slots/slot-errors.ts';
import { type EpochRow, epochByNumber, epochByNumberShared } from '../tables.ts';
import type { EpochLedger } from './epoch-ledger.ts';
import { allEpochs } from './epoch-states.ts';

export const SECRET_BYTES = 32;
const CHECK_BYTES = 16;
export const FIRST_EPOCH = 1;
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
export type Owner = TenantId | Id<'vault'>;

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

  /**
   * @param rootKeys the vault's, and behind it the one that is to replace it, if any; owned by this object from here on
   * @param ledger owned by this object, too
   */
  constructor(store: KeyStore, rootKeys: readonly Buffer[], slots: RootSlots, ledger: EpochLedger) {
    this.#store = store;
    this.#rootKeys = [...rootKeys];
    this.slots = slots;
    this.ledger = ledger;
  }

  /** The epoch under which new keys are wrapped, as far as this process knows. */
  get current(): number {
    return this.#current;
  }

  /** Grows when a `refresh`, whoever asked for it, has wiped something. */
  get wipes(): number {
    return this.#wipes;
  }

  /**
   * The last `refresh` found every epoch up to this one destroyed, by the vault's own act, and nothing of them is left
   * in memory. What a row alone says would have a node sign what it has not done.
   */
  get forgottenThrough(): number {
    return this.#forgottenThrough;
  }

  /** Learns what other processes have begun and closed, and wipes what is destroyed. */
  async refresh(): Promise<void> {
    let through = 0;
    for (const { epoch, state } of await allEpochs(this.#store.reader)) {
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

  /**
   * Whether an epoch's keys are made with the newest root key.
   * @throws {UnavailableError} where no slot has its secret
   */
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
    wipe(this.#rootKeys);
    this.ledger.wipe();
    await this.slots.close();
  }

  /** Reads the secret of an epoch, unless it is known. @throws {UnavailableError} as `keyOf` does */
  async read(epoch: number): Promise<void> {
    await this.#open(epoch);
  }

  #open(epoch: number): Promise<Opened> {
    if (this.#destroyed.has(epoch)) return Promise.reject(closed());
    return remembered(this.#opened, epoch, () => this.#load(epoch));
  }

  async #load(epoch: number): Promise<Opened> {
    const [[row] = []] = await this.#store.reader.find(epochByNumber, [[epoch]]);
    if (row === undefined || row.state === 'destroyed') throw closed();
    const found = await this.slots.get(epoch, (candidate) => this.isRight(row, candidate));
    if (found === undefined) throw new EpochSecretMissingError(epoch);
    return { secret: found, rootKey: this.#rootOf(row, found) as Buffer };
  }

  #rootOf({ epoch, secret_check }: Pick<EpochRow, 'epoch' | 'secret_check'>, secret: Uint8Array): Buffer | undefined {
    if (secret_check === null) return undefined;
    return this.#rootKeys.find((rootKey) => equalBytes(checkUnder(rootKey, secret, epoch), secret_check));
  }

  async #forget(epoch: number): Promise<void> {
    const opened = await this.#opened.get(epoch)?.catch(() => undefined);
    wipe(opened?.secret);
    this.#opened.delete(epoch);
    for (const [name, key] of this.#keys) {
      if (!name.startsWith(`${epoch}/`)) continue;
      wipe(key);
      this.#keys.delete(name);
    }
  }
}

function checkUnder(rootKey: Uint8Array, secret: Uint8Array, epoch: number): Buffer {
  return deriveKey(rootKey, 'lethe/epoch-secret-check/1', secret, epoch).subarray(0, CHECK_BYTES);
}

function closed(): UnavailableError {
  return new UnavailableError('key_unavailable', 'The epoch of this key is closed.');
}
