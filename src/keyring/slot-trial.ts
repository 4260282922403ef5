/** A slot is tried out before it is trusted with anything: it must be new, hold, give back and destroy. */
import type { Clock } from '../clock.ts';
import { equalBytes } from '../crypto/mac.ts';
import type { RandomSource } from '../crypto/random.ts';
import { envelopesInMemory } from './envelopes.ts';
import { type EpochKeys, SECRET_BYTES } from './epoch-keys.ts';
import { FileSlot } from './file-slot.ts';
import { Pkcs11Slot } from './pkcs11-slot.ts';
import type { Attestation, RootSlot } from './root-slot.ts';
import { holds } from './root-slots.ts';
import type { AddSlot } from './schema.ts';
import { SlotExistsError, SlotUnfitError } from './slot-errors.ts';
import type { SlotEntry, SlotRegistry, SlotSettings } from './slot-registry.ts';
import { TransitSlot } from './transit-slot.ts';

/** Of no epoch: what a slot is tried out with. */
const SCRATCH = 0;

export interface TrialParts {
  readonly epochs: EpochKeys;
  readonly registry: SlotRegistry;
  readonly random: RandomSource;
  readonly clock: Clock;
}

/**
 * @returns what the slot says it is, and its entry: with what the registry is to hold it to from here on
 * @throws {SlotExistsError} @throws {SlotUnfitError} @throws {UnavailableError}
 */
export async function tryOut(
  { registry, random, clock, epochs }: TrialParts,
  { name, kind, required, settings }: AddSlot,
): Promise<{ attestation: Attestation; entry: SlotEntry }> {
  const addedAt = clock();
  const plain = { name, kind, required, settings: settings as SlotSettings, addedAt, removedAt: undefined };
  const slot = registry.build(plain, envelopesInMemory());
  try {
    const attestation = await slot.attest();
    const entry = { ...plain, settings: { ...plain.settings, ...(await identityOf(slot)) } };
    assertNew(await registry.entries(), entry);
    await roundTrip(
      slot,
      random(SECRET_BYTES),
      epochs.slots.inForce.filter((one) => one.slot.name !== name).map((one) => one.slot),
    );
    return { attestation, entry };
  } finally {
    await slot.close?.();
  }
}

/** What the registry holds a slot to from here on: an empty place that merely looks like it must not pass for it. */
async function identityOf(slot: RootSlot): Promise<SlotSettings> {
  if (slot instanceof FileSlot) return { id: await slot.identify() };
  if (slot instanceof Pkcs11Slot) return slot.identify();
  return slot instanceof TransitSlot ? slot.identify() : {};
}

/** A slot that cannot hold, give back and destroy is refused while it holds nothing that matters. */
async function roundTrip(slot: RootSlot, scratch: Buffer, others: readonly RootSlot[]): Promise<void> {
  // What an earlier attempt left, if it was interrupted.
  await slot.destroy(SCRATCH);
  await slot.put(SCRATCH, scratch);
  try {
    if (!(await holds(slot, SCRATCH, (found) => equalBytes(found, scratch)))) {
      throw new SlotUnfitError('The slot does not give back what was put there.');
    }
    for (const other of others) {
      const same = await holds(other, SCRATCH, (found) => equalBytes(found, scratch)).catch(() => false);
      if (same) throw new SlotExistsError(`This is the same place as the root slot ${other.name}.`);
    }
  } finally {
    await slot.destroy(SCRATCH);
  }
  if (await holds(slot, SCRATCH, () => true)) throw new SlotUnfitError('The slot does not destroy what it is told to.');
}

/** @throws {SlotExistsError} unless it is new, or the very one that is there */
export function assertNew(entries: readonly SlotEntry[], wanted: SlotEntry): void {
  const place = (entry: SlotEntry) =>
    JSON.stringify([
      entry.kind,
      ...Object.entries(entry.settings)
        .filter(([, it]) => it !== undefined)
        .sort(),
    ]);
  for (const entry of entries) {
    if (entry.name === wanted.name) {
      const same = place(entry) === place(wanted) && entry.required === wanted.required;
      if (!same || entry.removedAt !== undefined) throw new SlotExistsError();
    } else if (entry.removedAt === undefined && place(entry) === place(wanted)) {
      throw new SlotExistsError(`This is the same place as the root slot ${entry.name}.`);
    }
  }
}
