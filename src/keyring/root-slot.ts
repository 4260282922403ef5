/**
 * A root slot is a place that can really delete 32 bytes. It holds epoch secrets and nothing else; what it promises
 * about deletion is its tier, and a certificate says no more than that.
 */
export interface RootSlot {
  readonly name: string;
  /** Durable when the promise resolves. Overwrites nothing: a secret that is there already must be the same. */
  put(epoch: number, secret: Buffer): Promise<void>;
  /** @returns 32 bytes owned by the caller, or undefined where the slot has none for this epoch */
  get(epoch: number): Promise<Buffer | undefined>;
}
