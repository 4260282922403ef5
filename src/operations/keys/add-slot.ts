/**
 * Adds a root slot, or brings one up to date. It is tried out, given the secrets in use, and then named in the list.
 * Running servers learn of it when the next epoch begins; no server begins one meanwhile.
 */
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import type { LeaseOptions } from '../../jobs/lease.ts';
import { besideNoJob } from '../../jobs/runner.ts';
import type { AddSlot } from '../../keyring/schema.ts';
import { type AddedSlot, addSlot as add } from '../../keyring/upkeep/slot-changes.ts';
import type { Vault } from '../../vault/vault.ts';
import { commandOperation } from '../operation.ts';

/**
 * @throws `slot_exists`, `slot_unfit`
 * @throws {UnavailableError} also while a long job works on the keys: the list is as it was
 */
export const addSlot = commandOperation({
  operationId: 'addSlot',
  action: 'add_slot',
  work: (vault: Vault, caller: Caller, body: AddSlot, lease?: LeaseOptions): Promise<AddedSlot> =>
    perform(vault, caller, { action: 'add_slot', firstTenantOnly: true, mayTakeLong: true }, async (door) => {
      const reply = await besideNoJob(vault, lease, () => add(vault, body));
      return door.commit('shared', async () => ({ reply, entry: { target: body.name } }));
    }),
});
