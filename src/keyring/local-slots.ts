/**
 * A node's own root slots: the file slots whose folder it found when it announced itself. Whoever closes an epoch
 * destroys it in the slots as they are from there; what another node has under the same name is that node's to destroy.
 *
 * Guarantees: only what the vault itself noted as destroyed is destroyed here. A slot that is given the secret in use is
 * looked at again afterwards, should its epoch be over by then.
 */
import { UnavailableError } from '../errors.ts';
import type { KeyStore } from '../storage/tx.ts';
import type { EpochKeys } from './epoch-keys.ts';
import { isOver } from './epoch-states.ts';
import type { Places } from './nodes.ts';
import type { RootSlot } from './root-slot.ts';
import { storeIn } from './root-slots.ts';
import { epochByNumber, slotsOfEpoch } from './tables.ts';

/** Destroyed epochs that a node which is new here looks for: two months of daily ones. */
const LOOKED_BACK = 64;

/**
 * Destroys in the node's own slots what they have of the epochs after `from` up to `through`, which are destroyed elsewhere.
 * @returns whether each slot has none of them any more
 */
export async function forgetIn(
  store: KeyStore,
  keys: EpochKeys,
  places: Places,
  from: number,
  through: number,
): Promise<boolean> {
  try {
    for (const name of Object.keys(places)) {
      const slot = keys.slots.byName(name);
      // Removed since: then what it held was destroyed, or is noted as left.
      if (slot === undefined) continue;
      for (let epoch = Math.max(from, through - LOOKED_BACK) + 1; epoch <= through; epoch += 1) {
        if (!(await slot.has(epoch))) continue;
        if (!(await isCertain(store, keys, epoch))) return false;
        await slot.destroy(epoch);
      }
    }
    return true;
  } catch (error) {
    return unless(error);
  }
}

/** A row that says so by another's hand may be of an epoch that is needed. */
async function isCertain({ reader }: KeyStore, { ledger }: EpochKeys, epoch: number): Promise<boolean> {
  const [[row] = []] = await reader.find(epochByNumber, [[epoch]]);
  const [held = []] = await reader.find(slotsOfEpoch, [[epoch]]);
  return row !== undefined && ledger.isDestroyed(row, held);
}

/**
 * Gives the node's own required slots the secret in use, where another node began the epoch: whoever destroys an epoch
 * wants each required slot, as it reaches it, to hand out the next one (K4).
 * @returns whether each has it
 */
export async function fill(store: KeyStore, keys: EpochKeys, places: Places): Promise<boolean> {
  const epoch = keys.current;
  try {
    for (const slot of keys.slots.required.filter(({ name }) => places[name] !== undefined)) {
      if (!(await slot.has(epoch))) await give(store, keys, slot, epoch);
    }
    return true;
  } catch (error) {
    return unless(error);
  }
}

async function give(store: KeyStore, keys: EpochKeys, slot: RootSlot, epoch: number): Promise<void> {
  const row = async () => (await store.reader.find(epochByNumber, [[epoch]]))[0]?.[0];
  const before = await row();
  if (before?.state !== 'active') return;
  const secret = await keys.slots.get(epoch, (candidate) => keys.isRight(before, candidate));
  if (secret === undefined) return;
  try {
    await storeIn(slot, epoch, secret);
  } finally {
    secret.fill(0);
  }
  const after = await row();
  if (after === undefined || isOver(after)) await slot.destroy(epoch);
}

function unless(error: unknown): false {
  if (error instanceof UnavailableError) return false;
  throw error;
}
