/**
 * This process, as others know it: one row of its own, and one for its node, which it shares with the other processes
 * on the same folder of keys.
 *
 * Guarantees: its row is there before it has read any secret, and holds up every certificate until it has said what it
 * has forgotten. It says so only after it is true: of memory in its own row, of the node's own slots in the node's. A
 * row that was removed is written again at the next beat. A vault with other nodes is not entered without a root slot
 * that each of them reaches.
 * Does not: speak for a process that sleeps, or cannot reach the key store: those are waited for.
 */
import { hostname } from 'node:os';
import type { Clock } from '../../clock.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { newId } from '../../ids.ts';
import { change, count } from '../../storage/queries.ts';
import type { KeyStore, KeyTx, Reader } from '../../storage/tx.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';
import type { SlotRegistry } from '../slots/slot-registry.ts';
import { epochs } from '../tables.ts';
import { emptyRemoved, fill, forgetIn, type OwnSlot, ownSlots, placesIn } from './local-slots.ts';
import { StrangerError, sharedWith } from './node-admission.ts';
import { nodeNameOf } from './node-identity.ts';
import { type LookOptions, Silence } from './node-silence.ts';
import {
  dismiss,
  ITSELF,
  isItself,
  type NodeLedger,
  type NodeRow,
  nodeByName,
  nodeRows,
  nodes,
  oneAtATime,
  type Places,
  type ProcessKind,
  placesOf,
} from './nodes.ts';

const MAX_LABEL = 64;

export interface NodeOptions {
  readonly store: KeyStore;
  /** The folder of the local key material: what makes a node. */
  readonly keysPath: string;
  readonly kind: ProcessKind;
  readonly random: RandomSource;
  readonly clock: Clock;
  /** How the silence of others is measured. */
  readonly look?: LookOptions | undefined;
}

/** What of the keyring a node speaks for. */
export interface NodeKeys {
  readonly epochs: EpochKeys;
  readonly registry: SlotRegistry;
  readonly nodes: NodeLedger;
  /** Forgets what is destroyed, and then calls `confirm`. */
  refresh(): Promise<void>;
}

export class Node {
  readonly #options: NodeOptions;
  readonly #row: NodeRow;
  readonly #silence: Silence;
  #keys: NodeKeys | undefined;
  #places: Places = {};
  /** What its row and its node's say, as far as this process has written it. */
  #said = { memory: 0, slots: -1, filled: 0 };
  /** How many epochs were destroyed when it last looked. */
  #heard = -1;
  #confirming: Promise<void> = Promise.resolve();

  private constructor(options: NodeOptions, row: NodeRow) {
    this.#options = options;
    this.#row = row;
    this.#silence = new Silence(options.look);
  }

  /** The node's name. */
  get name(): string {
    return this.#row.node;
  }

  /** Writes this process's row, which has forgotten nothing yet: to be called before any secret is read. */
  static async announce(options: NodeOptions): Promise<Node> {
    const { store, keysPath, kind, random, clock } = options;
    const row: NodeRow = {
      ...{ node: await nodeNameOf(keysPath, random), process: newId('process', random, clock()), kind },
      ...{ label: hostname().slice(0, MAX_LABEL), places: '{}', beat: 1, forgot: 0, announced_at: clock().getTime() },
      ...{ abandoned_at: null, abandoned_epoch: null, tag: null },
    };
    await store.exclusive((tx) => tx.insert(nodes, [row]));
    return new Node(options, row);
  }

