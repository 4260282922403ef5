/** A slot is tried out before it is trusted with anything: it must be new, hold, give back and destroy. */
import { equalBytes } from '../../crypto/mac.ts';
import { VaultError } from '../../errors.ts';
import { SECRET_BYTES } from '../epochs/epoch-keys.ts';
import type { AddSlot } from '../schema.ts';
import { envelopesInMemory } from '../slots/envelopes.ts';
import { FileSlot } from '../slots/file-slot.ts';
import { Pkcs11Slot } from '../slots/pkcs11-slot.ts';
import type { Attestation, RootSlot } from '../slots/root-slot.ts';
import { holds } from '../slots/root-slots.ts';
import type { SlotEntry, SlotSettings } from '../slots/slot-registry.ts';
import { TransitSlot } from '../slots/transit-slot.ts';
import type { SlotParts } from './slot-copies.ts';

/** Belongs to no epoch: a slot is tried out with it. */
const SCRATCH = 0;

export interface TriedOut {
  /** What the slot says it is. */
  readonly attestation: Attestation;
  /** What the registry holds the slot to from now on. */
  readonly entry: SlotEntry;
  /** Removes what the trial made for a slot that is not added after all. It removes nothing that holds a secret. */
  unmake(): Promise<void>;
}

/**
 * What fails removes what it made, and nothing else: a place that is another vault's, or may be, is not written to.
 * @throws `slot_exists`, `slot_unfit` @throws {UnavailableError}
 */
export async function tryOut(
  { keyring: { epochs, registry }, random, clock }: SlotParts,
  { name, kind, required, settings }: AddSlot,
): Promise<TriedOut> {
  const addedAt = clock();
  const plain = { name, kind, required, settings: settings as SlotSettings, addedAt, removedAt: undefined };
  const slot = registry.build(plain, envelopesInMemory());
  const unmake = async () => {
    if (slot instanceof FileSlot) await slot.unmake().catch(() => {});
  };
  try {
    const entries = await registry.entries();
    const standing = entries.find((one) => one.name === name && one.kind === kind && one.removedAt === undefined);
    const entry = { ...plain, settings: { ...plain.settings, ...(await identityOf(slot, standing)) } };
    assertNew(entries, entry);
    const attestation = await slot.attest();
    await roundTrip(
      slot,
      random(SECRET_BYTES),
      epochs.slots.inForce.filter((one) => one.slot.name !== name).map((one) => one.slot),
    );
    return { attestation, entry, unmake };
  } catch (error) {
    await unmake();
    throw error;
  } finally {
    await slot.close?.();
  }
}

/** What the registry holds a slot to from here on: an empty place that merely looks like it must not pass for it. */
async function identityOf(slot: RootSlot, standing: SlotEntry | undefined): Promise<SlotSettings> {
  if (slot instanceof FileSlot) return { id: await slot.identify(standing?.settings.id) };
  if (slot instanceof Pkcs11Slot) return slot.identify();
  return slot instanceof TransitSlot ? slot.identify() : {};
}

/** A slot that cannot hold, give back and destroy is refused while it holds nothing that matters. */
async function roundTrip(slot: RootSlot, scratch: Buffer, others: readonly RootSlot[]): Promise<void> {
  // What an earlier attempt left, if it was interrupted.
  await slot.destroy(SCRATCH);
  const before = await whoHas(others);
  await slot.put(SCRATCH, scratch);
  try {
    if (!(await holds(slot, SCRATCH, (found) => equalBytes(found, scratch)))) {
      throw new VaultError('slot_unfit', 'The slot does not give back what was put there.');
    }
    const same = (await whoHas(others)).find((other) => !before.includes(other));
    if (same !== undefined) {
      throw new VaultError('slot_exists', `This is the same place as the root slot ${same.name}.`);
    }
  } finally {
    await slot.destroy(SCRATCH);
  }
  if (await holds(slot, SCRATCH, () => true)) {
    throw new VaultError('slot_unfit', 'The slot does not destroy what it is told to.');
  }
}

/** Asks whether they have it, not for it: if one service has two addresses, only one slot has the envelope. */
async function whoHas(others: readonly RootSlot[]): Promise<RootSlot[]> {
  const having = await Promise.all(others.map((other) => other.has(SCRATCH).catch(() => false)));
  return others.filter((_, i) => having[i]);
}

/** @throws `slot_exists` unless it is new, or the very one that is there */
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
      if (!same || entry.removedAt !== undefined) throw new VaultError('slot_exists');
    } else if (entry.removedAt === undefined && place(entry) === place(wanted)) {
      throw new VaultError('slot_exists', `This is the same place as the root slot ${entry.name}.`);
    }
  }
}
