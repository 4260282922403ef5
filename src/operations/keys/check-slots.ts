/**
 * The root slots and how they are: what answers, what each holds and lacks, what has come back into it that was
 * destroyed, and what removed ones have left. Of what came back the audit entry says which epochs, in which slots.
 */

import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { CheckSlotsBody, CheckSlotsReply } from '../../keyring/schema.ts';
import { placesOut } from '../../keyring/slots/slot-places.ts';
import { checkSlots as check, type SlotCheck, type SlotRemains } from '../../keyring/upkeep/slot-checks.ts';
import type { Vault } from '../../vault/vault.ts';
import { operation } from '../operation.ts';

/** How many an audit entry names: the command says them all. */
const NAMED = 20;

export const checkSlots = operation({
  operationId: 'checkSlots',
  action: 'check_slots',
  method: 'post',
  path: '/v1/keys/slots/check',
  summary: 'Ask every root slot what it is and what it holds.',
  description:
    'For the first tenant alone. Changes nothing, unless what came back after its destruction is to be destroyed again. ' +
    'Where a root slot takes long, the outcome may be unknown; ask again.',
  body: CheckSlotsBody,
  reply: CheckSlotsReply,
  problems: ['key_unavailable'],
  example: {
    request: {},
    reply: {
      slots: [
        {
          ...{ name: 'bao', kind: 'transit', tier: 'service', required: true, product: 'transit engine 2.4.1' },
          limits: 'Backups that the operator of the service keeps are outside of what it states.',
          ...{ holds: [12], lacks: [], wrong: [], returned: [], latencyMs: 14, healthy: true },
        },
      ],
      remains: [],
    },
  },
  work: async (vault, caller, options) => {
    const { slots, remains } = await checkSlotsHere(vault, caller, options);
    const entries = await vault.keyring.registry.entries();
    return {
      slots: slots.map(({ problem, ...slot }) => ({
        ...slot,
        ...(problem && { problem: placesOut(problem, entries) }),
      })),
      remains,
    };
  },
});

/** The same, with their places where one is out of reach, for a command on this machine. */
export function checkSlotsHere(
  vault: Vault,
  caller: Caller,
  options: { readonly destroyReturned?: boolean } = {},
): Promise<{ readonly slots: SlotCheck[]; readonly remains: SlotRemains[] }> {
  return perform(vault, caller, { action: 'check_slots', firstTenantOnly: true, mayTakeLong: true }, async (door) => {
    const reply = await check(vault, options);
    const returned = reply.slots.flatMap(({ name, returned }) => returned.map((epoch) => `${epoch}/${name}`));
    const entry =
      returned.length === 0
        ? {}
        : { outcome: 'failed' as const, code: 'secret_returned', target: returned.slice(0, NAMED).join(',') };
    return door.commit('shared', async () => ({ reply, entry }));
  });
}
