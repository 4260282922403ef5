/**
 * Nodes that have fallen silent, or that have not said what they have forgotten. To detect silence, the check listens
 * to processes: up to ten seconds where one is dead, two or three where all are alive.
 */
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lastDestroyedBefore } from '../../keyring/epochs/epoch-states.ts';
import { BEATS, NODE_TTL_MS, pause, Silence } from '../../keyring/nodes/node-silence.ts';
import { isItself, type NodeRow, nodeRows } from '../../keyring/nodes/nodes.ts';
import { sqlitePath } from '../../storage/opening/url.ts';
import { type Check, type Found, note, ok, warn } from '../finding.ts';
import { urlOf, type World } from '../world.ts';
import { isFull, roomOf } from './disk.ts';
import { waitsForNobody } from './durability.ts';

/** A node says what it has forgotten at its next sign of life. */
const FORGET_GRACE_MS = 60 * 60 * 1000;

export const nodes: Check = {
  id: 'nodes',
  async look(world) {
    const { reader } = await world.keyStore();
    const { silent, alive } = await listen(world);
    // Signs of life are rows of the key store: where nobody can write, everybody is silent.
    const isMute = silent.length > 0 && (await takesNoWrites(world));
    const found: Found[] = isMute
      ? [
          warn(
            `Whether ${silent.length} processes live cannot be told: the key store, where they say so, takes no writes.`,
            'First see to the store: the findings `stores`, `replication` and `disk`. Give no node up until then.',
          ),
        ]
      : silent.map(({ node, kind, label }) =>
          warn(
            `A process of ${node} (${kind} on ${label}) says nothing any more.`,
            'Start that node again, which tidies up; one that is gone for good: `npm run lethe -- nodes abandon NODE --reason TEXT`.',
          ),
        );
    const rows = await nodeRows(reader);
    const through = await lastDestroyedBefore(reader, world.clock().getTime() - FORGET_GRACE_MS);
    const late = rows.filter((row) => row.abandoned_at === null && row.forgot < through);
    for (const row of late.filter(isItself)) {
      found.push(
        warn(
          `${row.node} (${row.label}) has not said that it has forgotten epoch ${through}: certificates wait for it.`,
          'Start it; one that is gone for good: `npm run lethe -- nodes abandon NODE --reason TEXT` (keys/README.md, “Several nodes”).',
        ),
      );
    }
    if (found.length > 0) return found;
    const servers = alive.filter(({ kind }) => kind === 'server');
    const hosts = new Set(servers.map(({ node }) => node)).size;
    if (servers.length === 0) return [note('No server of this vault runs: nothing is closed, completed or swept.')];
    const lives = `Servers give signs of life (processes: ${servers.length}, nodes: ${hosts})`;
    return [ok(`${lives}, and every node has forgotten what is destroyed.`)];
  },
};

/** As far as it shows from outside: a server that is read-only or waits in vain, a file or disk that takes nothing. */
async function takesNoWrites(world: World): Promise<boolean> {
  const server = await world.server('keys');
  if (server !== undefined) return server.readOnly || waitsForNobody(server);
  const path = sqlitePath(urlOf(world, 'keys'));
  if (path === undefined) return false;
  const isWritable = await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
  return !isWritable || isFull(await roomOf(dirname(path)));
}

async function listen(world: World): Promise<{ readonly silent: NodeRow[]; readonly alive: NodeRow[] }> {
  const { reader } = await world.keyStore();
  const { ttlMs = NODE_TTL_MS, sleep = pause } = world.look;
  const silence = new Silence(world.look);
  const living = new Set<string>();
  const nameOf = ({ node, process }: NodeRow) => `${node}/${process}`;
  for (;;) {
    const rows = (await nodeRows(reader)).filter((row) => !isItself(row));
    for (const row of silence.see(rows)) living.add(nameOf(row));
    const open = rows.filter((row) => !living.has(nameOf(row)) && !silence.isSilent(row));
    if (open.length > 0) {
      await sleep(ttlMs / BEATS);
      continue;
    }
    const isAlive = (row: NodeRow) => living.has(nameOf(row));
    return { silent: rows.filter((row) => !isAlive(row)), alive: rows.filter(isAlive) };
  }
}
