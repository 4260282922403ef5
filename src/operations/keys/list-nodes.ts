/** The nodes of the vault, with the processes that are open on each, and through which epoch each has forgotten all. */
import { assertOfFirstTenant } from '../../access/first-tenant.ts';
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
  /** Set where it was given up. */
  readonly abandonedAt: Date | undefined;
  /** What is open there: `server`, `command`, `jobs`. Some may be dead, which nobody has noticed yet. */
  readonly processes: readonly string[];
  /** The root slots that are its own. */
  readonly slots: readonly string[];
  /** It has said that it has nothing of any epoch up to this one; 0: of none. */
  readonly forgotThrough: number;
}

export const listNodes = commandOperation({
  operationId: 'listNodes',
  action: 'list_nodes',
  work: (vault: Vault, caller: Caller): Promise<NodeEntry[]> =>
    perform(vault, caller, { action: 'list_nodes' }, async (door) => {
      await assertOfFirstTenant(vault.recordStore.reader, caller.tenant);
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
