/**
 * Detects root slots that know more than the key store: they hold the secret of an epoch that the key store has not
 * begun. An epoch's row is written before any slot gets its secret, so such a key store was put back to before that.
 */
import { StartError, UnavailableError } from '../../errors.ts';
import { secret } from '../../secret.ts';
import type { KeyStore } from '../../storage/tx.ts';
import type { RootSlot, SlotInForce } from '../slots/root-slot.ts';
import type { RootSlots } from '../slots/root-slots.ts';
import { lastEpoch, openEpochs } from './epoch-states.ts';

/** How far ahead is looked where the key store's own epoch is gone: a close a day for two months. */
const AHEAD = 64;

/** @param why what says so */
export function beforeTheClose(epoch: number, why: string): StartError {
  return new StartError(
    `This copy of the key store is from before the close of epoch ${epoch} (${why}) and cannot be opened: the secret of that epoch is destroyed. ` +
      'Restore the newest copy of the key store (`npm run lethe -- restore DIR --store keys --replace`).',
  );
}

/** @throws {StartError} where a slot holds the secret of an epoch after the key store's last. Changes nothing */
export async function assertNoLaterEpoch({ reader }: KeyStore, slots: RootSlots): Promise<void> {
  const last = await lastEpoch(reader);
  if (last === undefined) return;
  const isGone = (await isHeld(slots, last.epoch)) === false;
  for (let ahead = 1; ahead <= (isGone ? AHEAD : 1); ahead += 1) {
    const epoch = last.epoch + ahead;
    if (await isHeld(slots, epoch)) throw beforeTheClose(last.epoch, `a root slot holds the secret of epoch ${epoch}`);
  }
}

/**
 * For a key store that does not open because a secret is missing: says if that secret was destroyed, as the journal
 * remembers.
 * @param closed the last epoch whose close is remembered. @throws {StartError} if the secret was destroyed
 */
export async function assertNotClosed({ reader }: KeyStore, closed = 0): Promise<void> {
  const active = (await openEpochs(reader)).filter(({ state }) => state === 'active').at(-1)?.epoch ?? 0;
  if (active > 0 && active <= closed)
    throw beforeTheClose(active, `the journal remembers the close of epoch ${closed}`);
}

/** @returns undefined where no slot has it and one could not be asked */
async function isHeld(slots: RootSlots, epoch: number): Promise<boolean | undefined> {
  try {
    using held = secret(await slots.get(epoch, () => true));
    return held !== undefined;
  } catch (error) {
    if (error instanceof UnavailableError) return undefined;
    throw error;
  }
}

/** The same slot, of which secrets are read and nothing else. */
export function readOnly({ slot, required }: SlotInForce): SlotInForce {
  const refuse = async (): Promise<never> => {
    throw new UnavailableError('key_unavailable', 'Root slots are only read here.');
  };
  const reading: RootSlot = {
    ...{ name: slot.name, kind: slot.kind, tier: slot.tier },
    get: (epoch) => slot.get(epoch),
    has: (epoch) => slot.has(epoch),
    attest: () => slot.attest(),
    put: refuse,
    destroy: refuse,
    close: async () => slot.close?.(),
  };
  return { slot: reading, required };
}
