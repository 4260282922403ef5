/**
 * Destroys the secrets of epochs that have ended, but only when that was approved, nothing is wrapped under them, and
 * every required slot hands out the secret in use now (K4).
 *
 * Guarantees: an epoch counts as destroyed only when every slot that was given its secret, and every slot in force, has
 * confirmed that it has none (K5). Any process may call this, any number of times. `whatReturned` finds what comes back
 * into a slot, and the next close destroys it again, for the last epochs.
 * Does not: reach what was copied from a slot before.
 */
import { codeOf, UnavailableError, VaultError } from '../../errors.ts';
import { select } from '../../storage/queries.ts';
import type { KeyStore } from '../../storage/tx.ts';
import type { RootSlot } from '../slots/root-slot.ts';
import { holds } from '../slots/root-slots.ts';
import { epochByNumber, epochSlots, epochs, givenTo, slotsOfEpoch } from '../tables.ts';
import type { EpochKeys } from './epoch-keys.ts';
import { isDoomed } from './epoch-states.ts';
import { countUnder, type RotationParts } from './rotation.ts';

/** Destroyed epochs that are asked for again at each close: two months of daily ones. */
const SWEPT = 64;

/**
 * Destroys the secret of an epoch that has ended in every slot that was given it.
 * @returns the slots that have not confirmed it: the epoch is not destroyed before they have (K5)
 * @throws `epoch_in_use` @throws {UnavailableError} where a required slot does not hand out the current secret (K4);
 *   nothing has been destroyed
 */
export async function destroy(parts: RotationParts, epoch: number): Promise<{ readonly waitsFor: string[] }> {
  const { keyStore: store, keyring, clock } = parts;
  const { epochs: keys } = keyring;
  const [[row] = []] = await store.reader.find(epochByNumber, [[epoch]]);
  if (row?.state === 'destroyed') return { waitsFor: [] };
  if (row === undefined || epoch >= keys.current || !isDoomed(row)) throw new VaultError('epoch_in_use');
  // An epoch that has ended takes nothing new, so what is empty now stays empty.
  if ((await countUnder(parts, epoch)) > 0) throw new VaultError('epoch_in_use');
  await assertCurrentIsDurable(parts);

  const late = new Set(await noteForgotten(parts, epoch));
  const [held = []] = await store.reader.find(slotsOfEpoch, [[epoch]]);
  for (const { slot } of held.filter((entry) => !keys.ledger.isConfirmed(entry))) {
    const done = await keys.slots.byName(slot)?.destroy(epoch).catch(unlessOutOfReach);
    if (done === undefined) late.add(slot);
    else await keys.ledger.confirm(store, { epoch, slot }, done, clock().getTime());
  }
  if (late.size > 0) return { waitsFor: [...late].sort() };
  return { waitsFor: await keys.ledger.close(store, epoch, clock().getTime()) };
}

/**
 * Notes each slot in force that holds an epoch without a note: somebody removed the note by hand.
 * @returns the slots that could not be asked
 */
async function noteForgotten({ keyStore: store, keyring, clock }: RotationParts, epoch: number): Promise<string[]> {
  const [held = []] = await store.reader.find(slotsOfEpoch, [[epoch]]);
  const late: string[] = [];
  for (const { slot } of keyring.epochs.slots.inForce) {
    if (held.some((entry) => entry.slot === slot.name)) continue;
    const has = await slot.has(epoch).catch(unlessOutOfReach);
    if (has === undefined) late.push(slot.name);
    const note = givenTo(slot.name, epoch, clock().getTime());
    if (has) await store.exclusive((tx) => tx.insert(epochSlots, [note], 'skip'));
  }
  return late;
}

/**
 * Asks the slots in force once more for epochs that are destroyed, and destroys what has come back. It may come back
 * with a folder that was restored from a copy, or from a process that slept before it put a secret.
 * @returns what had come back, as `epoch/slot`
 */
export async function sweep(parts: RotationParts): Promise<string[]> {
  const epochs = await destroyedEpochs(parts, SWEPT);
  const returned: string[] = [];
  for (const { slot } of parts.keyring.epochs.slots.inForce) {
    for (const epoch of epochs) {
      if ((await slot.has(epoch).catch(unlessOutOfReach)) === false) continue;
      // The slot holds something, or cannot say. One that is out of reach is asked at the next close.
      if ((await slot.destroy(epoch).catch(unlessOutOfReach)) === undefined) break;
      returned.push(`${epoch}/${slot.name}`);
    }
  }
  return returned;
}

/**
 * The epochs of which a slot has anything although they are destroyed. Asks for every one there was, one call each.
 * @throws {UnavailableError} where the slot is out of reach
 */
export async function whatReturned(slot: RootSlot, destroyed: readonly number[]): Promise<number[]> {
  const returned: number[] = [];
  for (const epoch of destroyed) if (await slot.has(epoch)) returned.push(epoch);
  return returned;
}

interface Parts {
  readonly keyStore: KeyStore;
  readonly keyring: { readonly epochs: EpochKeys };
}

/**
 * The epochs that are destroyed, the newest first. Only those that the vault itself noted: a row that says so by
 * another's hand may be of an epoch that is needed.
 */
export async function destroyedEpochs(
  { keyStore: store, keyring: { epochs: keys } }: Parts,
  limit?: number,
): Promise<number[]> {
  const where = { state: 'destroyed' };
  const noted = await select(store.reader, epochs, { where, orderBy: ['epoch'], descending: true, limit });
  const held = await store.reader.find(
    slotsOfEpoch,
    noted.map(({ epoch }) => [epoch]),
  );
  return noted.filter((row, i) => keys.ledger.isDestroyed(row, held[i] ?? [])).map(({ epoch }) => epoch);
}

function unlessOutOfReach(error: unknown): undefined {
  if (!(error instanceof VaultError) || codeOf(error) === 'internal_error') throw error;
}

async function assertCurrentIsDurable({ keyStore: store, keyring: { epochs: keys } }: RotationParts): Promise<void> {
  await keys.refresh();
  await keys.slots.reload();
  const [[current] = []] = await store.reader.find(epochByNumber, [[keys.current]]);
  for (const { slot, required } of keys.slots.inForce) {
    if (!required) continue;
    if (current?.state === 'active' && (await holds(slot, current.epoch, (secret) => keys.isRight(current, secret)))) {
      continue;
    }
    throw new UnavailableError('key_unavailable', `The root slot ${slot.name} does not hand out the current epoch.`);
  }
}
