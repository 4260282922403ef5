/**
 * Splits the root key into shares for people to keep. The shares are handed out before they take effect: if a crash
 * comes in between, the set before stays in force, so people are never left without one.
 */
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import type { NewShares } from '../../keyring/root/root-shares.ts';
import type { Vault } from '../../vault/vault.ts';
import { commandOperation } from '../operation.ts';

/**
 * @returns the shares, and a function that puts them in force once they are handed out; audited before they are handed
 *   out
 * @throws `invalid_share_count`
 */
export const splitRoot = commandOperation({
  operationId: 'splitRoot',
  action: 'split_root',
  work: (
    vault: Vault,
    caller: Caller,
    { shares, threshold }: { readonly shares: number; readonly threshold: number },
  ): Promise<NewShares> =>
    perform<NewShares>(vault, caller, { action: 'split_root', firstTenantOnly: true }, async (door) => {
      const made = await vault.keyring.rootShares.split(shares, threshold, door.now);
      return door.commit('shared', async () => ({ reply: made, entry: { target: made.set } }));
    }),
});
