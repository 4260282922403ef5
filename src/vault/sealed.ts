/**
 * A vault that waits for the shares of its root key. It has looked at both stores and holds no key. Each share is
 * judged alone as it comes. With the last one the root key is put together, checked and wiped again, and the vault is
 * open.
 *
 * Guarantees: shares are judged one after the other, so that two at the same moment count as two, and the same one
 * twice counts once. A refused share changes nothing. If the vault does not open although the shares were right, it
 * stays sealed and the last share can be given again. What was given is wiped when the vault is open, when 30 minutes
 * have passed since the first share, when another set came into force, and at the end.
 *
 * In a flood of refused shares, 20 judgements a minute say why; after those, a refusal gives no reason, and a right
 * share still counts: a stranger cannot keep the holders out. No guess ever succeeds: a share is 256 random bits.
 * Does not: know who gave a share. The audit log names the shares by number; the company keeps the list of their
 * holders.
 */
import { firstTenant } from '../access/first-tenant.ts';
import { appendOwnEntry } from '../audit/entries.ts';
import { type Clock, systemClock } from '../clock.ts';
import { pooledRandom, type RandomSource } from '../crypto/random.ts';
import { codeOf, StartError, UnavailableError, VaultError } from '../errors.ts';
import { newId, type RequestId, type VaultId } from '../ids.ts';
import { keyFact } from '../keyring/key-store-facts.ts';
import { assertPrivateKeys } from '../keyring/private-files.ts';
import { GivenShares } from '../keyring/root/given-shares.ts';
import { assertNotReplacing, assertRootKey } from '../keyring/root/root-key.ts';
import { type ShareSet, shareSetOf } from '../keyring/root/root-shares.ts';
import { handOver, secret } from '../secret.ts';
import { openStore } from '../storage/opening/open-store.ts';
import type { KeyStore } from '../storage/tx.ts';
import { findVault } from './home.ts';
import { openVault } from './open-vault.ts';
import type { Vault, VaultConfig, VaultOptions } from './vault.ts';

const FORGET_AFTER_MS = 30 * 60 * 1000;
const REFUSALS_A_MINUTE = 20;
const MINUTE_MS = 60 * 1000;
/** How often a flood makes the key store answer. */
const FOLLOW_EVERY_MS = 5_000;

export interface UnsealProgress {
  readonly sealed: boolean;
  readonly given: number;
  readonly needed: number;
}

export interface SealedOptions extends VaultOptions {
  /**
   * Receives the open vault before the last share is answered. If it fails, the vault is closed and stays sealed.
   * @param rootKey for those who must open the vault once more, such as a thread; wiped when this returns, so copy it
   */
  readonly opened: (vault: Vault, rootKey: Buffer) => void | Promise<void>;
}

/** @throws {StartError} if the stores hold no vault whose root key was split */
export async function openSealed(config: VaultConfig, options: SealedOptions): Promise<SealedVault> {
  await assertPrivateKeys(config.keysPath, config.rootKey);
  // Finds what is wrong with a store before people are called together.
  const { vaultId } = await findVault(config);
  await (await openStore('records', config.recordStoreUrl)).close();
  const keyStore = await openStore('keys', config.keyStoreUrl);
  try {
    const set = await inForce(keyStore);
    if (options.nextRootKey === undefined) await assertNotReplacing(keyStore.reader);
    if (set === undefined) {
      throw new StartError(
        'There are no shares of this vault’s root key. Start it with the root key itself, run `npm run lethe -- root split`, then set LETHE_ROOT_KEY_SHARES.',
      );
    }
    return new SealedVault(config, options, keyStore, vaultId as VaultId, set);
  } catch (error) {
    await keyStore.close();
    throw error;
  }
}

export class SealedVault {
  readonly #clock: Clock;
  readonly #random: RandomSource;
  readonly #config: VaultConfig;
  readonly #options: SealedOptions;
  readonly #keyStore: KeyStore;
  readonly #vaultId: VaultId;
  #given: GivenShares;
  #firstAt: number | undefined;
  #refusedAt: number[] = [];
  #followedAt = 0;
  #state: 'sealed' | 'open' | 'closed' = 'sealed';
  #last: Promise<unknown> = Promise.resolve();
  readonly #forgetting: NodeJS.Timeout;

  /** Use `openSealed`. */
  constructor(config: VaultConfig, options: SealedOptions, keyStore: KeyStore, vaultId: VaultId, set: ShareSet) {
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? pooledRandom();
    this.#config = config;
    this.#options = options;
    this.#keyStore = keyStore;
    this.#vaultId = vaultId;
    this.#given = new GivenShares(set, vaultId);
    this.#forgetting = setInterval(() => this.#forgetStale(), MINUTE_MS);
    this.#forgetting.unref();
  }

