/**
 * The close of an epoch, as far as keys go, step by step. Each step finds the last one's result, whoever did it. So
 * running the steps again makes good a crash anywhere.
 *
 *   begin      the next epoch's secret is in every required slot, and every one of them has given it back
 *   activate   from this commit on nothing more is wrapped under the old epoch
 *   move       everything that is wrapped under the old epoch is wrapped under the new one, page by page (K1, K3)
 *   approve    nothing is left under the old epoch, and what must open opens; now `epoch-destruction.ts` may run
 *
 * Guarantees: a process that lost the lease changes nothing in the key store. An epoch's row names one secret by its
 * check value, for good, and no slot's secret is ever replaced. So a process that slept through its own end can do no
 * harm. If a secret was lost before it was used, its number is left out.
 */
import type { Clock } from '../../clock.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { UnavailableError, VaultError } from '../../errors.ts';
import { handOver, secret } from '../../secret.ts';
import { change, first, select } from '../../storage/queries.ts';
import type { KeyStore, KeyTx } from '../../storage/tx.ts';
import type { RootSlot } from '../slots/root-slot.ts';
import { storeIn } from '../slots/root-slots.ts';
import { type EpochRow, epochByNumber, epochSlots, epochs, givenTo } from '../tables.ts';
import { type AlteredKey, AlteredKeysError, NamedKeys } from './altered-keys.ts';
import { EpochEndedError, type EpochKeys, SECRET_BYTES } from './epoch-keys.ts';
import { isOver, lastEpoch } from './epoch-states.ts';
import type { EpochWrapped } from './keys-under-epoch.ts';

/** Keys wrapped in one transaction: some 10 ms in which nobody else writes to an embedded key store. */
const PAGE = 512;

/** Proves in a key-store transaction that this process is still the one that may do this. */
export type Fence = (tx: KeyTx) => Promise<void>;

/** A vault, or what a close needs of one. */
export interface RotationParts {
  readonly keyStore: KeyStore;
  readonly keyring: { readonly epochs: EpochKeys; readonly wrapped: readonly EpochWrapped[] };
  readonly random: RandomSource;
  readonly clock: Clock;
}

/**
 * Makes the secret of the next epoch durable in every required slot.
 * @returns the number of that epoch, and the optional slots that did not take its secret
 * @throws {UnavailableError} where a required slot does not; the epoch is not begun
 */
export async function begin(
  parts: RotationParts,
  fence: Fence,
): Promise<{ readonly next: number; readonly without: string[] }> {
  const { next, drawn } = (await interrupted(parts)) ?? (await draw(parts, fence));
  using held = secret(drawn);
  // Only now: a process that adds a slot looks for epochs once more afterwards, and finds this one.
  await parts.keyring.epochs.slots.reload();
  const without: string[] = [];
  for (const { slot, required } of parts.keyring.epochs.slots.inForce) {
    try {
      await note(parts, next, slot.name, fence);
      try {
        await storeIn(slot, next, held);
      } finally {
        await takeBackIfOver(parts, next, slot);
      }
    } catch (error) {
      if (required || !(error instanceof UnavailableError)) throw error;
      without.push(slot.name);
    }
  }
  return { next, without };
}

/**
 * A process that slept since its note may have put a secret where it was destroyed meanwhile (K5). While an epoch is
 * not approved, its destruction is still to come, and reaches what was put; before, the secret may be needed.
 * @throws {EpochEndedError} where it is over: the slot has nothing of it
 */
async function takeBackIfOver({ keyStore: store }: RotationParts, epoch: number, slot: RootSlot): Promise<void> {
  const [[row] = []] = await store.reader.find(epochByNumber, [[epoch]]);
  if (row === undefined || !isOver(row)) return;
  await slot.destroy(epoch);
  throw new EpochEndedError();
}

interface Drawn {
  readonly next: number;
  /** Its secret, owned by whoever holds this object. */
  readonly drawn: Buffer;
}

/** The secret of a beginning that a crash interrupted, from whichever slot has it. */
async function interrupted({ keyStore: store, keyring: { epochs: keys } }: RotationParts): Promise<Drawn | undefined> {
  const where = { state: 'pre_activation' };
  const row = await first(store.reader, epochs, { where, orderBy: ['epoch'], descending: true });
  if (row === undefined || row.epoch < keys.current) return undefined;
  const drawn = await keys.slots
    .get(row.epoch, (candidate) => keys.isRight(row, candidate))
    .catch(async (error: unknown) => {
      if (!(error instanceof UnavailableError)) throw error;
      // A secret that at most an optional slot has is as good as lost; a required one that is out of reach throws.
      for (const slot of keys.slots.required) await slot.has(row.epoch);
      return undefined;
    });
  return drawn && { next: row.epoch, drawn };
}

