/**
 * A backup of each store that is asked for, while the vault works. The record store first: what its copy holds has its
 * key in the copy that comes after. And deletes copies of the key store that no key opens any more.
 *
 * Does not: note in the record store that a backup was taken; whoever took it does, in a commit of its own.
 */
import { type CanaryParts, ensureCanaries } from '../canaries/canaries.ts';
import { exists } from '../files.ts';
import type { StoreName } from '../storage/table.ts';
import { type BackupParts, pruneKeyCopies, removeUnfinished, takeBackup, type Watch } from './backups.ts';
import type { Backup } from './manifest.ts';

export interface CopiesOrder {
  /** For each store that is copied, and for copies of the key store that are pruned: a folder of this machine. */
  readonly dirs: Readonly<Partial<Record<StoreName, string>>>;
  readonly stores: readonly StoreName[];
  /** Deletes the copies of the key store whose epochs are all closed, once the new ones are there. */
  readonly prune?: boolean | undefined;
  /** Told how far it is; what it throws ends it, and leaves no unfinished copy. */
  readonly watch?: Watch | undefined;
}

export interface CopiesTaken {
  readonly copies: readonly Backup[];
  readonly pruned: readonly string[];
  /** Folders of backups that were killed before they were finished, removed now. */
  readonly swept: readonly string[];
  /** Folders that were not there: perhaps a disk is not mounted, and the copies went beside the stores. */
  readonly made: readonly string[];
}

/** @throws {UnavailableError} where a folder cannot be written; nothing like a backup is left of that store */
export async function takeBackups(parts: BackupParts & CanaryParts, order: CopiesOrder): Promise<CopiesTaken> {
  const { dirs, stores, prune, watch } = order;
  // A drill has then something to open whose value is known to be right.
  if (stores.length > 0) await ensureCanaries(parts);
  const swept: string[] = [];
  for (const dir of new Set(Object.values(dirs))) swept.push(...(await removeUnfinished(parts, dir)));
  const copies: Backup[] = [];
  const made: string[] = [];
  for (const store of ['records', 'keys'] as const) {
    const dir = dirs[store];
    if (!stores.includes(store) || dir === undefined) continue;
    const wasThere = await exists(dir);
    copies.push(await takeBackup(parts, store, dir, watch));
    if (!wasThere) made.push(dir);
  }
  const pruned = prune && dirs.keys !== undefined ? await pruneKeyCopies(parts, dirs.keys) : [];
  return { copies, pruned, swept, made };
}
