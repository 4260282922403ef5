/**
 * A slot that authenticates what it holds under the root key, while the vault has two of them: reads what was stored
 * under either, stores under the newer.
 *
 * Does not: authenticate anew what is there. Those are secrets of epochs that close while the root key is replaced.
 */
import { equalBytes } from '../../crypto/mac.ts';
import { secret } from '../../secret.ts';
import type { Attestation, Destruction, RootSlot } from './root-slot.ts';

export class TwoKeySlot implements RootSlot {
  readonly #newer: RootSlot;
  readonly #older: RootSlot;

  /** Two slots of the same name on the same place. */
  constructor(newer: RootSlot, older: RootSlot) {
    this.#newer = newer;
    this.#older = older;
  }

  get name(): string {
    return this.#newer.name;
  }

  get kind(): RootSlot['kind'] {
    return this.#newer.kind;
  }

  get tier(): RootSlot['tier'] {
    return this.#newer.tier;
  }

  async put(epoch: number, wanted: Buffer): Promise<void> {
    // A close that was interrupted before the root key was replaced has stored it under the older key.
    using held = secret(await this.#older.get(epoch).catch(() => undefined));
    if (held === undefined || !equalBytes(held, wanted)) await this.#newer.put(epoch, wanted);
  }

  async get(epoch: number): Promise<Buffer | undefined> {
    try {
      return await this.#newer.get(epoch);
    } catch {
      return this.#older.get(epoch);
    }
  }

  has(epoch: number): Promise<boolean> {
    return this.#newer.has(epoch);
  }

  async held(): Promise<number[]> {
    return (await this.#newer.held?.()) ?? [];
  }

  destroy(epoch: number): Promise<Destruction> {
    return this.#newer.destroy(epoch);
  }

  attest(): Promise<Attestation> {
    return this.#newer.attest();
  }

  async claim(...asked: Parameters<NonNullable<RootSlot['claim']>>): Promise<void> {
    for (const slot of [this.#newer, this.#older]) await slot.claim?.(...asked);
  }

  async close(): Promise<void> {
    await this.#newer.close?.();
    await this.#older.close?.();
  }
}
