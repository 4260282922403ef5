/**
 * Gives up a silent node: certificates no longer wait for it, and say so. If it comes back, it says what it has
 * forgotten, and is no longer given up.
 */
import type { Clock } from '../../clock.ts';
import { VaultError } from '../../errors.ts';
import type { KeyStore } from '../../storage/tx.ts';
import { lastEpoch } from '../epochs/epoch-states.ts';
import { findAlive, type LookOptions } from './node-silence.ts';
import { ITSELF, isItself, type NodeLedger, type NodeRow, nodeRows, nodes } from './nodes.ts';

export interface AbandonParts {
  readonly store: KeyStore;
  readonly ledger: NodeLedger;
  readonly clock: Clock;
  readonly look?: LookOptions | undefined;
}

/**
 * @param ownName the node that asks, which is alive by that
 * @throws `node_not_found`, `node_alive`; nothing has been changed
 */
export async function abandonNode({ store, ledger, clock, look }: AbandonParts, node: string, ownName: string) {
  const rowsOf = async () => (await nodeRows(store.reader)).filter((row) => row.node === node);
  const before = await rowsOf();
  const [first] = before;
  if (first === undefined) throw new VaultError('node_not_found');
  if (node === ownName || (await findAlive(rowsOf, look)) !== undefined) throw new VaultError('node_alive');
  await store.exclusive(async (tx) => {
    const now = (await nodeRows(tx)).filter((row) => row.node === node);
    // A process that came since is alive.
    if (now.some((row) => before.every(({ process }) => process !== row.process))) throw new VaultError('node_alive');
    const newest = await lastEpoch(tx);
    const itself = now.find(isItself) ?? first;
    const row: NodeRow = {
      ...{ ...itself, process: ITSELF, kind: 'node', beat: 0 },
      // What of it had forgotten least: a process may have died with more in its memory than its node's slots had.
      forgot: Math.min(...now.map((one) => ledger.forgot(one))),
      ...{ abandoned_at: clock().getTime(), abandoned_epoch: newest?.epoch ?? 0 },
    };
    await tx.remove(nodes, ['node'], [[node]]);
    await tx.insert(nodes, [ledger.signed(row)]);
  });
}
