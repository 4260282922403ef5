/** Every kind of key there is, in what state, since when, how many, and what is due; never a key. */
import type { z } from 'zod';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { EPOCH_SECONDS } from '../../keyring/cryptoperiods.ts';
import { inventory } from '../../keyring/inventory.ts';
import type { KeysReply } from '../../keyring/schema.ts';
import type { Vault } from '../../vault/vault.ts';

export async function listKeys(vault: Vault, caller: Caller): Promise<z.infer<typeof KeysReply>> {
  return perform(vault, caller, { action: 'list_keys' }, async (door) => {
    door.decide();
    const { tenant } = caller;
    const { rootKeyFrom, rotateEveryMs } = vault;
    const epochSeconds = rotateEveryMs === undefined ? EPOCH_SECONDS : rotateEveryMs / 1000;
    const keys = await inventory(vault.keyStore.reader, {
      ...{ tenant, now: door.now, rootKeyFrom, epochSeconds },
    });
    return door.commit('shared', async () => ({ reply: { keys }, entry: {} }));
  });
}
