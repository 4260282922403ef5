/**
 * Backups: each store by itself, in a dated folder of its own (`records-20261122T120000Z/`, `keys-…/`).
 *
 * Guarantees: a copy is the store at one moment, and is taken while the store works. The manifest is written last, so
 * an interrupted backup is no backup; a failed one leaves no folder. When both stores are copied, the record store
 * comes first. A key is committed before its record (S1), so everything in the record copy has its key in the key copy.
 * Does not: keep the two apart for good. Both copies, the root key and the epoch's secret together open everything:
 * keep the key store's copies elsewhere, and only the newest (`pruneKeyCopies`).
 */
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { lastShredded } from '../erasure/destructions.ts';
import { StartError, UnavailableError, VaultError } from '../errors.ts';
import { syncFolder } from '../files.ts';
import { openEpochs } from '../keyring/epochs/epoch-states.ts';
import { keyFact } from '../keyring/key-store-facts.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { makeFolder, makeOne } from '../make-folder.ts';
import { RELEASE } from '../release.ts';
import { remedyFor } from '../storage/errors.ts';
import type { StoreName } from '../storage/table.ts';
import type { KeyStore, RecordStore } from '../storage/tx.ts';
import { asTemporary, removeLeftovers, UNFINISHED } from '../temporary.ts';
import {
  assertOurs,
  assertWhole,
  type Backup,
  digestOf,
  FORMAT,
  MANIFEST,
  readManifest,
  writeManifest,
} from './manifest.ts';

export interface BackupParts {
  readonly recordStore: RecordStore;
  readonly keyStore: KeyStore;
  readonly keyring: Pick<Keyring, 'backups'>;
  readonly clock: Clock;
}

const FILE = {
  sqlite: { records: 'records.db', keys: 'keystore.db' },
  postgres: { records: 'records.rows', keys: 'keystore.rows' },
} as const;

/** Is told how far each step is, in units of the step's own. What it throws ends the work. */
export type Watch = (step: string, done: number, total: number) => void;

/** The folder of a backup, also of an unfinished one. */
const FOLDER = /^(records|keys)-\d{8}T\d{6}Z(-\d+)?$/;

/**
 * Removes what a killed process of this vault left of an unfinished backup: a folder without a manifest.
 * @returns the folders removed
 */
export async function removeUnfinished({ keyStore }: Pick<BackupParts, 'keyStore'>, dir: string): Promise<string[]> {
  return removeLeftovers(dir, FOLDER, (await keyFact(keyStore.reader, 'vault')) as string, [MANIFEST]);
}

/** @throws {UnavailableError} where the folder cannot be written; nothing that looks like a backup is left */
export async function takeBackup(
  parts: BackupParts,
  name: StoreName,
  dir: string,
  watch: Watch = () => {},
): Promise<Backup> {
  const { keyStore, recordStore, keyring, clock } = parts;
  const store = name === 'keys' ? keyStore : recordStore;
  const takenAt = clock();
  const began = performance.now();
  const vault = (await keyFact(keyStore.reader, 'vault')) as string;
  const before = await epochsOf(keyStore);
  const newestErasure = await newestErasureOf(recordStore);
  const folder = await newFolder(dir, name, takenAt);
  const unfinished = await asTemporary(folder, vault).catch((error: unknown) => {
    throw cannotWrite(error, dir);
  });
  try {
    const file = FILE[store.engine][name];
    const path = join(folder, file);
    const rows = await store.copyTo(path, (done, total) => watch(`copy_${name}`, done, total));
    const sizeBytes = (await stat(path)).size;
    const sha256 = await digestOf(path, sizeBytes, (done, total) => watch(`digest_${name}`, done, total));
    const after = await epochsOf(keyStore);
    const body = {
      ...({ format: FORMAT, vault, store: name, engine: store.engine, release: RELEASE } as const),
      epoch: before.active,
      openEpochs: [...new Set([...before.open, ...after.open])].sort((a, b) => a - b),
      ...(newestErasure && { newestErasure }),
      rows,
      file: { name: file, sizeBytes, sha256 },
      takenAt: takenAt.toISOString(),
      tookMs: Math.round(performance.now() - began),
    };
    const manifest = await writeManifest(folder, body, keyring.backups);
    await syncFolder(dir);
    await unfinished.keep();
    return { folder, manifest };
  } catch (error) {
    await unfinished.remove().catch(() => {});
    throw error instanceof VaultError ? error : cannotWrite(error, dir);
  }
}

