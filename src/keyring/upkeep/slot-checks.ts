/**
 * Checks the root slots: which answer and how quickly, which epochs each holds, and which destroyed ones have come
 * back. Changes nothing, unless it was told to destroy again what came back.
 */

import { UnavailableError } from '../../errors.ts';
import { secret } from '../../secret.ts';
import { select } from '../../storage/queries.ts';
import { destroyedEpochs, whatReturned } from '../epochs/epoch-destruction.ts';
import { openEpochs } from '../epochs/epoch-states.ts';
import type { SlotKind, SlotTier } from '../slots/root-slot.ts';
import type { SlotEntry } from '../slots/slot-registry.ts';
import { type EpochRow, epochSlots } from '../tables.ts';
import type { SlotParts } from './slot-copies.ts';

export interface SlotCheck {
  readonly name: string;
  readonly kind: SlotKind;
  readonly tier: SlotTier;
  readonly required: boolean;
  /** What answers, as it names itself; absent where nothing does. */
  readonly product?: string;
  readonly limits?: string;
  /** Why it is out of reach, in the vault's own words. */
  readonly problem?: string;
  /** The epochs whose right secret it hands out. */
  readonly holds: number[];
  /** The epochs in use whose secret it should have and has not. */
  readonly lacks: number[];
  /** The epochs for which it hands out another secret than their check value says. */
  readonly wrong: number[];
  /** The epochs of which it has something although they are destroyed: put back from a copy, or by a sleeper (K5). */
  readonly returned: number[];
  readonly latencyMs: number;
  /** Whether it does what a slot must. */
  readonly healthy: boolean;
}

/** A slot that was removed and still has, as far as is known, what it was given. */
export interface SlotRemains {
  readonly name: string;
  readonly epochs: number[];
}

/** @param destroyReturned whether what came back is destroyed again now, and not only at the next close */
export async function checkSlots(
  parts: SlotParts,
  { destroyReturned = false } = {},
): Promise<{ readonly slots: SlotCheck[]; readonly remains: SlotRemains[] }> {
  const { keyStore: store, keyring } = parts;
  const { epochs: keys, registry } = keyring;
  await keys.refresh();
  const entries = await registry.entries();
  const rows = await openEpochs(store.reader);
  const dead = await destroyedEpochs(parts);
  const slots: SlotCheck[] = [];
  for (const entry of entries.filter(({ removedAt }) => removedAt === undefined)) {
    slots.push(await check(parts, entry, rows, dead, destroyReturned));
  }
  const held = await select(store.reader, epochSlots, { where: { destroyed_at: null }, orderBy: ['epoch'] });
  const remains = entries
    .filter(({ removedAt }) => removedAt !== undefined)
    .map(({ name }) => ({ name, epochs: held.filter(({ slot }) => slot === name).map(({ epoch }) => epoch) }))
    .filter(({ epochs }) => epochs.length > 0);
  return { slots, remains };
}

async function check(
  { keyring: { epochs: keys, registry }, clock }: SlotParts,
  entry: SlotEntry,
  rows: readonly EpochRow[],
  dead: readonly number[],
  destroyReturned: boolean,
): Promise<SlotCheck> {
  const slot = registry.slotOf(entry);
  const found = { holds: [] as number[], lacks: [] as number[], wrong: [] as number[], returned: [] as number[] };
  const begun = clock().getTime();
  const about = { name: entry.name, kind: entry.kind, required: entry.required };
  try {
    const { tier, product, limits } = await slot.attest();
    for (const row of rows) {
      using held = secret(await slot.get(row.epoch));
      if (held !== undefined && keys.isRight(row, held)) found.holds.push(row.epoch);
      else if (held !== undefined) found.wrong.push(row.epoch);
      else if (row.state === 'active') found.lacks.push(row.epoch);
    }
    found.returned = await whatReturned(slot, dead);
    if (destroyReturned) for (const epoch of found.returned) await slot.destroy(epoch);
    const healthy = found.returned.length === 0 && found.lacks.length === 0 && found.wrong.length === 0;
    return { ...about, ...found, tier, product, limits, latencyMs: clock().getTime() - begun, healthy };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    const latencyMs = clock().getTime() - begun;
    return { ...about, ...found, tier: slot.tier, problem: error.message, latencyMs, healthy: false };
  }
}
