/**
 * Removes a root slot and destroys the epochs' secrets in it. One that is out of reach may be given up: what it holds
 * stays there, and every certificate that needs one of those epochs stays pending and says so. No epoch begins or ends
 * meanwhile.
 */
import type { z } from 'zod';
import { assertOfFirstTenant } from '../../access/first-tenant.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import type { LeaseOptions } from '../../jobs/lease.ts';
import { besideNoJob } from '../../jobs/runner.ts';
import type { RemoveSlotBody } from '../../keyring/schema.ts';
import { removeSlot as remove } from '../../keyring/slots/slot-changes.ts';
import type { Vault } from '../../vault/vault.ts';
import { commandOperation } from '../operation.ts';

/**
 * @returns the epochs that were destroyed in it, and those that were not: called again, it tries those again
 * @throws `slot_not_found`, `slot_needed`
 * @throws {UnavailableError} also while a long job is at work on the keys: the list is as it was
 */
export const removeSlot = commandOperation({
  operationId: 'removeSlot',
  action: 'remove_slot',
  work: (
    vault: Vault,
    caller: Caller,
    { name, abandon }: z.infer<typeof RemoveSlotBody>,
    lease?: LeaseOptions,
  ): Promise<{ readonly destroyed: number[]; readonly left: number[] }> =>
    perform(vault, caller, { action: 'remove_slot', mayTakeLong: true }, async (door) => {
      await assertOfFirstTenant(vault.recordStore.reader, caller.tenant);
      const { keyStore: store, keyring, random, clock } = vault;
      const { epochs, registry } = keyring;
      const parts = { store, epochs, registry, random, clock };
      const reply = await besideNoJob(vault, lease, () => remove(parts, name, abandon));
      const code = reply.left.length > 0 ? 'not_destroyed' : undefined;
      return door.commit('shared', async () => ({ reply, entry: { target: name, ...(code && { code }) } }));
    }),
});
