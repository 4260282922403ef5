/**
 * Takes a backup of each store by itself into a folder of this machine, while the vault works
 * (`backup/take-backups.ts`). Over HTTP nobody names a folder: `order-backup.ts`.
 */
import type { Watch } from '../../backup/backups.ts';
import { type CopiesTaken, takeBackups } from '../../backup/take-backups.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { noteBackup } from '../../records/vault-facts.ts';
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

/** @throws {UnavailableError} if the folder cannot be written; nothing that looks like a backup is left then */
export const backup = commandOperation({
  operationId: 'backup',
  action: 'backup',
  work: async (vault: Vault, caller: Caller, { dir, stores, prune, watch }: BackupOrder): Promise<CopiesTaken> =>
    perform<CopiesTaken>(
      vault,
      caller,
      { action: 'backup', firstTenantOnly: true, mayTakeLong: true },
      async (door) => {
        const reply = await takeBackups(vault, { dirs: { records: dir, keys: dir }, stores, prune, watch });
        const { copies } = reply;
        const target = [...copies.map(({ manifest }) => manifest.store), ...(prune ? ['prune'] : [])].join(' ');
        return door.commit('exclusive', async (tx) => {
          for (const { manifest } of copies) await noteBackup(tx, manifest);
          return { reply, entry: { target } };
        });
      },
    ),
});
