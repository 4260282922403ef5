/**
 * What the vault itself did to its epochs, told apart from what somebody wrote into the key store: MACs under a key
 * that comes from the root key.
 *
 *   tag of an epoch's slot   that slot's own confirmation: what it stated, and when
 *   tag of an epoch          it is destroyed: its times, and the confirmation of every slot that was given its secret
 *
 * Guarantees: only what carries its tag counts. A certificate rests on nothing else, and a slot whose confirmation was
 * written by hand is asked again.
 * Does not: detect that rows were put back to an older state that the vault once wrote. A missing row of an epoch is
 * detected by its number.
 */
import { deriveKey } from '../../crypto/kdf.ts';
import { equalBytes, mac } from '../../crypto/mac.ts';
import { secret, wipe } from '../../secret.ts';
import { select } from '../../storage/queries.ts';
import type { KeyStore, KeyTx, Reader } from '../../storage/tx.ts';
import type { Destruction } from '../slots/root-slot.ts';
import {
  type EpochRow,
  type EpochSlotRow,
  epochByNumber,
  epochSlotByName,
  epochSlots,
  epochs,
  slotsOfEpoch,
} from '../tables.ts';
import { allEpochs, lockEpoch } from './epoch-states.ts';

const TAG_BYTES = 32;

/** An epoch that is destroyed for certain, with what each of its slots confirmed. */
export interface DestroyedEpoch {
  readonly row: EpochRow;
  readonly slots: readonly EpochSlotRow[];
}

export class EpochLedger {
  readonly #key: Buffer;
  readonly #vaultId: string;
  /** From the first epoch on, without a gap. */
  readonly #certain: DestroyedEpoch[] = [];

  /** @param rootKey the caller keeps it, and wipes it */
  constructor(rootKey: Uint8Array, vaultId: string) {
    this.#key = tagKey(rootKey, vaultId);
    this.#vaultId = vaultId;
  }