async function draw(
  { keyStore: store, keyring: { epochs: keys }, random, clock }: RotationParts,
  fence: Fence,
): Promise<Drawn> {
  const last = await lastEpoch(store.reader);
  const next = (last?.epoch ?? 0) + 1;
  using drawn = secret(random(SECRET_BYTES));
  const row: EpochRow = {
    ...{
      epoch: next,
      state: 'pre_activation',
      created_at: clock().getTime(),
      secret_check: keys.checkOf(drawn, next),
    },
    ...{
      activated_at: null,
      deactivated_at: null,
      closed_at: null,
      compromised_at: null,
      verified_at: null,
      tag: null,
    },
  };
  await store.exclusive(async (tx) => {
    await fence(tx);
    await keys.rootKeyIsCurrent(tx);
    await tx.insert(epochs, [row]);
  });
  return { next, drawn: handOver(drawn) };
}

/** Noted before a slot gets a secret, so that a crash in between leaves no copy that nobody knows of. */
async function note(
  { keyStore: store, clock }: RotationParts,
  epoch: number,
  slot: string,
  fence: Fence,
): Promise<void> {
  await store.exclusive(async (tx) => {
    await fence(tx);
    await tx.insert(epochSlots, [givenTo(slot, epoch, clock().getTime())], 'skip');
  });
}

/**
 * Ends an epoch for all that wrap keys, and begins the next.
 * @throws {EpochEndedError} where that has happened already
 */
export async function activate(parts: RotationParts, epoch: number, begun: number, fence: Fence): Promise<void> {
  const { keyStore: store, keyring, clock } = parts;
  const { epochs: keys } = keyring;
  await store.exclusive(async (tx) => {
    await fence(tx);
    await keys.rootKeyIsCurrent(tx);
    const [[old] = [], [next] = []] = await tx.find(epochByNumber, [[epoch], [begun]]);
    if (old?.state !== 'active' || next?.state !== 'pre_activation') throw new EpochEndedError();
    const at = clock().getTime();
    await tx.update(
      epochs,
      ['state', 'activated_at', 'deactivated_at'],
      [
        { ...old, state: 'deactivated', deactivated_at: at },
        { ...next, state: 'active', activated_at: at },
      ],
    );
  });
  await keys.refresh();
}

/** Who is told of a move. */
export interface MoveTold {
  /** After each page, how many rows it moved. */
  moved(rows: number): Promise<void>;
  /** Before keys that were altered are set aside: what it notes is durable first. What it throws ends the move. */
  altered?(keys: readonly AlteredKey[]): Promise<void>;
}

/**
 * Moves everything from under an epoch that has ended to the next.
 * @returns how many record keys were altered, and have been set aside
 * @throws {AlteredKeysError} for an altered key of any other kind, which has been named
 */
export async function move(
  parts: RotationParts,
  from: number,
  to: number,
  fence: Fence,
  told: MoveTold,
): Promise<number> {
  const named = new NamedKeys();
  const page = (kind: EpochWrapped) =>
    parts.keyStore.exclusive(async (tx) => {
      await fence(tx);
      return kind.rewrap(tx, from, to, PAGE, named);
    });
  for (const kind of parts.keyring.wrapped) {
    for (let rows = -1; rows !== 0; ) {
      try {
        rows = await page(kind);
        if (rows > 0) await told.moved(rows);
      } catch (error) {
        if (!(error instanceof AlteredKeysError)) throw error;
        await told.altered?.(error.keys);
        if (error.keys.some(({ record }) => record === undefined)) throw error;
        for (const key of error.keys) named.add(key);
      }
    }
  }
  return named.size;
}

/** How many rows are wrapped under an epoch. */
export async function countUnder(
  { keyStore: store, keyring: { wrapped } }: RotationParts,
  epoch: number,
): Promise<number> {
  let rows = 0;
  for (const kind of wrapped) rows += await kind.countUnder(store.reader, epoch);
  return rows;
}

/**
 * Notes that everything is as it must be before the secret of an ended epoch goes. Whoever calls it has looked.
 * @throws `epoch_in_use` where something is left under the epoch
 */
export async function approve(parts: RotationParts, epoch: number, fence: Fence): Promise<void> {
  if ((await countUnder(parts, epoch)) > 0) throw new VaultError('epoch_in_use');
  await parts.keyStore.exclusive(async (tx) => {
    await fence(tx);
    const at = parts.clock().getTime();
    await change(tx, epochs, { epoch, verified_at: null }, { verified_at: at });
  });
}

/** Epochs before the current one that are not destroyed, the oldest first; some of them may never have been used. */
export async function endedEpochs({ keyStore: store, keyring: { epochs: keys } }: RotationParts): Promise<EpochRow[]> {
  const where = { epoch: { '<': keys.current }, state: { not: 'destroyed' } };
  return select(store.reader, epochs, { where, orderBy: ['epoch'] });
}
