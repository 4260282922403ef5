/**
 * The root slots and how they are: what answers, what each holds and lacks, what has come back into it that was
 * destroyed, and what removed ones have left. Of what came back the audit entry says which epochs, in which slots.
 */
import { assertOfFirstTenant } from '../../access/first-tenant.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { checkSlots as check, type SlotCheck, type SlotRemains } from '../../keyring/slots/slot-checks.ts';
import type { Vault } from '../../vault/vault.ts';
import { commandOperation } from '../operation.ts';

/** How many an audit entry names: the command says them all. */
const NAMED = 20;

export const checkSlots = commandOperation({
  operationId: 'checkSlots',
  action: 'check_slots',
  work: (
    vault: Vault,
    caller: Caller,
    options: { readonly destroyReturned?: boolean } = {},
  ): Promise<{ readonly slots: SlotCheck[]; readonly remains: SlotRemains[] }> =>
    perform(vault, caller, { action: 'check_slots', mayTakeLong: true }, async (door) => {
      await assertOfFirstTenant(vault.recordStore.reader, caller.tenant);
      const { keyStore: store, keyring, random, clock } = vault;
      const { epochs, registry } = keyring;
      const reply = await check({ store, epochs, registry, random, clock }, options);
      const returned = reply.slots.flatMap(({ name, returned }) => returned.map((epoch) => `${epoch}/${name}`));
      const entry =
        returned.length === 0
          ? {}
          : { outcome: 'failed' as const, code: 'secret_returned', target: returned.slice(0, NAMED).join(',') };
      return door.commit('shared', async () => ({ reply, entry }));
    }),
});
