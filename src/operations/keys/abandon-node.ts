/**
 * Gives up a node that is silent and will not come back. A person states this act, and every certificate that would
 * have waited for the node names it. It does not destroy what the node's memory and its own slots hold.
 */
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { abandonNode as abandon } from '../../keyring/nodes/node-abandon.ts';
import type { LookOptions } from '../../keyring/nodes/node-silence.ts';
import type { Vault } from '../../vault/vault.ts';
import { commandOperation } from '../operation.ts';

/**
 * @param look how long the node's silence is watched, and by which running time
 * @throws `node_not_found`, `node_alive`; nothing has been changed
 */
export const abandonNode = commandOperation({
  operationId: 'abandonNode',
  action: 'abandon_node',
  work: async (
    vault: Vault,
    caller: Caller,
    { node, reason }: { readonly node: string; readonly reason: string },
    look?: LookOptions,
  ): Promise<void> => {
    const call = { action: 'abandon_node', firstTenantOnly: true, reason, mayTakeLong: true } as const;
    await perform<void>(vault, caller, call, async (door) => {
      const { keyStore: store, keyring, clock } = vault;
      await abandon({ store, ledger: keyring.nodes, clock, look }, node, vault.node ?? '');
      return door.commit('shared', async () => ({ reply: undefined, entry: { target: node } }));
    });
  },
});
