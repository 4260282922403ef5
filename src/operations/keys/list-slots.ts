/** The list of root slots, without asking any of them: also one that is out of reach, or was removed. */
import { assertOfFirstTenant } from '../../access/first-tenant.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import type { SlotEntry } from '../../keyring/slots/slot-registry.ts';
import type { Vault } from '../../vault/vault.ts';
import { commandOperation } from '../operation.ts';

export const listSlots = commandOperation({
  operationId: 'listSlots',
  action: 'check_slots',
  work: (vault: Vault, caller: Caller): Promise<SlotEntry[]> =>
    perform(vault, caller, { action: 'check_slots' }, async (door) => {
      await assertOfFirstTenant(vault.recordStore.reader, caller.tenant);
      const reply = await vault.keyring.registry.entries();
      return door.commit('shared', async () => ({ reply, entry: {} }));
    }),
});