  newRequestId(): RequestId {
    return newId('request', this.#random, this.#clock());
  }

  get progress(): UnsealProgress {
    this.#forgetStale();
    const needed = this.#given.set.threshold;
    const sealed = this.#state !== 'open';
    return { sealed, given: sealed ? this.#given.count : needed, needed };
  }

  /**
   * @param text the share as it was handed out
   * @returns the progress; `sealed` is false once the vault serves, also for a share that was no longer needed
   * @throws `share_typo`, `share_foreign`, `share_wrong`, `share_repeated`
   * @throws `too_many_shares`, `shares_disagree`, `unseal_failed`
   * @throws {UnavailableError} if the key store does not answer
   */
  give(text: string): Promise<UnsealProgress> {
    const done = this.#last.then(() => this.#take(text));
    this.#last = done.catch(() => {});
    return done;
  }

  /** Waits for the current share, wipes what was given, and closes. It does not close a vault that is open by then. */
  async close(): Promise<void> {
    const before = this.#last;
    const closed = before.then(() => this.#end('closed'));
    this.#last = closed;
    await closed;
  }

  async #take(text: string): Promise<UnsealProgress> {
    if (this.#state === 'open') return this.progress;
    if (this.#state === 'closed') throw new UnavailableError('shutting_down');
    this.#forgetStale();
    const now = this.#clock().getTime();
    this.#refusedAt = this.#refusedAt.filter((at) => now - at < MINUTE_MS);
    const flooded = this.#refusedAt.length >= REFUSALS_A_MINUTE;
    if (!flooded || now - this.#followedAt >= FOLLOW_EVERY_MS) await this.#followSet(now);
    let index: number;
    try {
      index = this.#given.give(text);
    } catch (refusal) {
      if (flooded) throw new VaultError('too_many_shares');
      this.#refusedAt.push(now);
      throw refusal;
    }
    this.#firstAt ??= now;
    if (this.#given.count >= this.#given.set.threshold) await this.#open(index);
    return this.progress;
  }

  async #open(last: number): Promise<void> {
    const { set } = this.#given;
    const shares = this.#given.indexes;
    try {
      using rootKey = secret(await this.#combine());
      const { opened, ...options } = this.#options;
      const vault = await openVault(
        { ...this.#config, rootKey: { from: 'environment', key: rootKey, of: 'shares' } },
        options,
      );
      try {
        await recordUnsealing(vault, `${set.set}/${shares.join(',')}`);
        await opened(vault, rootKey);
      } catch (error) {
        await vault.close();
        throw error;
      }
    } catch (error) {
      if (codeOf(error) === 'shares_disagree') throw error;
      this.#given.takeBack(last);
      throw new VaultError('unseal_failed', { cause: error });
    }
    await this.#end('open');
  }

  /** @returns the root key, which the caller owns */
  async #combine(): Promise<Buffer> {
    const check = (await keyFact(this.#keyStore.reader, 'root_key_check')) ?? '';
    // If the key store says that one share is enough, a single piece does not even combine.
    using combined = secret(await this.#given.combine().catch(() => Buffer.alloc(0)));
    try {
      if (combined.length === 0) throw new VaultError('shares_disagree');
      assertRootKey(combined, this.#vaultId, check);
      return handOver(combined);
    } catch {
      this.#forget();
      throw new VaultError('shares_disagree');
    }
  }

  /** Another splitting may have replaced the set, or a new root key may have dropped it. */
  async #followSet(now: number): Promise<void> {
    this.#followedAt = now;
    const before = this.#given.set;
    const none: ShareSet = { ...before, set: '', marks: new Map() };
    const set = (await inForce(this.#keyStore)) ?? none;
    if (set.set === before.set) return;
    this.#forget();
    this.#given = new GivenShares(set, this.#vaultId);
  }

  #forgetStale(): void {
    if (this.#firstAt !== undefined && this.#clock().getTime() - this.#firstAt >= FORGET_AFTER_MS) this.#forget();
  }

  #forget(): void {
    this.#given.forget();
    this.#firstAt = undefined;
  }

  async #end(state: 'open' | 'closed'): Promise<void> {
    if (this.#state !== 'sealed') return;
    this.#state = state;
    clearInterval(this.#forgetting);
    this.#forget();
    await this.#keyStore.close();
  }
}

async function inForce(keyStore: KeyStore): Promise<ShareSet | undefined> {
  const check = await keyFact(keyStore.reader, 'root_key_check');
  return check === undefined ? undefined : shareSetOf(keyStore.reader, check);
}

/** In the first tenant’s log, whose people hold the shares; by the vault itself, which knows nobody yet. */
async function recordUnsealing(vault: Vault, target: string): Promise<void> {
  const { random, clock } = vault;
  await vault.recordStore.shared(async (tx) => {
    const tenant = await firstTenant(tx);
    if (tenant === undefined) throw new StartError('The record store holds no tenant. Restore it.');
    await appendOwnEntry(tx, { tenant, at: clock(), random }, { action: 'unseal', target });
  });
  vault.signals.emit('call', { action: 'unseal', outcome: 'done', code: undefined });
}
