/**
 * Adds and removes slots while epochs begin and end. A new slot is tried out with a secret of no epoch, given the
 * secrets in use, and only then named in the list (K4). A removed slot leaves the list first, and then what it holds is
 * destroyed.
 *
 * An epoch that has ended is not copied: it is about to be destroyed in the slots that have it, and a copy made
 * meanwhile might outlive it (K5). Nothing new is wrapped under it, and its slots keep it until nothing is left there.
 *
 * The caller holds the lease of long jobs: no epoch begins or ends meanwhile, and no other slot comes or goes. If a
 * holder slept and was overtaken, it looks again after what it put outside a transaction.
 *
 * Guarantees: a slot is noted as holding an epoch before it is given the secret; the last place of a secret in use is
 * not given up; what fails or is interrupted can be called again and finishes.
 * Does not: reach a slot that is out of reach. Given up (`abandon`), it keeps what it holds: those epochs are never
 * destroyed, and no certificate that needs them becomes final.
 */
import { UnavailableError, VaultError } from '../../errors.ts';
import { change, select } from '../../storage/queries.ts';
import { allEpochs } from '../epochs/epoch-states.ts';
import { assertStillShared } from '../nodes/node-admission.ts';
import { nodeRows } from '../nodes/nodes.ts';
import type { AddSlot } from '../schema.ts';
import type { Attestation, Destruction } from '../slots/root-slot.ts';
import { holds } from '../slots/root-slots.ts';
import { unlessUnavailable } from '../slots/slot-errors.ts';
import type { SlotEntry } from '../slots/slot-registry.ts';
import { epochSlots, slotsOfEpoch } from '../tables.ts';
import { copyInto, type SlotParts, takeBack } from './slot-copies.ts';
import { assertNew, tryOut } from './slot-trial.ts';

/** Three times what a slow HSM or service needs. */
const TRIAL_TIMEOUT_MS = 60_000;

export interface AddedSlot {
  readonly attestation: Attestation;
  /** The epochs whose secrets it was given. */
  readonly epochs: readonly number[];
}

/**
 * Adds a slot, or brings one up to date that is in the list with the same settings.
 * @throws `slot_exists`, `slot_unfit` @throws {UnavailableError} where it cannot be reached: nothing of
 *   it is in the list, and what it was given is destroyed again as far as it lets itself be
 */
export async function addSlot(parts: SlotParts, wanted: AddSlot): Promise<AddedSlot> {
  const { keyring, clock } = parts;
  const { registry } = keyring;
  const { attestation, entry, unmake } = await inTime(tryOut(parts, wanted));
  const standing = (await registry.entries()).find(({ name }) => name === entry.name);
  if (standing === undefined) {
    const slot = registry.build(entry);
    try {
      // Before any slot but the first holds an epoch there is a list, so that one that was dropped is missed.
      await registry.change(() => []);
      await copyInto(parts, slot, { isNew: true });
      await registry.change((entries) => {
        assertNew(entries, entry);
        return [...entries, { ...entry, addedAt: clock() }];
      });
    } catch (error) {
      await takeBack(parts, slot);
      await unmake();
      throw error;
    } finally {
      await slot.close?.();
    }
  }
  // An epoch may have begun before the list named this slot: then it is there by now.
  await keyring.epochs.slots.reload();
  const slot = keyring.epochs.slots.byName(entry.name);
  if (slot === undefined) throw new VaultError('slot_not_found');
  return { attestation, epochs: await copyInto(parts, slot) };
}

/**
 * The caller holds up all other work on the keys, so a place that never answers must not hold up the caller for good.
 */
