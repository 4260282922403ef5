/**
 * Takes a backup of each store by itself, while the vault works. The record store first: what its copy holds has its key
 * in the copy that comes after. And deletes copies of the key store that no key opens any more.
 */
import { assertOfFirstTenant } from '../../access/first-tenant.ts';
import { type BackupParts, pruneKeyCopies, removeUnfinished, takeBackup, type Watch } from '../../backup/backups.ts';
import type { Manifest } from '../../backup/manifest.ts';
import { noteBackup } from '../../backup/vault-facts.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { ensureCanaries } from '../../canaries/canaries.ts';
import type { StoreName } from '../../storage/table.ts';
import type { Vault } from '../../vault/vault.ts';
import { commandOperation } from '../operation.ts';

export interface BackupOrder {
  /** A folder of the machine that this process runs on. */
  readonly dir: string;
  readonly stores: readonly StoreName[];
  /** Deletes the copies of the key store whose epochs are all closed, once the new ones are there. */
  readonly prune?: boolean;
  /** Told how far it is; what it throws ends it, and leaves no unfinished copy. */
  readonly watch?: Watch;
}

export interface BackedUp {
  readonly copies: readonly { readonly folder: string; readonly manifest: Manifest }[];
  readonly pruned: readonly string[];
  /** Folders of backups that were killed before they were finished, removed now. */
  readonly swept: readonly string[];
}

/** @throws {UnavailableError} where the folder cannot be written; nothing that looks like a backup is left of that store */
export const backup = commandOperation({
  operationId: 'backup',
  action: 'backup',
  work: async (vault: Vault, caller: Caller, order: BackupOrder): Promise<BackedUp> => {
    const { dir, stores, prune, watch } = order;
    return perform<BackedUp>(vault, caller, { action: 'backup', mayTakeLong: true }, async (door) => {
      await assertOfFirstTenant(vault.recordStore.reader, caller.tenant);
      const parts: BackupParts = vault;
      // A drill has then something to open whose value is known to be right.
      if (stores.length > 0) await ensureCanaries(vault);
      const swept = await removeUnfinished(parts, dir);
      const copies: BackedUp['copies'][number][] = [];
      for (const store of (['records', 'keys'] as const).filter((name) => stores.includes(name))) {
        copies.push(await takeBackup(parts, store, dir, watch));
      }
      const pruned = prune ? await pruneKeyCopies(parts, dir) : [];
      const target = [...copies.map(({ manifest }) => manifest.store), ...(prune ? ['prune'] : [])].join(' ');
      return door.commit('exclusive', async (tx) => {
        for (const { manifest } of copies) await noteBackup(tx, manifest);
        return { reply: { copies, pruned, swept }, entry: { target } };
      });
    });
  },
});
