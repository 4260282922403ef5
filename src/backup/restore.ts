/**
 * Puts a backup back. It works on files and databases, not on a vault: at that time there is no vault to open, and so
 * no principal. The restored store carries a note (`restored`), which the vault's next opening writes to the audit log.
 *
 * Guarantees: nothing is touched unless the manifest is this vault's, the file is what the manifest says, and no
 * process of the vault is alive (`living.ts`). An existing store is replaced only on demand, and kept aside. A failure
 * leaves what was there. Each restore gives the store a mark of its own (`incarnation`), by which a process that runs
 * nevertheless recognises it.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Clock } from '../clock.ts';
import type { RandomSource } from '../crypto/random.ts';
import { StartError } from '../errors.ts';
import type { LookOptions } from '../keyring/nodes/node-silence.ts';
import { nodes } from '../keyring/nodes/nodes.ts';
import { loadRootKey } from '../keyring/root/root-key.ts';
import type { RootKeySource } from '../keyring/settings.ts';
import { BackupKey } from '../keyring/tree/backup-key.ts';
import { secret } from '../secret.ts';
import { dropAside } from '../storage/copies/asides.ts';
import { isThere, putBack, vaultOf } from '../storage/copies/put-back.ts';
import { assertFit } from '../storage/opening/look-at.ts';
import type { StoreName } from '../storage/table.ts';
import { listBackups, type Watch } from './backups.ts';
import { assertNobodyRuns } from './living.ts';
import { assertOurs, assertWhole, type Backup, readManifest } from './manifest.ts';

const INCARNATION_BYTES = 16;

export interface RestoreOptions {
  readonly store: StoreName;
  /** The URL of the store that is put in place. */
  readonly url: string;
  /** The URL of the vault's other store, by which a backup of another vault is detected. */
  readonly otherUrl: string;
  /** The vault that the home names; undefined where it names none. */
  readonly home: string | undefined;
  readonly rootKey: RootKeySource;
  readonly random: RandomSource;
  readonly clock: Clock;
  /** Whether an existing store is replaced; it is kept aside. */
  readonly replace: boolean;
  /** Accepts a manifest whose MAC does not fit, such as one made under a root key that has been replaced since. */
  readonly unverified?: boolean;
  /** How the silence of the vault's processes is measured. */
  readonly look?: LookOptions | undefined;
  /** Is told the progress; what it throws leaves everything as it was. */
  readonly watch?: Watch | undefined;
}

export interface Restored {
  readonly backup: Backup;
  /** Where the store that was there is now; absent where there was none. */
  readonly aside: string | undefined;
  /** How to destroy it: a command, or a statement for the store's database. */
  readonly drop: string | undefined;
}

/** @param from a backup's folder, or a folder of backups: then the newest of the store @throws {StartError} */
export async function restoreStore(from: string, options: RestoreOptions): Promise<Restored> {
  const { store, url, clock } = options;
  const backup = await findBackup(from, store);
  const { manifest } = backup;
  const engine = url.startsWith('sqlite:') ? 'sqlite' : 'postgres';
  if (manifest.engine !== engine) {
    throw new StartError(
      `This is a backup of a store on ${manifest.engine}; the store it is to replace is on ${engine}.`,
    );
  }
  if (!options.unverified) await assertMarked(backup, options);
  const vault = await vaultOf(options.otherUrl);
  if (vault !== undefined && vault !== manifest.vault) {
    throw new StartError(
      'This is a backup of another vault than the one whose other store is here. Nothing has been changed.',
    );
  }
  // The replaced store could also be another vault's: a URL that was not set names none of this one's.
  const given = await vaultOf(url);
  if ([options.home, given].some((one) => one !== undefined && one !== manifest.vault)) {
    throw new StartError(
      'This is a backup of another vault than the one whose home, or store, this is. Check LETHE_HOME, RECORD_STORE_URL and KEY_STORE_URL. Nothing has been changed.',
    );
  }
  const told = (step: string) => (done: number, total: number) => options.watch?.(step, done, total);
  const copy = await assertWhole(backup, told(`verify_${store}`));
  // This holds with --replace, too: only a vault's store may be moved aside.
  await assertFit(store, url, true);
  const there = await isThere(url);
  if (there && !options.replace) {
    throw new StartError('There is a store already. With --replace it is kept aside and the backup takes its place.');
  }
  const itself = await assertNobodyRuns(store === 'keys' ? url : options.otherUrl, options.look);
  const at = clock().toISOString();
  // The random part keeps two restores within a second apart; otherwise the second would overwrite the first.
  const moment = `${at.replace(/[-:]|\.\d+/g, '').toLowerCase()}_${options.random(4).toString('hex')}`;
  const aside = there ? `before_restore_${moment}` : undefined;
  const incarnation = options.random(INCARNATION_BYTES).toString('hex');
  const facts = { restored: JSON.stringify({ takenAt: manifest.takenAt, at }), incarnation };
  // Processes of the copy's time are gone. The rows of nodes are taken as they are now, also of those that came since.
  const instead = store === 'keys' && itself !== undefined ? { table: nodes, rows: itself } : undefined;
  const kept = await putBack(store, copy, url, facts, aside, instead, told(`restore_${store}`));
  return { backup, aside: kept, drop: kept && dropAside(url, kept) };
}

/** @throws {StartError} where there is no backup of this store */
export async function findBackup(from: string, store: StoreName): Promise<Backup> {
  const manifest = await readManifest(from);
  if (manifest !== undefined) {
    if (manifest.store === store) return { folder: from, manifest };
    throw new StartError(`The backup in ${from} is of the other store (${manifest.store}).`);
  }
  if (/^(records|keys)-\d/.test(basename(from))) {
    throw new StartError(`The folder ${from} has no manifest: a backup that was never finished is none.`);
  }
  const [newest] = await listBackups(from, store);
  if (newest === undefined)
    throw new StartError(`There is no finished backup of this store (${store}) in ${dirname(`${from}/x`)}.`);
  return newest;
}

async function assertMarked(backup: Backup, { rootKey, random }: RestoreOptions): Promise<void> {
  if (rootKey.from === 'file' && (await stat(rootKey.path).catch(() => undefined)) === undefined) {
    throw new StartError(
      `A backup is proven by the root key of its vault, and there is none in ${rootKey.path}. Put it there first, or name it with LETHE_ROOT_KEY_FILE; a new home needs the secrets of its epochs, too (keys/README.md). Nothing has been changed.`,
    );
  }
  using root = secret(await loadRootKey(rootKey, random, false));
  const key = new BackupKey(root, backup.manifest.vault);
  try {
    assertOurs(backup, key);
  } finally {
    key.wipe();
  }
}