  /**
   * Takes its place among the others.
   * @param anyway whether it may even if it shares no root slot with them: for work that mends this
   * @throws {StrangerError} where another node shares no root slot with this one, unless `anyway`: then it returns
   *   without having joined. Nothing has been changed
   */
  async join(keys: NodeKeys, anyway = false): Promise<void> {
    const { store } = this.#options;
    const [standing] = (await store.reader.find(nodeByName, [[this.name, ITSELF]]))[0] ?? [];
    this.#places = placesIn(await ownSlots(keys.registry, this.name, standing ? placesOf(standing) : {}));
    const shared = await sharedWith(store, keys.epochs, this.#places);
    // True of memory by now: this process was known before it read anything.
    const memory = keys.epochs.forgottenThrough;
    const settled = await store.exclusive(async (tx) => {
      await oneAtATime(tx);
      const others = (await nodeRows(tx)).filter((row) => row.node !== this.name);
      const strangers = others.filter((row) => isItself(row) && !keys.nodes.isAbandoned(row) && !shared(row));
      const [stranger] = strangers;
      if (stranger !== undefined) {
        if (anyway) return undefined;
        throw new StrangerError(stranger);
      }
      await tx.update(nodes, ['forgot', 'tag'], [keys.nodes.signed({ ...this.#row, forgot: memory })]);
      return { slots: await this.#settle(tx, keys), isAlone: others.length === 0 };
    });
    if (settled === undefined) return;
    this.#keys = keys;
    const { slots, isAlone } = settled;
    this.#said = { memory, slots, filled: isAlone ? keys.epochs.current : 0 };
    if (slots < memory || !isAlone) await keys.refresh();
  }

  /**
   * Says that this process has forgotten every epoch up to one, after it has, and the node's own slots, once they have.
   * What cannot be said now is said at the next beat.
   */
  confirm(through: number): Promise<void> {
    this.#confirming = this.#confirming.then(() => this.#confirm(through)).catch(() => {});
    return this.#confirming;
  }

  /** A sign of life. Learns what was destroyed since, and lets go of processes of this node that have fallen silent. */
  async beat(): Promise<void> {
    const { store } = this.#options;
    const { node, process } = this.#row;
    const { rows, destroyed } = await store.exclusive(async (tx) => {
      const known = await change(tx, nodes, { node, process }, { beat: { plus: 1 } });
      if (known === 0) {
        // Given up, or let go of, while nothing was heard of it.
        await tx.insert(nodes, [{ ...this.#row, forgot: 0, tag: null }], 'skip');
        this.#said = { memory: 0, slots: -1, filled: this.#said.filled };
      }
      const destroyed = await count(tx, epochs, { where: { state: 'destroyed' } });
      return { rows: await nodeRows(tx), destroyed };
    });
    const mine = rows.filter((row) => row.node === node);
    await this.#dismiss(mine.filter((row) => row.process !== process));
    const itself = mine.find(isItself);
    // Removed by hand.
    if (itself === undefined) this.#said = { ...this.#said, slots: -1 };
    if (destroyed === this.#heard && this.#said.slots >= this.#said.memory) return;
    await this.#keys?.refresh();
    this.#heard = destroyed;
  }

  /** Waits for what it is saying, which needs the keyring. */
  settled(): Promise<void> {
    return this.#confirming;
  }

  /** Takes its row away, and its node's where nothing is left of it: no process, and no slot of its own. */
  async leave(): Promise<void> {
    const { node, process } = this.#row;
    await this.#confirming;
    await this.#options.store.exclusive(async (tx) => {
      await tx.remove(nodes, ['node', 'process'], [[node, process]]);
      const [itself, ...others] = (await nodeRows(tx)).filter((row) => row.node === node);
      if (itself === undefined || !isItself(itself) || others.length > 0) return;
      const isBare = itself.abandoned_at === null && Object.keys(placesOf(itself)).length === 0;
      if (isBare) await tx.remove(nodes, ['node', 'process'], [[node, ITSELF]]);
    });
  }

  async #confirm(through: number): Promise<void> {
    if (this.#keys === undefined) return;
    const { store } = this.#options;
    const { epochs, registry } = this.#keys;
    const own = await ownSlots(registry, this.name, this.#places);
    const left = own.filter(({ isRemoved }) => !isRemoved);
    const moved = JSON.stringify(placesIn(left)) !== JSON.stringify(this.#places);
    if (epochs.current !== this.#said.filled && (await this.#fill(left))) this.#said.filled = epochs.current;
    if (through === this.#said.memory && through === this.#said.slots && !moved) return;
    const { believed } = await this.#standing(store.reader, this.#keys);
    const clean = await forgetIn(store, epochs, own, believed, through);
    // What was removed stays among them until it has been emptied.
    this.#places = placesIn((await emptyRemoved(store, own)) ? left : own);
    await store.exclusive((tx) => this.#write(tx, through, clean));
    this.#said = { ...this.#said, memory: through, slots: clean ? through : -1 };
  }

  async #write(tx: KeyTx, through: number, clean: boolean): Promise<void> {
    const { nodes: ledger } = this.#keys as NodeKeys;
    await oneAtATime(tx);
    await tx.update(nodes, ['forgot', 'tag'], [ledger.signed({ ...this.#row, forgot: through })]);
    if (clean) await this.#settle(tx, this.#keys as NodeKeys, through);
  }

  /**
   * The node's own row: made, brought up to date, and taken back where it was given up and is here after all.
   * @returns through which epoch it says that the node's own slots have nothing
   */
  async #settle(tx: KeyTx, keys: NodeKeys, through?: number): Promise<number> {
    const { standing, believed } = await this.#standing(tx, keys);
    const row = keys.nodes.signed({
      ...{ ...this.#row, process: ITSELF, kind: 'node', places: JSON.stringify(this.#places), beat: 0 },
      ...{
        forgot: Math.max(believed, through ?? 0),
        announced_at: standing?.announced_at ?? this.#row.announced_at,
      },
    });
    // Given up, it says first what it has forgotten.
    if (standing?.abandoned_at != null && through === undefined) return -1;
    await tx.remove(nodes, ['node', 'process'], [[this.name, ITSELF]]);
    await tx.insert(nodes, [row]);
    return row.forgot;
  }

  /**
   * The node's own row as it is, and through which epoch it is believed. A row that says more than the vault has
   * destroyed was signed after somebody wrote into the epochs: it counts as one that has said nothing.
   */
  async #standing(reader: Reader<'keys'>, { epochs, nodes: ledger }: NodeKeys) {
    const [standing] = (await reader.find(nodeByName, [[this.name, ITSELF]]))[0] ?? [];
    const said = standing === undefined ? 0 : ledger.forgot({ ...standing, forgot: Number(standing.forgot) });
    const destroyed = await epochs.ledger.destroyedThrough(reader);
    return { standing, believed: said > destroyed ? 0 : said };
  }

  async #fill(own: readonly OwnSlot[]): Promise<boolean> {
    const { store } = this.#options;
    const { epochs } = this.#keys as NodeKeys;
    const rows = await nodeRows(store.reader);
    // Where it is alone, the process that began the epoch has put its secret there.
    return rows.every((row) => row.node === this.name) || fill(store, epochs, own);
  }

  async #dismiss(others: readonly NodeRow[]): Promise<void> {
    this.#silence.see(others);
    for (const row of others.filter((one) => !isItself(one) && this.#silence.isSilent(one))) {
      await dismiss(this.#options.store, row);
    }
  }
}
