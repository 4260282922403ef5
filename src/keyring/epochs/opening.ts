/**
 * What an opening does about the epochs: it reads the secret of each under which something is wrapped, and makes the
 * first one in a vault that has none.
 *
 * Guarantees: the secret of the first epoch is durable in every required slot before its row says that it exists (K4);
 * of two processes that open a vault for the first time at once, both end with the same secret.
 */
import type { RandomSource } from '../../crypto/random.ts';
import { StartError } from '../../errors.ts';
import { secret } from '../../secret.ts';
import { change, first } from '../../storage/queries.ts';
import type { KeyStore } from '../../storage/tx.ts';
import type { RootSlot } from '../slots/root-slot.ts';
import { type RootSlots, storeIn } from '../slots/root-slots.ts';
import { EpochSecretMissingError } from '../slots/slot-errors.ts';
import { buckets, type EpochRow, epochSlots, epochs, givenTo, indexKeys, signingKeys, windows } from '../tables.ts';
import { type EpochKeys, FIRST_EPOCH, SECRET_BYTES } from './epoch-keys.ts';
import { allEpochs } from './epoch-states.ts';

/** @throws {StartError} where no slot holds a secret that is needed */
export async function readEpochs(keys: EpochKeys, store: KeyStore, random: RandomSource, now: Date): Promise<void> {
  let rows = await allEpochs(store.reader);
  if (rows.length === 0) {
    await makeFirst(keys, store, random, now);
    rows = await allEpochs(store.reader);
  }
  for (const row of rows.filter(({ state }) => state === 'active' || state === 'deactivated')) {
    if (row.secret_check === null) await adopt(keys, store, row);
    else if (row.state === 'active' || !(await isEmpty(store, row.epoch)))
      await keys.read(row.epoch).catch(orRefuseToStart);
  }
  await keys.refresh();
}

async function makeFirst(keys: EpochKeys, store: KeyStore, random: RandomSource, now: Date): Promise<void> {
  using first = secret((await keys.slots.get(FIRST_EPOCH, () => true)) ?? random(SECRET_BYTES));
  for (const slot of keys.slots.required) await storeFirst(slot, first);
  const at = now.getTime();
  const row = {
    ...{ epoch: FIRST_EPOCH, state: 'active', secret_check: keys.checkOf(first, FIRST_EPOCH) },
    ...{ created_at: at, activated_at: at, deactivated_at: null, closed_at: null },
    ...{ compromised_at: null, verified_at: null, tag: null },
  };
  await store.exclusive(async (tx) => {
    await tx.insert(epochs, [row], 'skip');
    await tx.insert(epochSlots, givenToAll(keys.slots, FIRST_EPOCH, at), 'skip');
  });
}

/** Another process that opens this vault for the first time may have been quicker: its secret is the one. */
async function storeFirst(slot: RootSlot, first: Buffer): Promise<void> {
  using theirs = secret(await slot.get(FIRST_EPOCH));
  if (theirs === undefined) {
    await storeIn(slot, FIRST_EPOCH, first).catch(async (error: unknown) => {
      using since = secret(await slot.get(FIRST_EPOCH));
      if (since === undefined) throw error;
      since.copy(first);
    });
    return;
  }
  theirs.copy(first);
}

/** An epoch of the first releases: its row gets the check value of the secret that the slots hold. */
async function adopt(keys: EpochKeys, store: KeyStore, { epoch, created_at }: EpochRow): Promise<void> {
  using held = secret(await keys.slots.get(epoch, () => true));
  if (held === undefined) throw new EpochSecretMissingError(epoch);
  const secret_check = keys.checkOf(held, epoch);
  await store.exclusive(async (tx) => {
    await change(tx, epochs, { epoch, secret_check: null }, { secret_check, activated_at: created_at });
    await tx.insert(epochSlots, givenToAll(keys.slots, epoch, created_at), 'skip');
  });
}

function givenToAll(slots: RootSlots, epoch: number, at: number) {
  return slots.required.map((slot) => givenTo(slot.name, epoch, at));
}

/**
 * The tables of what is wrapped under epochs: those of the keyring's `wrapped`, which do not exist yet when this is
 * asked.
 */
export const TABLES_UNDER_EPOCHS = [buckets, indexKeys, windows, signingKeys];

/** Whether nothing is wrapped under an epoch whose closing was interrupted; its secret may then be gone. */
async function isEmpty(store: KeyStore, epoch: number): Promise<boolean> {
  for (const table of TABLES_UNDER_EPOCHS) {
    if ((await first(store.reader, table, { columns: ['epoch'], where: { epoch } })) !== undefined) return false;
  }
  return true;
}

function orRefuseToStart(error: unknown): never {
  throw error instanceof EpochSecretMissingError ? new StartError(error.message) : error;
}
