/** The root slots and how they are: what answers, what each holds and lacks, and what removed ones have left. */
import { assertOfFirstTenant } from '../access/first-tenant.ts';
import { checkSlots as check, type SlotCheck, type SlotRemains } from '../keyring/slot-checks.ts';
import type { Caller } from './caller.ts';
import { perform } from './perform.ts';
import type { Vault } from './vault.ts';

export async function checkSlots(
  vault: Vault,
  caller: Caller,
): Promise<{ readonly slots: SlotCheck[]; readonly remains: SlotRemains[] }> {
  return perform(vault, caller, { action: 'check_slots', mayTakeLong: true }, async (door) => {
    door.decide();
    await assertOfFirstTenant(vault.recordStore.reader, caller.tenant);
    const { keyStore: store, keyring, random, clock } = vault;
    const { epochs, registry } = keyring;
    const reply = await check({ store, epochs, registry, random, clock });
    return door.commit('shared', async () => ({ reply, entry: {} }));
  });
}
