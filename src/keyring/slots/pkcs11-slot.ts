/**
 * The PKCS#11 root slot: an epoch's secret is a private object on an HSM's token, readable after login alone.
 *
 *   CKO_DATA  CKA_TOKEN, CKA_PRIVATE, not CKA_MODIFIABLE
 *   CKA_LABEL  lethe/<vault>/epoch-000001
 *   CKA_VALUE  32 bytes
 *
 * PKCS#11 knows no unique labels: two processes that put at once make two objects. So a label may have several objects,
 * and they count as one as long as they are equal; where they are not, none is taken.
 *
 * Guarantees: nothing is overwritten; destroyed means that a search in a session of its own finds nothing any more.
 * Does not: reach backups and clones that the device's own tools made. A token that is a program, such as SoftHSM,
 * keeps its objects in files, and its tier says so.
 */
import { equalBytes } from '../../crypto/mac.ts';
import { UnavailableError } from '../../errors.ts';
import { handOver, secret, secrets } from '../../secret.ts';
import { type Pkcs11Settings, Pkcs11Token, type TokenFacts, type TokenSession } from './pkcs11-token.ts';
import type { Attestation, Destruction, RootSlot, SlotTier } from './root-slot.ts';

const SECRET_BYTES = 32;

const LIMITS = {
  hardware: 'Copies that the device’s own backup or cloning made are outside what it states.',
  overwritten: 'This token is software: its objects are files, of which a file system may keep copies.',
} as const;

export interface Pkcs11SlotOptions extends Pkcs11Settings {
  readonly name: string;
  readonly vaultId: string;
  readonly pin: () => Promise<string>;
  /** As attested when the slot was added. */
  readonly tier?: SlotTier | undefined;
}

export class Pkcs11Slot implements RootSlot {
  readonly name: string;
  readonly kind = 'pkcs11';
  readonly #token: Pkcs11Token;
  readonly #vaultId: string;
  #tier: SlotTier;

  constructor({ name, vaultId, pin, tier = 'overwritten', ...settings }: Pkcs11SlotOptions) {
    this.name = name;
    this.#vaultId = vaultId;
    this.#tier = tier;
    this.#token = new Pkcs11Token(name, settings, pin);
  }

  /** What the token said when it last answered. */
  get tier(): SlotTier {
    return this.#tier;
  }

  async put(epoch: number, wanted: Buffer): Promise<void> {
    const label = this.#label(epoch);
    const same = await this.#run(`store the secret of epoch ${epoch}`, (session) => {
      using present = secret(one(session.valuesOf(label)));
      if (present === undefined) session.create(label, wanted);
      // Read back, and whatever another process has made meanwhile.
      using stored = secret(one(session.valuesOf(label)));
      return stored !== undefined && equalBytes(stored, wanted);
    });
    if (!same)
      throw new UnavailableError(
        'key_unavailable',
        `The root slot ${this.name} (HSM) holds another secret for epoch ${epoch}.`,
      );
  }

  async get(epoch: number): Promise<Buffer | undefined> {
    return this.#run(`hand out the secret of epoch ${epoch}`, (session) => one(session.valuesOf(this.#label(epoch))));
  }

  async has(epoch: number): Promise<boolean> {
    return this.#run(`say whether it has epoch ${epoch}`, (session) => {
      using values = secrets(session.valuesOf(this.#label(epoch)));
      return values.length > 0;
    });
  }

  async destroy(epoch: number): Promise<Destruction> {
    const label = this.#label(epoch);
    await this.#run(`destroy the secret of epoch ${epoch}`, (session) => session.destroyAll(label));
    if (await this.has(epoch))
      throw new UnavailableError(
        'key_unavailable',
        `The root slot ${this.name} (HSM) still holds the object of epoch ${epoch}, which it was to destroy.`,
      );
    return {
      method: 'C_DestroyObject',
      statement: `The token destroyed the object and finds none of its label any more. ${this.#limits()}`,
    };
  }

  async attest(): Promise<Attestation> {
    const { product } = await this.#run('say what it is', ({ facts }) => facts);
    return { kind: this.kind, tier: this.#tier, product, limits: this.#limits() };
  }

  /** Says which token answers, for the registry: another one of the same label would be empty, and destroy nothing. */
  async identify(): Promise<{ readonly serial: string; readonly tier: SlotTier }> {
    const { serial } = await this.#run('say what it is', ({ facts }) => facts);
    return { serial, tier: this.#tier };
  }

  async close(): Promise<void> {
    this.#token.close();
  }

  async #run<R>(what: string, work: (session: TokenSession) => R): Promise<R> {
    return this.#token.run(what, (session) => {
      this.#tier = tierOf(session.facts);
      return work(session);
    });
  }

  #limits(): string {
    return this.#tier === 'hardware' ? LIMITS.hardware : LIMITS.overwritten;
  }

  #label(epoch: number): string {
    return `lethe/${this.#vaultId}/epoch-${String(epoch).padStart(6, '0')}`;
  }
}

function tierOf({ hardware }: TokenFacts): SlotTier {
  return hardware ? 'hardware' : 'overwritten';
}

/** The value that all objects of a label have. The buffers of the others are wiped. */
function one(values: Buffer[]): Buffer | undefined {
  using all = secrets(values);
  const first = all.shift();
  if (first === undefined) return undefined;
  using value = secret(first);
  if (value.length === SECRET_BYTES && all.every((it) => equalBytes(it, value))) return handOver(value);
  throw new UnavailableError('key_unavailable', 'it holds several secrets for this epoch, or a damaged one.');
}