  /** Whether a slot has confirmed that it has nothing of an epoch, in words that this vault noted. */
  isConfirmed(row: EpochSlotRow): boolean {
    return row.tag !== null && row.destroyed_at !== null && equalBytes(row.tag, slotTag(this.#key, row));
  }

  /** Whether an epoch is destroyed for certain. @param slots all that are noted of it, by name */
  isDestroyed(row: EpochRow, slots: readonly EpochSlotRow[]): boolean {
    return (
      row.state === 'destroyed' &&
      row.tag !== null &&
      slots.every((one) => this.isConfirmed(one)) &&
      equalBytes(row.tag, epochTag(this.#key, row, slots))
    );
  }

  /**
   * Notes what a slot stated; the first to do so is the one who is believed.
   * @param at milliseconds
   */
  async confirm(
    store: KeyStore,
    of: Pick<EpochSlotRow, 'epoch' | 'slot'>,
    done: Destruction,
    at: number,
  ): Promise<void> {
    await store.exclusive(async (tx) => {
      await lockEpoch(tx, of.epoch);
      const [[row] = []] = await tx.find(epochSlotByName, [[of.epoch, of.slot]]);
      if (row === undefined || this.isConfirmed(row)) return;
      const stated = { ...row, envelope: null, destroyed_at: at, statement: JSON.stringify(done) };
      const tag = slotTag(this.#key, stated);
      await tx.update(epochSlots, ['envelope', 'destroyed_at', 'statement', 'tag'], [{ ...stated, tag }]);
    });
  }

  /**
   * Marks an epoch as destroyed, if every slot that was given its secret has confirmed that.
   * @param at milliseconds. @returns the slots that have not; the epoch is destroyed where there are none
   */
  async close(store: KeyStore, epoch: number, at: number): Promise<string[]> {
    return store.exclusive(async (tx) => {
      await lockEpoch(tx, epoch);
      const [[row] = []] = await tx.find(epochByNumber, [[epoch]]);
      const [held = []] = await tx.find(slotsOfEpoch, [[epoch]]);
      const late = held.filter((one) => !this.isConfirmed(one)).map(({ slot }) => slot);
      if (row === undefined || row.state === 'destroyed' || late.length > 0) return late;
      const closed = { ...row, state: 'destroyed', closed_at: at };
      const tag = epochTag(this.#key, closed, held);
      await tx.update(epochs, ['state', 'closed_at', 'tag'], [{ ...closed, tag }]);
      return [];
    });
  }

  /**
   * Every epoch from the first on, as long as each is destroyed: certain of them and of all before them. What was found
   * to be so stays so, and is not read again.
   * @returns none where the first is not destroyed
   */
  async destroyed(reader: Reader<'keys'>): Promise<readonly DestroyedEpoch[]> {
    for (const found of await this.#next(reader)) {
      // Another call may have found it meanwhile.
      if (found.row.epoch === this.#certain.length + 1) this.#certain.push(found);
    }
    return [...this.#certain];
  }

  /**
   * How many epochs `destroyed` would give. It keeps nothing. It serves what is said before anything is certified.
   */
  async destroyedThrough(reader: Reader<'keys'>): Promise<number> {
    const found = await this.#next(reader);
    return Math.max(this.#certain.length, found.at(-1)?.row.epoch ?? 0);
  }

  /** Writes under another root key what this one vouches for, in the transaction in which the vault takes that key. */
  async retag(tx: KeyTx, rootKey: Uint8Array): Promise<void> {
    using key = secret(tagKey(rootKey, this.#vaultId));
    const held = await slotsByEpoch(tx);
    for (const row of await allEpochs(tx)) {
      const slots = held.get(row.epoch) ?? [];
      const isOurs = this.isDestroyed(row, slots);
      const confirmed = slots.filter((one) => this.isConfirmed(one)).map((one) => ({ ...one, tag: slotTag(key, one) }));
      await tx.update(epochSlots, ['tag'], confirmed);
      if (isOurs) await tx.update(epochs, ['tag'], [{ ...row, tag: epochTag(key, row, confirmed) }]);
    }
  }

  wipe(): void {
    wipe(this.#key);
  }

  /** Those that come after what was found before, as long as each is certain. */
  async #next(reader: Reader<'keys'>): Promise<DestroyedEpoch[]> {
    const known = this.#certain.length;
    const rows = await select(reader, epochs, { where: { epoch: { '>': known } }, orderBy: ['epoch'] });
    const held = await slotsByEpoch(reader, known);
    const found: DestroyedEpoch[] = [];
    for (const row of rows) {
      const slots = held.get(row.epoch) ?? [];
      if (row.epoch !== known + found.length + 1 || !this.isDestroyed(row, slots)) break;
      found.push({ row, slots });
    }
    return found;
  }
}

/** @param above only of later epochs */
async function slotsByEpoch(reader: Reader<'keys'>, above = 0): Promise<Map<number, EpochSlotRow[]>> {
  const rows = await select(reader, epochSlots, { where: { epoch: { '>': above } }, orderBy: ['epoch', 'slot'] });
  return Map.groupBy(rows, ({ epoch }) => epoch);
}

function tagKey(rootKey: Uint8Array, vaultId: string): Buffer {
  return deriveKey(rootKey, 'lethe/epoch-ledger/1', vaultId);
}

function slotTag(key: Buffer, { epoch, slot, stored_at, destroyed_at, statement }: EpochSlotRow): Buffer {
  const fields = [epoch, slot, stored_at, destroyed_at ?? '', statement ?? ''];
  return mac(key, 'lethe/slot-confirmation/1', TAG_BYTES, ...fields);
}

function epochTag(key: Buffer, row: EpochRow, slots: readonly EpochSlotRow[]): Buffer {
  const { epoch, created_at, activated_at, deactivated_at, closed_at } = row;
  const times = [created_at, activated_at ?? '', deactivated_at ?? '', closed_at ?? ''];
  const confirmations = slots.map(({ tag }) => tag ?? '');
  return mac(key, 'lethe/destroyed-epoch/1', TAG_BYTES, epoch, ...times, ...confirmations);
}
