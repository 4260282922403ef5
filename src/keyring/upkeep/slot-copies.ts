/**
 * Secrets that a slot is given outside the beginning of an epoch, and takes back: when it is added, and when it is
 * brought up to date.
 *
 * Guarantees: a slot is noted as holding an epoch before it is given the secret; what it had before, and was not noted
 * as given, is not removed.
 */
import type { Clock } from '../../clock.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { UnavailableError, VaultError } from '../../errors.ts';
import { secret } from '../../secret.ts';
import { select } from '../../storage/queries.ts';
import type { KeyStore } from '../../storage/tx.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';
import { allEpochs, isOver } from '../epochs/epoch-states.ts';
import type { RootSlot } from '../slots/root-slot.ts';
import { storeIn } from '../slots/root-slots.ts';
import { unlessUnavailable } from '../slots/slot-errors.ts';
import type { SlotRegistry } from '../slots/slot-registry.ts';
import { epochByNumberShared, epochSlotByName, epochSlots, givenTo } from '../tables.ts';

/** A vault, or what the upkeep of its slots needs of one. */
export interface SlotParts {
  readonly keyStore: KeyStore;
  readonly keyring: { readonly epochs: EpochKeys; readonly registry: SlotRegistry };
  readonly random: RandomSource;
  readonly clock: Clock;
}

/**
 * Gives a slot the secrets of the epoch in use and of one that is about to be.
 * @param isNew whether it is in no list yet: then a secret that it has without being given it is somebody else's
 * @returns which secrets it was given
 * @throws `slot_exists` if it has such a secret, which stays
 */
export async function copyInto(
  { keyStore: store, keyring: { epochs: keys }, clock }: SlotParts,
  slot: RootSlot,
  { isNew = false } = {},
): Promise<number[]> {
  await keys.refresh();
  const copied: number[] = [];
  const rows = (await allEpochs(store.reader)).filter(({ epoch, state }) => isInUse(state) && epoch >= keys.current);
  for (const row of rows) {
    const { epoch } = row;
    const isRight = (candidate: Buffer) => keys.isRight(row, candidate);
    using held = secret(await keys.slots.get(epoch, isRight));
    if (held === undefined) {
      // Begun, and lost before it was used: its number is left out.
      if (row.state === 'pre_activation') continue;
      throw new UnavailableError('key_unavailable', `No root slot hands out the secret of epoch ${epoch}.`);
    }
    if (isNew) await assertNotThere(store, slot, epoch);
    const noted = await store.exclusive(async (tx) => {
      const [[now] = []] = await tx.find(epochByNumberShared, [[epoch]]);
      if (now === undefined || !isInUse(now.state)) return false;
      await tx.insert(epochSlots, [givenTo(slot.name, epoch, clock().getTime())], 'skip');
      return true;
    });
    if (!noted) continue;
    await storeIn(slot, epoch, held);
    if (await takeBackIfRemoved({ keyStore: store, keyring: { epochs: keys } }, epoch, slot)) continue;
    const [now] = (await allEpochs(store.reader)).filter((one) => one.epoch === epoch);
    if (now !== undefined && isInUse(now.state)) {
      copied.push(epoch);
      continue;
    }
    // It ended meanwhile. Once it is over, it may have been destroyed everywhere else already; until then keys may
    // still be wrapped under it, and its close finds the note.
    if (now === undefined || isOver(now)) await slot.destroy(epoch);
  }
  return copied;
}

/**
 * A process that slept since it noted that a slot is given a secret may have put it there after the slot was removed,
 * and said to have destroyed what it held: it would count as destroyed in it, and be there (K5). Asked after each put.
 * Only what the vault itself noted takes a secret back: it may be the one in use.
 * @returns whether it was so: the slot has nothing of it now
 * @throws {UnavailableError} where the slot cannot be asked to
 */
export async function takeBackIfRemoved(
  { keyStore: store, keyring }: { readonly keyStore: KeyStore; readonly keyring: { readonly epochs: EpochKeys } },
  epoch: number,
  slot: RootSlot,
): Promise<boolean> {
  const [[note] = []] = await store.reader.find(epochSlotByName, [[epoch, slot.name]]);
  if (note !== undefined && !keyring.epochs.ledger.isConfirmed(note)) return false;
  await slot.destroy(epoch);
  return true;
}

/**
 * A note under its name says that an earlier attempt gave it the secret; without one, this is a place with two names.
 */
async function assertNotThere(store: KeyStore, slot: RootSlot, epoch: number): Promise<void> {
  const [[note] = []] = await store.reader.find(epochSlotByName, [[epoch, slot.name]]);
  if (note !== undefined || !(await slot.has(epoch))) return;
  throw new VaultError(
    'slot_exists',
    `The place has something of epoch ${epoch} already: it is a root slot under another name.`,
  );
}

/**
 * Destroys what a slot was given that did not come into the list, and forgets where that is confirmed. What it had
 * before was noted by nobody, and stays.
 */
export async function takeBack(parts: SlotParts, slot: RootSlot): Promise<void> {
  const rows = await select(parts.keyStore.reader, epochSlots, { where: { slot: slot.name } });
  const listed = await parts.keyring.registry.entries().catch(() => undefined);
  if (listed === undefined || listed.some(({ name }) => name === slot.name)) return;
  for (const { epoch } of rows) {
    const done = await slot.destroy(epoch).catch(unlessUnavailable);
    if (done === undefined) continue;
    await parts.keyStore.exclusive((tx) => tx.remove(epochSlots, ['epoch', 'slot'], [[epoch, slot.name]]));
  }
}

function isInUse(state: string): boolean {
  return state === 'active' || state === 'pre_activation';
}
