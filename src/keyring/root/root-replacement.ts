/**
 * What the key store says while the root key of a vault is replaced. The new key's check value stands there as
 * `root_key_check_next` before anything is wrapped under that key, and takes the place of `root_key_check` in the
 * transaction that finds nothing left under the old one; in between the vault opens with both keys only.
 */
import { UnavailableError, VaultError } from '../../errors.ts';
import type { KeyStore, KeyTx } from '../../storage/tx.ts';
import { openEpochs } from '../epochs/epoch-states.ts';
import type { EpochWrapped } from '../epochs/keys-under-epoch.ts';
import { keyFact, keyFacts } from '../key-store-facts.ts';
import { dropOtherShareSets } from './root-shares.ts';

/** @throws `unfit_root_key` for the present root key, or where a replacement by another was begun */
export async function beginReplacement(store: KeyStore, check: string): Promise<void> {
  await store.exclusive(async (tx) => {
    if ((await keyFact(tx, 'root_key_check')) === check) {
      throw new VaultError('unfit_root_key', 'This is the present root key of the vault.');
    }
    const [standing] = await tx.insertOrGet(keyFacts, [{ name: 'root_key_check_next', value: check }]);
    if (standing?.value !== check) {
      throw new VaultError('unfit_root_key', 'The replacement of the root key was begun with another new key.');
    }
  });
}

/**
 * Makes the new root key the only one. May be run again.
 * @param active the epoch that is known to be made with the new root key
 * @param retag authenticates anew, in this transaction, what else stands under the root key
 * @throws {UnavailableError} where another epoch is in use; nothing has been changed
 */
export async function finishReplacement(
  store: KeyStore,
  check: string,
  active: number,
  wrapped: readonly EpochWrapped[],
  retag: (tx: KeyTx) => Promise<void>,
): Promise<void> {
  await store.exclusive(async (tx) => {
    const rows = await openEpochs(tx);
    for (const { epoch, state } of rows.filter((row) => Number(row.epoch) !== active)) {
      let left = state === 'active' ? 1 : 0;
      for (const kind of wrapped) left += await kind.countUnder(tx, epoch);
      if (left > 0)
        throw new UnavailableError('key_unavailable', 'Keys are left under the old root key; run it again.');
    }
    await retag(tx);
    await dropOtherShareSets(tx, check);
    await tx.update(keyFacts, ['value'], [{ name: 'root_key_check', value: check }]);
    await tx.remove(keyFacts, ['name'], [['root_key_check_next']]);
  });
}
