/** The list of root slots, without asking any of them: also one that is out of reach, or was removed. */
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { findEpoch } from '../../keyring/epochs/epoch-states.ts';
import { type SlotListed, SlotsReply } from '../../keyring/schema.ts';
import { withoutPlaces } from '../../keyring/slots/slot-places.ts';
import { isBegunWith, type SlotEntry } from '../../keyring/slots/slot-registry.ts';
import type { Vault } from '../../vault/vault.ts';
import { operation } from '../operation.ts';

export const listSlots = operation({
  operationId: 'listSlots',
  action: 'check_slots',
  method: 'get',
  path: '/v1/keys/slots',
  summary: 'The root slots there are, and were.',
  description: 'For the first tenant alone. Asks none of them; `POST /v1/keys/slots/check` does.',
  reply: SlotsReply,
  problems: [],
  example: {
    reply: {
      slots: [
        {
          name: 'bao',
          kind: 'transit',
          required: true,
          settings: { url: 'https://bao.internal:8200', mount: 'transit' },
          addedAt: '2026-11-02T09:00:00.000Z',
        },
      ],
    },
  },
  work: async (vault, caller) => {
    const slots = await slotsHere(vault, caller);
    return { slots: slots.map(({ settings, ...slot }) => ({ ...slot, settings: said(withoutPlaces(settings)) })) };
  },
});

/** The same with their places, for a command on this machine. */
export function slotsHere(vault: Vault, caller: Caller): Promise<SlotListed[]> {
  return perform(vault, caller, { action: 'check_slots', firstTenantOnly: true }, async (door) => {
    const began = (await findEpoch(vault.keyStore.reader, 1))?.created_at;
    const reply = (await vault.keyring.registry.entries()).map((entry) => listed(entry, began));
    return door.commit('shared', async () => ({ reply, entry: {} }));
  });
}

/** @param began when the first epoch was made */
function listed(entry: SlotEntry, began: number | undefined): SlotListed {
  const { addedAt, removedAt, settings, ...slot } = entry;
  const added = isBegunWith(entry) ? began : addedAt.getTime();
  return {
    ...{ ...slot, settings: said(settings) },
    ...(added !== undefined && { addedAt: new Date(added).toISOString() }),
    ...(removedAt && { removedAt: removedAt.toISOString() }),
  };
}

function said(settings: SlotEntry['settings']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
