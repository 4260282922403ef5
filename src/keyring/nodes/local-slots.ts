/**
 * A node's own root slots: the file slots whose folder it found when it announced itself. The node that closes an epoch
 * destroys it in the slots that it reaches. What another node has under the same name, that node must destroy.
 *
 * Guarantees: only what the vault itself noted as destroyed is destroyed here, and what is in a slot that the vault has
 * removed. A slot that is given the secret in use is looked at again afterwards, in case its epoch is over by then.
 */
import { join } from 'node:path';
import { secret } from '../../secret.ts';
import type { KeyStore } from '../../storage/tx.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';
import { isOver, lastEpoch } from '../epochs/epoch-states.ts';
import type { RootSlot } from '../slots/root-slot.ts';
import { storeIn } from '../slots/root-slots.ts';
import { unlessUnavailable } from '../slots/slot-errors.ts';
import { readId, SLOT_ID_FILE } from '../slots/slot-folder.ts';
import type { SlotRegistry, SlotSettings } from '../slots/slot-registry.ts';
import { epochByNumber, slotsOfEpoch } from '../tables.ts';
import { fingerprintOf } from './node-identity.ts';
import type { Places } from './nodes.ts';

export interface OwnSlot {
  readonly slot: RootSlot;
  /** Which folder it is. */
  readonly place: string;
  readonly required: boolean;
  readonly isRemoved: boolean;
}

/**
 * The file slots of the list that have a folder here, and those that were removed from it and have not been emptied.
 * @param before what the node had, and may be out of reach at this moment
 */
export async function ownSlots(registry: SlotRegistry, node: string, before: Places): Promise<OwnSlot[]> {
  const own: OwnSlot[] = [];
  for (const entry of await registry.entries()) {
    const { name, kind, settings, required } = entry;
    const isRemoved = entry.removedAt !== undefined;
    if (kind !== 'file' || (isRemoved && before[name] === undefined)) continue;
    const place = settings.path === undefined ? node : ((await placeOf(settings)) ?? before[name]);
    if (place !== undefined) own.push({ slot: registry.slotOf(entry), place, required, isRemoved });
  }
  return own;
}

/** A folder that is not the one the slot was added with does not belong to the vault. */
async function placeOf({ path = '', id }: SlotSettings): Promise<string | undefined> {
  const file = join(path, SLOT_ID_FILE);
  const found = await readId(file).catch(() => undefined);
  return found === id ? fingerprintOf(file) : undefined;
}

export function placesIn(own: readonly OwnSlot[]): Places {
  return Object.fromEntries(own.map(({ slot, place }) => [slot.name, place]));
}

/**
 * Destroys in the node's own slots what they have of the epochs after `from` up to `through`, which are destroyed
 * elsewhere.
 * @returns whether each slot has nothing of them any more
 */
export async function forgetIn(
  store: KeyStore,
  keys: EpochKeys,
  own: readonly OwnSlot[],
  from: number,
  through: number,
): Promise<boolean> {
  try {
    for (const { slot } of own.filter(({ isRemoved }) => !isRemoved)) {
      for (const epoch of await heldBetween(slot, from, through)) {
        if (!(await isCertain(store, keys, epoch))) return false;
        await slot.destroy(epoch);
      }
    }
    return true;
  } catch (error) {
    unlessUnavailable(error);
    return false;
  }
}

/**
 * Destroys all that is in the node's own slots which the vault has removed. Nobody waits for it: what such a slot held
 * was destroyed in it, or is noted as left, and this reaches the folders that other nodes had under its name.
 * @returns whether nothing is left; a folder that is out of reach is tried again
 */
export async function emptyRemoved({ reader }: KeyStore, own: readonly OwnSlot[]): Promise<boolean> {
  const removed = own.filter(({ isRemoved }) => isRemoved);
  if (removed.length === 0) return true;
  const last = (await lastEpoch(reader))?.epoch ?? 0;
  try {
    for (const { slot } of removed) {
      for (const epoch of await heldBetween(slot, 0, last)) await slot.destroy(epoch);
    }
    return true;
  } catch (error) {
    unlessUnavailable(error);
    return false;
  }
}

/** The epochs after `from` up to `through` of which a slot has anything, however long its node was away. */
async function heldBetween(slot: RootSlot, from: number, through: number): Promise<number[]> {
  if (slot.held !== undefined) return (await slot.held()).filter((epoch) => epoch > from && epoch <= through);
  const epochs: number[] = [];
  for (let epoch = from + 1; epoch <= through; epoch += 1) if (await slot.has(epoch)) epochs.push(epoch);
  return epochs;
}

/** A row that says so by another's hand may be of an epoch that is needed. */
async function isCertain({ reader }: KeyStore, { ledger }: EpochKeys, epoch: number): Promise<boolean> {
  const [[row] = []] = await reader.find(epochByNumber, [[epoch]]);
  const [held = []] = await reader.find(slotsOfEpoch, [[epoch]]);
  return row !== undefined && ledger.isDestroyed(row, held);
}

/**
 * Gives the node's own required slots the secret in use, where another node began the epoch. A process that destroys an
 * epoch requires that each required slot that it reaches hands out the next one (K4).
 * @returns whether each has it
 */
export async function fill(store: KeyStore, keys: EpochKeys, own: readonly OwnSlot[]): Promise<boolean> {
  const epoch = keys.current;
  try {
    for (const { slot } of own.filter(({ required, isRemoved }) => required && !isRemoved)) {
      if (!(await slot.has(epoch))) await give(store, keys, slot, epoch);
    }
    return true;
  } catch (error) {
    unlessUnavailable(error);
    return false;
  }
}

async function give(store: KeyStore, keys: EpochKeys, slot: RootSlot, epoch: number): Promise<void> {
  const row = async () => (await store.reader.find(epochByNumber, [[epoch]]))[0]?.[0];
  const before = await row();
  if (before?.state !== 'active') return;
  using held = secret(await keys.slots.get(epoch, (candidate) => keys.isRight(before, candidate)));
  if (held === undefined) return;
  await storeIn(slot, epoch, held);
  const after = await row();
  if (after === undefined || isOver(after)) await slot.destroy(epoch);
}
