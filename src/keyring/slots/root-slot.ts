/**
 * A root slot is a place that can really delete 32 bytes. It holds epoch secrets and nothing else; what it promises
 * about deletion is its tier, and a certificate says no more than that.
 */

export const SLOT_KINDS = ['file', 'pkcs11', 'transit'] as const;
export type SlotKind = (typeof SLOT_KINDS)[number];

/**
 * What kind of promise stands behind a deletion, in the words of NIST SP 800-88 rev. 2 (3.1) where they fit.
 *   overwritten   the bytes were overwritten in place as far as the operating system tells ("clear")
 *   hardware      a device that keeps keys inside itself says that it destroyed the object
 *   service       a key service says that it deleted the key; its operator's backups are outside what it states
 */
export type SlotTier = 'overwritten' | 'hardware' | 'service';

/** What a slot states when it has destroyed an epoch's secret; goes into certificates word for word. */
export interface Destruction {
  readonly method: string;
  /** One sentence: what was done and what it cannot rule out. No path, address or name of a person. */
  readonly statement: string;
}

/** What a slot is, for `lethe keys slots check` and certificates. */
export interface Attestation {
  readonly kind: SlotKind;
  readonly tier: SlotTier;
  /** What answers there, as it names itself: product and version; for a file, the file system's kind. */
  readonly product: string;
  /** One sentence: what this slot's deletion cannot rule out. */
  readonly limits: string;
}

export interface RootSlot {
  readonly name: string;
  readonly kind: SlotKind;
  readonly tier: SlotTier;
  /**
   * Durable when the promise resolves. Overwrites nothing: a secret that is there already must be the same.
   * @throws {UnavailableError} where it cannot be reached, or holds another secret for this epoch
   */
  put(epoch: number, secret: Buffer): Promise<void>;
  /**
   * @returns 32 bytes owned by the caller, or undefined where the slot has none for this epoch
   * @throws {UnavailableError} where it cannot be reached or read: not the same as having none
   */
  get(epoch: number): Promise<Buffer | undefined>;
  /**
   * Whether the slot has anything of an epoch, also what it would not hand out: a file that was cut short, a service's
   * key whose ciphertext is elsewhere. @throws {UnavailableError} where it cannot be reached
   */
  has(epoch: number): Promise<boolean>;
  /**
   * The epochs of which the slot has anything, in order, where it can list them.
   * @throws {UnavailableError} where it cannot be reached
   */
  held?(): Promise<number[]>;
  /**
   * Destroys the epoch's secret and everything the slot made beside it. May be repeated: an epoch that is not there
   * any more is destroyed. @throws {UnavailableError} where the slot cannot confirm that nothing of it is left
   */
  destroy(epoch: number): Promise<Destruction>;
  /** Makes and changes nothing. @throws {UnavailableError} where it cannot be reached or would not do its work */
  attest(): Promise<Attestation>;
  /**
   * Binds a place that an earlier release filled to this vault, where a secret in it proves to be this vault's. A place
   * that cannot be asked stays as it is.
   * @param epochs whose secrets may be there
   */
  claim?(epochs: readonly number[], isRight: (epoch: number, secret: Buffer) => boolean): Promise<void>;
  /** Ends sessions and wipes what it holds in memory. */
  close?(): Promise<void>;
}

/** A slot with its part in the vault: an epoch is not begun before every required slot holds its secret (K4). */
export interface SlotInForce {
  readonly slot: RootSlot;
  readonly required: boolean;
}
