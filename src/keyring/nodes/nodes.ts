/**
 * The nodes of a vault: a node is a folder of keys with the processes that are open on it. Its own row (`process`
 * empty) stands for its own root slots, the others for what a process has in memory. All are in the key store, which
 * each reaches.
 *
 *   beat     grows with each sign of life of a process (decision 12: no clocks are compared)
 *   forgot   of every epoch up to this one, all of which are destroyed, it has nothing any more
 *   places   of a node: its file slots by name, and which folder that is
 *
 * Guarantees: that a row has forgotten something, or was given up, counts with a MAC under a key of the root key alone.
 * Does not: miss a row that somebody removed; a process that lives writes its own, and its node's, again at its next
 * beat.
 */
import { deriveKey } from '../../crypto/kdf.ts';
import { equalBytes, mac } from '../../crypto/mac.ts';
import { secret, wipe } from '../../secret.ts';
import { removeWhere, select } from '../../storage/queries.ts';
import { lookup, type Row, table } from '../../storage/table.ts';
import type { KeyStore, KeyTx, Reader } from '../../storage/tx.ts';
import { keyFacts } from '../key-store-facts.ts';

export const nodes = table(
  'keys',
  'nodes',
  {
    node: 'text',
    /** Empty: the node itself. */
    process: 'text',
    /** `node`; of a process, a `ProcessKind`. */
    kind: 'text',
    /** What the host calls itself, for people. */
    label: 'text',
    places: 'text',
    beat: 'int',
    forgot: 'int',
    announced_at: 'int',
    /** When it was given up, and the newest epoch there was at that time. */
    abandoned_at: 'int?',
    abandoned_epoch: 'int?',
    tag: 'bytes?',
  },
  ['node', 'process'],
);
export type NodeRow = Row<typeof nodes>;
export const nodeByName = lookup(nodes, ['node', 'process']);

/** `server`; `command`: of the command line; `jobs`: the thread in which a server does its long jobs. */
export type ProcessKind = 'server' | 'command' | 'jobs';

/** The row that stands for the node itself. */
export const ITSELF = '';
const TAG_BYTES = 32;

/** The node's folder, and so its slots, by name. */
export type Places = Readonly<Record<string, string>>;

export async function nodeRows(reader: Reader<'keys'>): Promise<NodeRow[]> {
  const rows = await select(reader, nodes, { orderBy: ['node', 'process'] });
  return rows.map((row) => ({ ...row, beat: Number(row.beat), forgot: Number(row.forgot) }));
}

/** If two come at the same moment, the second sees the first. */
export async function oneAtATime(tx: KeyTx): Promise<void> {
  await select(tx, keyFacts, { columns: ['name'], where: { name: 'vault' }, lock: 'wait' });
}

export function isItself({ process }: Pick<NodeRow, 'process'>): boolean {
  return process === ITSELF;
}

export function placesOf({ places }: Pick<NodeRow, 'places'>): Places {
  return JSON.parse(places) as Places;
}

/** Removes the row of a process that is dead, unless it has given a sign of life since it was read. */
export async function dismiss(store: KeyStore, { node, process, beat }: NodeRow): Promise<void> {
  await store.exclusive((tx) => removeWhere(tx, nodes, { node, process, beat }));
}

/** What the vault believes of these rows. */
export class NodeLedger {
  readonly #key: Buffer;
  readonly #vaultId: string;

  /** @param rootKey the caller keeps it, and wipes it */
  constructor(rootKey: Uint8Array, vaultId: string) {
    this.#key = keyOf(rootKey, vaultId);
    this.#vaultId = vaultId;
  }

  /** The row with the MAC of what it says now. */
  signed(row: NodeRow): NodeRow {
    return { ...row, tag: tagOf(this.#key, row) };
  }

  /** Whether it was given up, by this vault's own act. */
  isAbandoned(row: NodeRow): boolean {
    return row.abandoned_at !== null && this.#isOurs(row);
  }

  /** Through which epoch it has nothing of any; 0 where it has said nothing of that. */
  forgot(row: NodeRow): number {
    return this.#isOurs(row) ? row.forgot : 0;
  }

  /** The rows that may hold something of an epoch, and were not given up. */
  late(rows: readonly NodeRow[], epoch: number): NodeRow[] {
    return rows.filter((row) => !this.isAbandoned(row) && this.forgot(row) < epoch);
  }

  /** Every epoch up to this one is forgotten by all nodes and processes that were not given up. */
  forgottenThrough(rows: readonly NodeRow[]): number {
    const counted = rows.filter((row) => !this.isAbandoned(row));
    return Math.min(Number.MAX_SAFE_INTEGER, ...counted.map((row) => this.forgot(row)));
  }

  /** Writes under another root key what this one vouches for, in the transaction in which the vault takes that key. */
  async retag(tx: KeyTx, rootKey: Uint8Array): Promise<void> {
    using key = secret(keyOf(rootKey, this.#vaultId));
    const ours = (await nodeRows(tx)).filter((row) => this.#isOurs(row));
    await tx.update(
      nodes,
      ['tag'],
      ours.map((row) => ({ ...row, tag: tagOf(key, row) })),
    );
  }

  wipe(): void {
    wipe(this.#key);
  }

  #isOurs(row: NodeRow): boolean {
    return row.tag !== null && equalBytes(row.tag, tagOf(this.#key, row));
  }
}

function keyOf(rootKey: Uint8Array, vaultId: string): Buffer {
  return deriveKey(rootKey, 'lethe/nodes/1', vaultId);
}

function tagOf(key: Buffer, row: NodeRow): Buffer {
  const { node, process, places, forgot, abandoned_at, abandoned_epoch } = row;
  return mac(key, 'lethe/node/1', TAG_BYTES, node, process, places, forgot, abandoned_at ?? '', abandoned_epoch ?? '');
}