/**
 * Takes a copy of the key store and reads it back. The close of an epoch does this, since no older copy opens after it.
 * @throws {UnavailableError} or {StartError}: there is no copy, and the epoch's secret must not be destroyed
 */
export async function backupKeyStore(parts: BackupParts, dir: string): Promise<Backup> {
  await removeUnfinished(parts, dir);
  const taken = await takeBackup(parts, 'keys', dir);
  const read = { folder: taken.folder, manifest: (await readManifest(taken.folder)) ?? taken.manifest };
  assertOurs(read, parts.keyring.backups);
  await assertWhole(read);
  return read;
}

/** The backups of a store in a folder, the newest first. A folder without a sound manifest is no backup. */
export async function listBackups(dir: string, store: StoreName): Promise<Backup[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    throw new StartError(`The folder ${dir} cannot be read (${error.code}).`);
  });
  const backups: Backup[] = [];
  for (const name of names.filter((candidate) => candidate.startsWith(`${store}-`))) {
    const folder = join(dir, name);
    const manifest = await readManifest(folder).catch(() => undefined);
    if (manifest?.store === store) backups.push({ folder, manifest });
  }
  return backups.sort((a, b) => order(b).localeCompare(order(a), 'en'));
}

function order({ folder, manifest }: Backup): string {
  return `${manifest.takenAt} ${folder}`;
}

/**
 * Deletes the copies of the key store in which every key is wrapped under a closed epoch: nothing opens them any more.
 * Copies of another vault, and copies whose manifest was altered, stay.
 * @returns the folders deleted
 */
export async function pruneKeyCopies(parts: BackupParts, dir: string): Promise<string[]> {
  const vault = await keyFact(parts.keyStore.reader, 'vault');
  const open = new Set((await epochsOf(parts.keyStore)).open);
  const pruned: string[] = [];
  for (const backup of await listBackups(dir, 'keys')) {
    const { openEpochs } = backup.manifest;
    if (backup.manifest.vault !== vault || openEpochs.some((epoch) => open.has(epoch))) continue;
    try {
      assertOurs(backup, parts.keyring.backups);
    } catch {
      continue;
    }
    // The manifest goes last, so that an interrupted removal leaves a backup that can be pruned again.
    await rm(join(backup.folder, backup.manifest.file.name), { force: true });
    await rm(join(backup.folder, MANIFEST), { force: true });
    await rm(join(backup.folder, UNFINISHED), { force: true });
    // If somebody else has put something beside them, it stays, and so does the folder.
    await rmdir(backup.folder).catch(() => {});
    pruned.push(backup.folder);
  }
  return pruned;
}

/** The active epoch, and every epoch whose secret may still be somewhere. */
export async function epochsOf(keyStore: Pick<KeyStore, 'reader'>): Promise<{ active: number; open: number[] }> {
  const rows = await openEpochs(keyStore.reader);
  const active = rows.filter(({ state }) => state === 'active').at(-1)?.epoch ?? 0;
  return { active, open: rows.filter(({ state }) => state !== 'pre_activation').map(({ epoch }) => epoch) };
}

async function newestErasureOf(recordStore: RecordStore) {
  const row = await lastShredded(recordStore.reader);
  return row && { erasure: row.erasure, shreddedAt: new Date(row.shredded_at as number).toISOString() };
}

/** Two backups within a second get two folders. */
async function newFolder(dir: string, store: StoreName, at: Date): Promise<string> {
  const stamp = at.toISOString().replace(/[-:]|\.\d+/g, '');
  try {
    await makeFolder(dir);
    for (let again = 1; ; again += 1) {
      const folder = join(dir, `${store}-${stamp}${again === 1 ? '' : `-${again}`}`);
      if (await makeOne(folder)) return folder;
    }
  } catch (error) {
    throw cannotWrite(error, dir);
  }
}

function cannotWrite(error: unknown, dir: string): UnavailableError {
  const cause = (error as NodeJS.ErrnoException | null)?.code;
  const why = typeof cause === 'string' ? ` (${cause})` : '';
  const remedy = typeof cause === 'string' ? remedyFor(cause) : undefined;
  return new UnavailableError(
    'store_unavailable',
    [`The backup cannot be written into ${dir}${why}.`, remedy, 'Nothing has been changed.'].filter(Boolean).join(' '),
    { cause },
  );
}
