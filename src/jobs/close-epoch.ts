/**
 * Closes an epoch: the long job that makes erasure true for every copy of the key store there ever was. The order of
 * its steps makes it safe:
 *
 *   make_secret   the next epoch's secret is in every required slot
 *   rewrap        nothing new goes under the old epoch, and what is there moves to the next; dirty buckets get new
 *                 keys, and a record key that was altered is named and set aside
 *   verify        nothing is left under the old epoch, and what must open still opens
 *   destroy       the old secret, in every slot that was given it, once the standbys and the journal have the close
 *                 and every slot is asked again for those that were destroyed before
 *   forget        each node of the vault forgets it, in memory and in slots of its own
 *   certify       erasures whose keys are now beyond every copy become final
 *
 * Guarantees: may be interrupted anywhere and run again by any process. Apps read and write all the while. The old
 * secret is destroyed only after everything else is durable. A slot that cannot confirm, and a node that has fallen
 * silent, hold up the certificates, not the job: `destroyEnded` asks the slot again until it can, and the node says so
 * when it is back.
 */
import type { Clock } from '../clock.ts';
import type { RandomSource } from '../crypto/random.ts';
import type { JobId } from '../ids.ts';
import type { AlteredKey } from '../keyring/epochs/altered-keys.ts';
import { destroy, sweep } from '../keyring/epochs/epoch-destruction.ts';
import { destroyedAfter, findEpoch, isDoomed } from '../keyring/epochs/epoch-states.ts';
import * as rotation from '../keyring/epochs/rotation.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { takeBackIfRemoved } from '../keyring/upkeep/slot-copies.ts';
import type { KeyStore } from '../storage/tx.ts';
import { type LongJob, type LongJobContext, stopIfTold } from './long-job.ts';

export interface CloseEpochParts {
  readonly keyStore: KeyStore;
  readonly keyring: Keyring;
  readonly random: RandomSource;
  readonly clock: Clock;
  /** What must be done outside the key tree. Each may be repeated. */
  readonly around: {
    /** Before the epoch ends. */
    readonly prepare?: () => Promise<void>;
    /** When the next epoch has begun. */
    readonly begun?: (epoch: number) => Promise<void>;
    /** Before record keys that were altered are set aside, and of any other altered key, which fails the close. */
    readonly altered?: (keys: readonly AlteredKey[], job: JobId) => Promise<void>;
    /** Before the old secret is destroyed; what it throws keeps the secret. */
    readonly verify?: () => Promise<void>;
    /** Notes the close elsewhere, before the secret is destroyed. @returns the places that could not confirm it */
    readonly remember?: (epoch: number) => Promise<readonly string[]>;
    /** After an epoch is destroyed: waits briefly for the nodes to forget it. @returns the nodes that have not */
    readonly forgotten?: (stopping: () => boolean) => Promise<readonly string[]>;
    /** After that. @returns how many erasures became final */
    readonly certify?: () => Promise<number>;
  };
}

export function closeEpoch(parts: CloseEpochParts): LongJob {
  return async ({ job, params, fence, progress, stopping }) => {
    const { keyring, keyStore, around } = parts;
    await keyring.refresh();
    const { epoch: asked } = params;
    const epoch = typeof asked === 'number' ? asked : keyring.epochs.current;
    const row = await findEpoch(keyStore.reader, epoch);
    let without: readonly string[] = [];
    if (row?.state === 'active') {
      await progress('make_secret', 0, 1);
      const begun = await begin(parts, fence);
      ({ without } = begun);
      // Not earlier: while a slot is out of reach, a close is tried again every minute.
      await around.prepare?.();
      await rotation.activate(parts, epoch, begun.next, fence);
    }
    await around.begun?.(keyring.epochs.current);

    let [moved, damaged] = [0, 0];
    for (const ended of await rotation.endedEpochs(parts)) {
      const total = await rotation.countUnder(parts, ended.epoch);
      let done = 0;
      await progress('rewrap', done, total);
      damaged += await rotation.move(parts, ended.epoch, keyring.epochs.current, fence, {
        async moved(rows) {
          done += rows;
          // A bucket may be made in the moment before the epoch ends.
          await progress('rewrap', done, Math.max(done, total));
          stopIfTold({ stopping });
        },
        altered: async (keys) => around.altered?.(keys, job),
      });
      moved += done;
    }

    await progress('verify', 0, 1);
    // An epoch that was approved before only waits for a slot. Verifying it again would take a copy at every try.
    const unseen = (await rotation.endedEpochs(parts)).filter((ended) => !isDoomed(ended));
    if (unseen.length > 0) {
      // Caches would show what was, not what is stored.
      keyring.buckets.wipe();
      await around.verify?.();
      for (const ended of unseen) await rotation.approve(parts, ended.epoch, fence);
    }
    await progress('destroy', 0, 1);
    const { waitsFor } = await destroyEnded(parts);
    const returned = await sweep(parts);
    const waitsForNodes = (await around.forgotten?.(stopping)) ?? [];
    const certified = (await around.certify?.()) ?? 0;
    return {
      ...{ epoch, moved, without, waitsFor, certified },
      ...(damaged > 0 ? { damaged } : {}),
      ...(returned.length > 0 ? { returned } : {}),
      ...(waitsForNodes.length > 0 ? { waitsForNodes } : {}),
    };
  };
}

/** Runs `rotation.begin`, then looks at slots that were removed meanwhile, also when it fails. */
async function begin(parts: CloseEpochParts, fence: LongJobContext['fence']) {
  const { keyring, keyStore } = parts;
  const { slots, current } = keyring.epochs;
  await slots.reload();
  const before = slots.inForce;
  try {
    return await rotation.begin(parts, fence);
  } finally {
    const given = new Map([...before, ...slots.inForce].map(({ slot }) => [slot.name, slot]));
    for (const { epoch, slot: name } of await destroyedAfter(keyStore.reader, current)) {
      const slot = given.get(name);
      if (slot !== undefined) await takeBackIfRemoved(parts, epoch, slot);
    }
  }
}

/**
 * Destroys every epoch that has ended and was verified. Each close runs it, and so does every round of the background
 * work, for slots that were out of reach.
 * @returns what has not confirmed, as `epoch/slot` or `epoch/standby` and `epoch/journal`, and how many epochs were
 *   destroyed
 */
export async function destroyEnded(
  parts: CloseEpochParts,
): Promise<{ readonly waitsFor: readonly string[]; readonly destroyed: number }> {
  const waitsFor: string[] = [];
  let destroyed = 0;
  // Skips epochs that are being closed, or whose close was not found to be right.
  for (const { epoch } of (await rotation.endedEpochs(parts)).filter(isDoomed)) {
    // A store that goes back to before the close loses its keys with the secret: others must know the close first.
    const unsaid = (await parts.around.remember?.(epoch)) ?? [];
    const late = unsaid.length > 0 ? unsaid : (await destroy(parts, epoch)).waitsFor;
    waitsFor.push(...late.map((slot) => `${epoch}/${slot}`));
    if (late.length === 0) destroyed += 1;
  }
  await parts.keyring.refresh();
  return { waitsFor, destroyed };
}
