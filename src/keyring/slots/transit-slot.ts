/**
 * The transit root slot: HashiCorp Vault or OpenBao hold a key for each epoch, and the epoch's secret is kept encrypted
 * under it, as the **envelope**, where every node finds it. The key never leaves the service; when it is deleted, the
 * envelope opens nowhere.
 *
 *   key        lethe-<vault>-epoch-000001, aes256-gcm96, not exportable, no plaintext backup
 *   envelope   "vault:v1:…": the secret, bound to vault and epoch by its associated data
 *
 * Guarantees: nothing is encrypted before the key was made and read back, because a service encrypts for a key that is
 * not there by making one; an envelope that is there is never replaced, and but for a destruction only removed when it
 * is the very one whose key was found gone; destroyed means that the service to which the slot was added says that it
 * has no such key.
 * Does not: reach the service's own backups. Whoever has one of these, its seal and an old envelope has the secret.
 */
import { associatedData } from '../../crypto/associated-data.ts';
import { equalBytes } from '../../crypto/mac.ts';
import { UnavailableError } from '../../errors.ts';
import { handOver, secret } from '../../secret.ts';
import type { Attestation, Destruction, RootSlot } from './root-slot.ts';
import { TransitApi, type TransitKey, type TransitSettings } from './transit-api.ts';

const SECRET_BYTES = 32;
const LIMITS = 'Backups of the key service and of its storage are outside what it states.';

/** Keeps ciphertexts that only a slot's service opens. */
export interface Envelopes {
  get(slot: string, epoch: number): Promise<Buffer | undefined>;
  /** Replaces no existing one. @returns the one that now stands */
  put(slot: string, epoch: number, envelope: Buffer): Promise<Buffer>;
  /** @param only removes this very one: another that was put meanwhile stays */
  remove(slot: string, epoch: number, only?: Buffer): Promise<void>;
}

export interface TransitSlotOptions extends TransitSettings {
  readonly name: string;
  readonly vaultId: string;
  readonly token: () => Promise<string>;
  readonly envelopes: Envelopes;
}

export class TransitSlot implements RootSlot {
  readonly name: string;
  readonly kind = 'transit';
  readonly tier = 'service';
  readonly #vaultId: string;
  readonly #api: TransitApi;
  readonly #envelopes: Envelopes;

  constructor({ name, vaultId, token, envelopes, ...settings }: TransitSlotOptions) {
    this.name = name;
    this.#vaultId = vaultId;
    this.#envelopes = envelopes;
    this.#api = new TransitApi(settings, token);
  }

  async put(epoch: number, wanted: Buffer): Promise<void> {
    const key = this.#key(epoch);
    const found = await this.#envelopes.get(this.name, epoch);
    using present = secret(found && (await this.#open(epoch, found)));
    if (present === undefined) {
      // An envelope whose key is gone opens nowhere, and stands in the way. Of two processes that are here at once, the
      // later one leaves the earlier one's alone; the key they both ask for is one, and so is the envelope that stands.
      if (found !== undefined) await this.#envelopes.remove(this.name, epoch, found);
      await this.#api.createKey(key);
      assertFit(await this.#api.readKey(key));
      const ciphertext = Buffer.from(await this.#api.encrypt(key, wanted, this.#binding(epoch)), 'utf8');
      const standing = await this.#envelopes.put(this.name, epoch, ciphertext);
      if (equalBytes(standing, ciphertext)) return;
    }
    using stored = secret(present ?? (await this.get(epoch)));
    if (stored === undefined || !equalBytes(stored, wanted))
      throw new UnavailableError('key_unavailable', 'The key service holds another secret for this epoch.');
  }

  async get(epoch: number): Promise<Buffer | undefined> {
    const envelope = await this.#envelopes.get(this.name, epoch);
    return envelope && this.#open(epoch, envelope);
  }

  /** @returns undefined where the service has no such key */
  async #open(epoch: number, envelope: Buffer): Promise<Buffer | undefined> {
    const key = this.#key(epoch);
    using held = secret(await this.#api.decrypt(key, envelope.toString('utf8'), this.#binding(epoch)));
    if (held?.length === SECRET_BYTES) return handOver(held);
    if (held === undefined && (await this.#api.readKey(key)) === undefined) return undefined;
    throw new UnavailableError('key_unavailable', 'The key service does not open the envelope of this epoch.');
  }

  /** Asks the service: a key that came back there opens every old copy of the envelope. */
  async has(epoch: number): Promise<boolean> {
    return (await this.#api.readKey(this.#key(epoch))) !== undefined;
  }

  async destroy(epoch: number): Promise<Destruction> {
    const key = this.#key(epoch);
    if ((await this.#api.readKey(key)) !== undefined) {
      await this.#api.allowDeletion(key);
      await this.#api.deleteKey(key);
      if ((await this.#api.readKey(key)) !== undefined) {
        throw new UnavailableError('key_unavailable', 'The key service still has the key it was to delete.');
      }
    }
    await this.#envelopes.remove(this.name, epoch);
    return {
      method: 'delete the transit key',
      statement: `The key service deleted the key that opened this secret, and has it no more. ${LIMITS}`,
    };
  }

  async attest(): Promise<Attestation> {
    const { version } = await this.#api.about();
    // No epoch has this key. Only a transit engine, asked by a token that may read keys, answers that it is unknown.
    await this.#api.readKey(this.#key(0));
    return { kind: this.kind, tier: this.tier, product: `transit engine ${version}`, limits: LIMITS };
  }

  /** Says which service answers, for the registry: another one would have no such key either. */
  async identify(): Promise<{ readonly cluster: string | undefined }> {
    const { cluster } = await this.#api.about();
    return { cluster };
  }

  #key(epoch: number): string {
    return `lethe-${this.#vaultId}-epoch-${String(epoch).padStart(6, '0')}`;
  }

  #binding(epoch: number): Buffer {
    return associatedData('lethe/transit-envelope/1', this.#vaultId, epoch);
  }
}

/** A key of this name that somebody made before, and could take out, protects nothing. */
function assertFit(key: TransitKey | undefined): void {
  const fit =
    key !== undefined &&
    key.type === 'aes256-gcm96' &&
    key.exportable === false &&
    key.allow_plaintext_backup === false &&
    key.derived === false &&
    key.imported_key !== true;
  if (!fit)
    throw new UnavailableError('key_unavailable', 'The key service has a key of this name that can be taken out.');
}
