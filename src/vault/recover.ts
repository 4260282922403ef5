/**
 * Destroys again what was destroyed before: after the key store was restored from a backup, every erasure and
 * correction the record store remembers is run through once more; after the record store was, every tenant that the key
 * store knows to be erased is erased again. May be interrupted and run again.
 */
import { pageOfErasures } from '../erasure/erasures.ts';
import { orderAgain } from '../erasure/tenant-agreement.ts';
import { complete } from '../erasure/tenants.ts';
import type { Caller } from './caller.ts';
import { perform } from './perform.ts';
import type { Vault } from './vault.ts';

const PAGE = 200;

/** @param vault opened with `recovering`. @returns how many erasures and corrections were run again */
export async function recover(vault: Vault, caller: Caller): Promise<{ erasures: number }> {
  return perform(vault, caller, { action: 'recover', mayTakeLong: true }, async (door) => {
    door.decide();
    let erasures = 0;
    await orderAgain(vault);
    for (let after = ''; ; ) {
      const page = await pageOfErasures(vault.recordStore.reader, { after, limit: PAGE });
      for (const row of page) await complete(vault, row, vault.clock);
      erasures += page.length;
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.erasure;
    }
    return door.commit('shared', async () => ({ reply: { erasures }, entry: {} }));
  });
}
