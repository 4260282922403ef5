/** `lethe nodes`: the hosts that the vault runs on, and how to give up one that is gone. */
import type { Command } from 'commander';
import { z } from 'zod';
import { abandonNode } from '../operations/keys/abandon-node.ts';
import { listNodes, type NodeEntry } from '../operations/keys/list-nodes.ts';
import { ReasonSchema } from '../schema.ts';
import { checked } from './arguments.ts';
import { call, KEY_FILE, type KeyOptions } from './session.ts';
import { type Column, table } from './table.ts';

/** A node that is refused because of another node must be able to give that one up. */
const VISITING = { visiting: true };

const AbandonBody = z.strictObject({
  node: z.string().regex(/^nod_[0-9a-f]{32}$/, 'must be the name of a node, as `npm run lethe -- nodes list` shows it'),
  reason: ReasonSchema,
});

const COLUMNS: readonly Column<NodeEntry>[] = [
  { title: 'node', of: ({ node }) => node },
  { title: 'host', of: ({ label }) => label },
  { title: 'since', of: ({ announcedAt }) => announcedAt.toISOString() },
  { title: 'state', of: ({ abandonedAt }) => (abandonedAt ? `given up ${abandonedAt.toISOString()}` : 'known') },
  { title: 'open', of: ({ processes }) => processes.join(', ') || '-' },
  { title: 'own slots', of: ({ slots }) => slots.join(', ') || '-' },
  { title: 'forgot', right: true, of: ({ forgotThrough }) => (forgotThrough === 0 ? '-' : `1..${forgotThrough}`) },
];

export function addNodeCommands(program: Command): void {
  const nodes = program.command('nodes').description('the nodes of the vault: each host, with its folder of keys');

  nodes
    .command('list')
    .description('list the nodes, what is open on each, and which epochs each has forgotten')
    .option(...KEY_FILE)
    .action(async ({ keyFile }: KeyOptions) => {
      const found = await call({ keyFile, ...VISITING }, listNodes);
      console.log(table(COLUMNS, found));
    });

  nodes
    .command('abandon <node>')
    .description('give up a node that is gone for good: certificates wait for it no longer, and name it')
    .requiredOption('--reason <text>', 'why; kept as a mark that says nothing by itself')
    .option(...KEY_FILE)
    .action(async (node: string, { keyFile, reason }: KeyOptions & { reason: string }) => {
      const body = checked(AbandonBody, { node, reason });
      await call({ keyFile, ...VISITING }, abandonNode, body);
      console.log(`The node ${node} is given up. What it holds is NOT destroyed: certificates say so.`);
    });
}
