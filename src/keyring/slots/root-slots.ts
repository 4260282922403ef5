/**
 * All root slots of a vault, as one. A secret is read from whichever slot has the right one; it counts as stored when
 * every required slot has given it back, and as destroyed when every slot that was given it has confirmed that.
 *
 * Guarantees: what a slot hands out is compared with the epoch's check value before it is used; a slot that cannot be
 * reached is never taken for one that is empty.
 */
import { equalBytes } from '../../crypto/mac.ts';
import { UnavailableError } from '../../errors.ts';
import { handOver, secret } from '../../secret.ts';
import type { RootSlot, SlotInForce } from './root-slot.ts';

export type IsRight = (secret: Buffer) => boolean;

export class RootSlots {
  #inForce: readonly SlotInForce[];
  readonly #list: (() => Promise<readonly SlotInForce[]>) | undefined;

  /** @param list tells `reload` which slots are in force by then */
  constructor(inForce: readonly SlotInForce[], list?: () => Promise<readonly SlotInForce[]>) {
    this.#inForce = requiredFirst(inForce);
    this.#list = list;
  }

  get inForce(): readonly SlotInForce[] {
    return this.#inForce;
  }

  /** Learns of slots that were added and removed by other processes. */
  async reload(): Promise<void> {
    if (this.#list !== undefined) this.#inForce = requiredFirst(await this.#list());
  }

  get required(): readonly RootSlot[] {
    return this.inForce.filter(({ required }) => required).map(({ slot }) => slot);
  }

  byName(name: string): RootSlot | undefined {
    return this.inForce.find(({ slot }) => slot.name === name)?.slot;
  }

  /**
   * @returns 32 bytes owned by the caller; undefined where no slot has the right secret and every slot answered
   * @throws {UnavailableError} where none has it and one could not be asked
   */
  async get(epoch: number, isRight: IsRight): Promise<Buffer | undefined> {
    const found = await this.#find(epoch, isRight).catch(() => undefined);
    if (found !== undefined) return found;
    await this.reload();
    return this.#find(epoch, isRight);
  }

  async #find(epoch: number, isRight: IsRight): Promise<Buffer | undefined> {
    let failure: unknown;
    for (const { slot } of this.inForce) {
      const given = await slot.get(epoch).catch((error: unknown) => {
        failure ??= error;
        return undefined;
      });
      using held = secret(given);
      if (held !== undefined && isRight(held)) return handOver(held);
    }
    if (failure !== undefined) throw failure;
    return undefined;
  }

  async close(): Promise<void> {
    for (const { slot } of this.inForce) await slot.close?.();
  }
}

/** If two processes bring different secrets, the first slot of all lets one pass. */
function requiredFirst(slots: readonly SlotInForce[]): readonly SlotInForce[] {
  return [...slots].sort((a, b) => Number(b.required) - Number(a.required));
}

/**
 * Puts a secret into one slot and reads it back. What a slot holds for an epoch is never replaced: a process that slept
 * through its own end could put its secret in the place of the one in use.
 * @throws {UnavailableError} unless the slot has given the secret back
 */
export async function storeIn(slot: RootSlot, epoch: number, wanted: Buffer): Promise<void> {
  await slot.put(epoch, wanted);
  if (!(await holds(slot, epoch, (found) => equalBytes(found, wanted)))) {
    throw new UnavailableError('key_unavailable', `The root slot ${slot.name} does not give back what was put there.`);
  }
}

/** Whether a slot holds the right secret of an epoch, and hands it out now. @throws {UnavailableError} */
export async function holds(slot: RootSlot, epoch: number, isRight: IsRight): Promise<boolean> {
  using held = secret(await slot.get(epoch));
  return held !== undefined && isRight(held);
}
