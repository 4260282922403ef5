/**
 * Places that an earlier release filled are bound to this vault when it opens, where a secret in them fits the check
 * value of one of its epochs. Until then they are read, and not written (`slot-folder.ts`).
 */
import type { KeyStore } from '../../storage/tx.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';
import { openEpochs } from '../epochs/epoch-states.ts';

/** A place that cannot be asked stays as it is, and is asked at the next start. */
export async function claimPlaces({ reader }: KeyStore, epochs: EpochKeys): Promise<void> {
  const rows = await openEpochs(reader);
  const isRight = (epoch: number, secret: Buffer) => {
    const row = rows.find((one) => one.epoch === epoch);
    return row !== undefined && epochs.isRight(row, secret);
  };
  const alive = rows.map(({ epoch }) => epoch);
  for (const { slot } of epochs.slots.inForce) await slot.claim?.(alive, isRight).catch(() => {});
}
