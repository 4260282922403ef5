/**
 * Epoch secrets in memory, and the epoch keys made from them: R_e = KDF(RK, E_e, tenant). Without E_e there is no R_e
 * (K2), and E_e exists only here and in the root slots.
 */
import { deriveKey } from '../crypto/kdf.ts';
import type { RandomSource } from '../crypto/random.ts';
import { StartError, UnavailableError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import type { KeyStore } from '../storage/tx.ts';
import type { RootSlot } from './root-slot.ts';
import { epochs } from './tables.ts';

const SECRET_BYTES = 32;
const FIRST_EPOCH = 1;

/** The secret of epoch 1, durable in the slot: the one that is there, or a new one. */
async function firstSecret(slot: RootSlot, random: RandomSource): Promise<Buffer> {
  const present = await slot.get(FIRST_EPOCH);
  if (present !== undefined) return present;
  const fresh = random(SECRET_BYTES);
  try {
    await slot.put(FIRST_EPOCH, fresh);
    return fresh;
  } catch (error) {
    // Another process that opens this vault for the first time may have been quicker: its secret is the one.
    fresh.fill(0);
    const theirs = await slot.get(FIRST_EPOCH);
    if (theirs === undefined) throw error;
    return theirs;
  }
}

export class EpochKeys {
  readonly current: number;
  readonly #rootKey: Buffer;
  readonly #secrets: Map<number, Buffer>;
  readonly #keys = new Map<string, Buffer>();

  private constructor(rootKey: Buffer, current: number, secrets: Map<number, Buffer>) {
    this.#rootKey = rootKey;
    this.current = current;
    this.#secrets = secrets;
  }

  /**
   * Reads the secret of every epoch that is not closed from the slot; makes epoch 1 in a vault that has none.
   * The secret is durable in the slot before the epoch's row says that it exists (K4).
   */
  static async open(keyStore: KeyStore, rootKey: Buffer, slot: RootSlot, random: RandomSource, now: Date) {
    const known = await keyStore.reader.query<{ epoch: number }>((sql) =>
      sql('epochs').select('epoch').whereNot({ state: 'destroyed' }).orderBy('epoch'),
    );
    const secrets = new Map<number, Buffer>();
    if (known.length === 0) {
      const secret = await firstSecret(slot, random);
      const at = now.getTime();
      const absent = { closed_at: null, secret_check: null, deactivated_at: null, compromised_at: null };
      const row = { epoch: FIRST_EPOCH, state: 'active', created_at: at, activated_at: at, ...absent };
      await keyStore.exclusive((tx) => tx.insert(epochs, [row], 'skip'));
      secrets.set(FIRST_EPOCH, secret);
    }
    for (const { epoch } of known) {
      const secret = await slot.get(epoch);
      if (secret === undefined) {
        throw new StartError(
          `No root slot holds the secret of epoch ${epoch} (the file slot: keys/epochs/epoch-${String(epoch).padStart(6, '0')}.key). Put it back.`,
        );
      }
      secrets.set(epoch, secret);
    }
    return new EpochKeys(rootKey, Math.max(...secrets.keys()), secrets);
  }

  /** @throws {UnavailableError} for an epoch whose secret is not in memory */
  keyOf(epoch: number, tenant: TenantId): Buffer {
    const name = `${epoch}/${tenant}`;
    let key = this.#keys.get(name);
    if (key === undefined) {
      const secret = this.#secrets.get(epoch);
      if (secret === undefined) throw new UnavailableError('key_unavailable', 'The epoch of this key is not open.');
      key = deriveKey(this.#rootKey, 'lethe/epoch-key/1', secret, epoch, tenant);
      this.#keys.set(name, key);
    }
    return key;
  }

  wipe(): void {
    for (const secret of this.#secrets.values()) secret.fill(0);
    for (const key of this.#keys.values()) key.fill(0);
    this.#secrets.clear();
    this.#keys.clear();
    this.#rootKey.fill(0);
  }
}
