/** Whether a node may enter a vault that has others: only with a root slot that each of them reaches. */
import { StartError, VaultError } from '../../errors.ts';
import type { KeyStore } from '../../storage/tx.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';
import { holds } from '../slots/root-slots.ts';
import type { SlotEntry } from '../slots/slot-registry.ts';
import { epochByNumber } from '../tables.ts';
import { isItself, type NodeRow, nodeRows, type Places, placesOf } from './nodes.ts';

/**
 * Asks each required slot for the secret in use.
 * @returns whether one of those that hand it out here is the other node's, too: a service or a token, to which the list
 *   binds each name, or the same folder
 */
export async function sharedWith(
  { reader }: KeyStore,
  keys: EpochKeys,
  places: Places,
): Promise<(other: NodeRow) => boolean> {
  const [[row] = []] = await reader.find(epochByNumber, [[keys.current]]);
  const reached: { readonly name: string; readonly isFile: boolean }[] = [];
  for (const slot of keys.slots.required) {
    const hands = row !== undefined && (await holds(slot, row.epoch, (it) => keys.isRight(row, it)).catch(() => false));
    if (hands) reached.push({ name: slot.name, isFile: slot.kind === 'file' });
  }
  return (other) =>
    reached.some(
      ({ name, isFile }) => !isFile || (places[name] !== undefined && placesOf(other)[name] === places[name]),
    );
}

/**
 * Why a node could not even read what it needs, where there are others: a secret is not to be copied from one to the
 * other.
 * @returns the error as it was where this node is the only one
 */
export async function amongOthers(error: unknown, store: KeyStore, node: string | undefined): Promise<unknown> {
  if (!(error instanceof StartError) || error instanceof StrangerError || node === undefined) return error;
  const rows = await nodeRows(store.reader).catch(() => []);
  const other = rows.find((row) => isItself(row) && row.node !== node && row.abandoned_at === null);
  if (other === undefined) return error;
  return new StartError(
    `${error.message} Another node (${other.node} on ${other.label}) has this vault open, or had: do not copy its secrets; ` +
      'give the two a root slot that each reaches (keys/README.md, “Several nodes”).',
  );
}

/** Why a node may not enter, and what to do. Nothing has been changed. */
export class StrangerError extends StartError {
  constructor({ node, label }: NodeRow) {
    super(
      `Another node of this vault (${node} on ${label}) shares no required root slot with this one: neither could be sure ` +
        'that the other has destroyed what it destroys. Add a slot that each node reaches, on the first: ' +
        '`npm run lethe -- keys slots add` (keys/README.md, “Several nodes”). If that node is gone for good, or its home was moved ' +
        `here: \`npm run lethe -- nodes abandon ${node} --reason TEXT\`.`,
    );
  }
}

/** @throws `slot_needed` where the slot is the last one that all nodes share */
export function assertStillShared(rows: readonly NodeRow[], entries: readonly SlotEntry[], leaving: string): void {
  const itself = rows.filter((row) => isItself(row) && row.abandoned_at === null);
  if (itself.length < 2) return;
  const isShared = ({ name, kind }: SlotEntry) =>
    kind !== 'file' || new Set(itself.map((row) => placesOf(row)[name] ?? row.node)).size === 1;
  const shared = entries.filter((one) => one.required && one.removedAt === undefined && isShared(one));
  if (shared.length === 1 && shared[0]?.name === leaving) {
    throw new VaultError(
      'slot_needed',
      'This is the last required root slot that every node reaches. Add another one first.',
    );
  }
}
