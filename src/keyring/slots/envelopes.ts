/**
 * Envelopes of slots that keep no bytes of their own, in `epoch_slots`; and in memory, for a slot that is tried out.
 */
import type { Clock } from '../../clock.ts';
import { equalBytes } from '../../crypto/mac.ts';
import { change } from '../../storage/queries.ts';
import type { KeyStore } from '../../storage/tx.ts';
import { epochSlotByName, epochSlots, givenTo } from '../tables.ts';
import type { Envelopes } from './transit-slot.ts';

export function storedEnvelopes(store: KeyStore, clock: Clock): Envelopes {
  return {
    async get(slot, epoch) {
      const [[row] = []] = await store.reader.find(epochSlotByName, [[epoch, slot]]);
      return row?.envelope ?? undefined;
    },
    put: (slot, epoch, envelope) =>
      store.exclusive(async (tx) => {
        await tx.insert(epochSlots, [givenTo(slot, epoch, clock().getTime())], 'skip');
        await change(tx, epochSlots, { epoch, slot, envelope: null }, { envelope });
        const [[row] = []] = await tx.find(epochSlotByName, [[epoch, slot]]);
        return row?.envelope ?? envelope;
      }),
    remove: (slot, epoch, only) =>
      store.exclusive(async (tx) => {
        const which = { epoch, slot, ...(only && { envelope: only }) };
        await change(tx, epochSlots, which, { envelope: null });
      }),
  };
}

export function envelopesInMemory(): Envelopes {
  const kept = new Map<string, Buffer>();
  return {
    get: async (slot, epoch) => kept.get(`${slot}/${epoch}`),
    async put(slot, epoch, envelope) {
      const standing = kept.get(`${slot}/${epoch}`) ?? envelope;
      kept.set(`${slot}/${epoch}`, standing);
      return standing;
    },
    async remove(slot, epoch, only) {
      const standing = kept.get(`${slot}/${epoch}`);
      if (only === undefined || (standing && equalBytes(standing, only))) kept.delete(`${slot}/${epoch}`);
    },
  };
}