async function inTime<R>(trial: Promise<R>): Promise<R> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = TRIAL_TIMEOUT_MS / 1_000;
      reject(
        new UnavailableError(
          'key_unavailable',
          `The root slot did not answer within ${seconds} s. Nothing has been changed.`,
        ),
      );
    }, TRIAL_TIMEOUT_MS);
  });
  try {
    return await Promise.race([trial, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Removes a slot and destroys what it holds. May be repeated for one that was removed and could not be reached then.
 * @param abandon whether it may be given up although it is out of reach
 * @returns the epochs that were destroyed in it, and those that were not
 * @throws `slot_not_found`, `slot_needed` @throws {UnavailableError}
 */
export async function removeSlot(
  parts: SlotParts,
  name: string,
  abandon: boolean,
): Promise<{ readonly destroyed: number[]; readonly left: number[] }> {
  const { keyStore, keyring, clock } = parts;
  const { registry, epochs: keys } = keyring;
  const entry = (await registry.entries()).find((one) => one.name === name);
  if (entry === undefined) throw new VaultError('slot_not_found');
  const slot = registry.slotOf(entry);
  const reached = await slot.attest().then(
    () => true,
    (error: unknown) => {
      if (abandon && error instanceof UnavailableError) return false;
      throw error;
    },
  );
  if (entry.removedAt === undefined) {
    await keys.slots.reload();
    await assertNotNeeded(parts, name);
    assertStillShared(await nodeRows(keyStore.reader), await registry.entries(), name);
    await registry.change((entries) => {
      const now = entries.find((one) => one.name === name);
      if (now === undefined) throw new VaultError('slot_not_found');
      assertAnotherRequired(entries, name);
      return [{ ...now, removedAt: now.removedAt ?? clock() }];
    });
    await keys.slots.reload();
  }
  const destroyed: number[] = [];
  const left: number[] = [];
  for (const epoch of await heldBy(parts, name)) {
    const done = reached ? await slot.destroy(epoch).catch(unlessUnavailable) : undefined;
    (done === undefined ? left : destroyed).push(epoch);
    await record(parts, epoch, name, done);
  }
  return { destroyed, left };
}

/** @throws `slot_needed` unless every other required slot holds what is in use, and some slot what is not yet over */
async function assertNotNeeded({ keyStore: store, keyring: { epochs: keys } }: SlotParts, name: string): Promise<void> {
  const others = keys.slots.inForce.filter(({ slot }) => slot.name !== name);
  for (const row of await allEpochs(store.reader)) {
    if (row.state === 'destroyed' || (row.state === 'pre_activation' && row.epoch < keys.current)) continue;
    const isRight = (secret: Buffer) => keys.isRight(row, secret);
    if (row.state === 'active') {
      for (const { slot, required } of others) {
        if (!required || (await holds(slot, row.epoch, isRight))) continue;
        throw new VaultError(
          'slot_needed',
          `The root slot ${slot.name} does not hold epoch ${row.epoch}. Add it again to fill it.`,
        );
      }
      continue;
    }
    const [held = []] = await store.reader.find(slotsOfEpoch, [[row.epoch]]);
    if (held.some((one) => keys.ledger.isConfirmed(one))) continue;
    const elsewhere = await Promise.all(others.map(({ slot }) => holds(slot, row.epoch, isRight).catch(() => false)));
    if (!elsewhere.includes(true)) {
      throw new VaultError(
        'slot_needed',
        `No other root slot holds epoch ${row.epoch}. Close it first: npm run lethe -- keys rotate --now.`,
      );
    }
  }
}

function assertAnotherRequired(entries: readonly SlotEntry[], name: string): void {
  const others = entries.filter((one) => one.name !== name && one.required && one.removedAt === undefined);
  if (others.length === 0) {
    throw new VaultError('slot_needed', 'This is the last required root slot. Add another one first.');
  }
}

/** The epochs that a slot was given and has not destroyed. */
async function heldBy({ keyStore, keyring }: SlotParts, slot: string): Promise<number[]> {
  const rows = await select(keyStore.reader, epochSlots, { where: { slot }, orderBy: ['epoch'] });
  return rows.filter((row) => !keyring.epochs.ledger.isConfirmed(row)).map(({ epoch }) => epoch);
}

const GIVEN_UP: Destruction = {
  method: 'none',
  statement: 'The slot was given up while it was out of reach: nothing was destroyed in it.',
};

async function record(parts: SlotParts, epoch: number, slot: string, done: Destruction | undefined): Promise<void> {
  const { keyStore: store, keyring, clock } = parts;
  if (done !== undefined) return keyring.epochs.ledger.confirm(store, { epoch, slot }, done, clock().getTime());
  const statement = JSON.stringify(GIVEN_UP);
  await store.exclusive((tx) => change(tx, epochSlots, { epoch, slot, destroyed_at: null }, { statement }));
}
