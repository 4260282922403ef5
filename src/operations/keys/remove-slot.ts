/**
 * Removes a root slot and destroys the epochs' secrets in it. One that is out of reach may be given up: what it holds
 * stays there, and every certificate that needs one of those epochs stays pending and says so. No epoch begins or ends
 * meanwhile.
 */
import type { z } from 'zod';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import type { LeaseOptions } from '../../jobs/lease.ts';
import { besideNoJob } from '../../jobs/runner.ts';
import { type RemoveSlotBody, RemoveSlotQuery, RemoveSlotReply, SlotParams } from '../../keyring/schema.ts';
import { removeSlot as remove } from '../../keyring/upkeep/slot-changes.ts';
import type { Vault } from '../../vault/vault.ts';
import { operation } from '../operation.ts';

export const removeSlot = operation({
  operationId: 'removeSlot',
  action: 'remove_slot',
  method: 'delete',
  path: '/v1/keys/slots/{name}',
  summary: 'Remove a root slot, and destroy what it holds.',
  description:
    'For the first tenant alone. Called again for one that was removed and could not be reached, it tries once more. ' +
    'Where the root slot takes long, the outcome may be unknown while the work goes on; call again.',
  params: SlotParams,
  query: RemoveSlotQuery,
  reply: RemoveSlotReply,
  problems: ['slot_not_found', 'slot_needed', 'concurrent_change', 'key_unavailable'],
  example: { reply: { destroyed: [12], left: [] } },
  work: (vault, caller, { name, abandon }) => removeSlotHere(vault, caller, { name, abandon: abandon === 'true' }),
});

/**
 * The same for a command on this machine.
 * @returns the epochs that were destroyed in it, and those that were not: called again, it tries those again
 * @throws `slot_not_found`, `slot_needed`
 * @throws {UnavailableError} also while a long job is at work on the keys: the list is as it was
 */
export function removeSlotHere(
  vault: Vault,
  caller: Caller,
  { name, abandon }: z.infer<typeof RemoveSlotBody>,
  lease?: LeaseOptions,
): Promise<z.output<typeof RemoveSlotReply>> {
  return perform(vault, caller, { action: 'remove_slot', firstTenantOnly: true, mayTakeLong: true }, async (door) => {
    const reply = await besideNoJob(vault, lease, () => remove(vault, name, abandon));
    const code = reply.left.length > 0 ? 'not_destroyed' : undefined;
    return door.commit('shared', async () => ({ reply, entry: { target: name, ...(code && { code }) } }));
  });
}
