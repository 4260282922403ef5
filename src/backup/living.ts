/**
 * Finds processes that still run on a vault whose store is about to be replaced. It reads the nodes' signs of life in
 * the key store as it stands, whichever store is replaced: an idle server has no connection by which it could be seen.
 *
 * Does not: see a release that announces nothing, or any process where the key store is lost or damaged.
 */
import { StartError } from '../errors.ts';
import { findAlive, type LookOptions } from '../keyring/nodes/node-silence.ts';
import { isItself, type NodeRow, nodes } from '../keyring/nodes/nodes.ts';
import { rowsAt } from '../storage/copies/rows-at.ts';

/**
 * Looks for as long as it takes to know that a silent process is dead.
 * @param url of the key store
 * @returns the rows of the nodes themselves, for the store that takes its place, since they say whose slots may hold
 *   what; undefined where there is no key store, or a damaged one
 * @throws {StartError} naming a process that is alive, or where the key store is there and cannot be read; nothing has
 *   been changed
 */
export async function assertNobodyRuns(url: string, options: LookOptions = {}): Promise<NodeRow[] | undefined> {
  const first = await rowsAt(url, nodes);
  if (first === undefined) return undefined;
  const read = async () => {
    const rows = await rowsAt(url, nodes);
    if (rows === undefined) throw new StartError('The key store stopped answering. Nothing has been changed.');
    return rows;
  };
  const alive = await findAlive(read, options);
  if (alive !== undefined) {
    const { node, kind, label } = alive;
    throw new StartError(
      `A process of this vault is alive (${WORDS[kind] ?? kind} on ${label}, ${node}). ` +
        'Stop every server and command of this vault first. Nothing has been changed.',
    );
  }
  return (await read()).filter(isItself);
}

const WORDS: Readonly<Record<string, string>> = { server: 'a server', command: 'a command', jobs: 'a long job' };
