/** The nodes of the vault: the processes open on each, and the epoch through which each has forgotten everything. */
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { isItself, type NodeRow, nodeRows, placesOf } from '../../keyring/nodes/nodes.ts';
import type { Vault } from '../../vault/vault.ts';
import { commandOperation } from '../operation.ts';

export interface NodeEntry {
  readonly node: string;
  /** What its host calls itself. */
  readonly label: string;
  readonly announcedAt: Date;
  /** Set if the node was given up. */
  readonly abandonedAt: Date | undefined;
  /** What is open there: `server`, `command`, `jobs`. Some may be dead without anybody having noticed yet. */
  readonly processes: readonly string[];
  /** The node's own root slots. */
  readonly slots: readonly string[];
  /** The node has said that it has nothing of any epoch up to this one; 0: it has said so of none. */
  readonly forgotThrough: number;
}

export const listNodes = commandOperation({
  operationId: 'listNodes',
  action: 'list_nodes',
  work: (vault: Vault, caller: Caller): Promise<NodeEntry[]> =>
    perform(vault, caller, { action: 'list_nodes', firstTenantOnly: true }, async (door) => {
      const rows = await nodeRows(vault.keyStore.reader);
      const reply = [...Map.groupBy(rows, ({ node }) => node).values()].map((of) => entryOf(vault, of));
      return door.commit('shared', async () => ({ reply, entry: {} }));
    }),
});

function entryOf({ keyring: { nodes } }: Vault, rows: readonly NodeRow[]): NodeEntry {
  const [first] = rows as [NodeRow];
  const itself = rows.find(isItself) ?? first;
  return {
    ...{ node: itself.node, label: itself.label, announcedAt: new Date(Number(itself.announced_at)) },
    abandonedAt: nodes.isAbandoned(itself) ? new Date(Number(itself.abandoned_at)) : undefined,
    processes: rows.filter((row) => !isItself(row)).map(({ kind }) => kind),
    slots: Object.keys(placesOf(itself)),
    forgotThrough: Math.min(...rows.map((row) => nodes.forgot(row))),
  };
}
