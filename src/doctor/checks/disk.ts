/** How much room is left where the vault writes. A database's server tells nobody, so it is not looked at. */
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { sqlitePath } from '../../storage/opening/url.ts';
import { type Check, type Found, fail, orOk, warn } from '../finding.ts';
import { STORES, urlOf } from '../world.ts';

const MIB = 1024 * 1024;
/** With less, a batch of calls and SQLite's log may not fit. */
const FULL = 64 * MIB;
const LITTLE = 1024 * MIB;
const LITTLE_SHARE = 0.1;

export interface Room {
  readonly path: string;
  readonly freeBytes: number;
  readonly sizeBytes: number;
  readonly freeFiles: number;
  readonly files: number;
}

export const disk: Check = {
  id: 'disk',
  async look(world) {
    const { keysPath, backupDir, keyBackupDir } = world.config;
    const stores = STORES.map((name) => sqlitePath(urlOf(world, name))).filter((path) => path !== undefined);
    const places = [
      keysPath,
      ...stores.map((path) => dirname(path)),
      ...[backupDir, keyBackupDir].filter((dir) => dir !== undefined),
      tmpdir(),
    ];
    const rooms = await Promise.all([...new Set(places)].map(roomOf));
    return orOk(
      rooms.filter((room) => room !== undefined).flatMap((room) => saidOf(room)),
      'There is room where the vault writes.',
    );
  },
};

export async function roomOf(path: string): Promise<Room | undefined> {
  // Another check reports a place that does not exist yet.
  const found = await statfs(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const { bavail, blocks, bsize, ffree, files } = found;
  return { path, freeBytes: bavail * bsize, sizeBytes: blocks * bsize, freeFiles: ffree, files };
}

/** Whether there is as good as no room left. */
export function isFull(room: Room | undefined): boolean {
  return room !== undefined && room.freeBytes < FULL;
}

export function saidOf({ path, freeBytes, sizeBytes, freeFiles, files }: Room): Found[] {
  const free = `${path}: ${Math.floor(freeBytes / MIB)} MiB are free`;
  if (freeBytes < FULL) return [fail(`${free}: it is full, or as good as.`, 'Make room: writes are refused.')];
  // Some file systems have no fixed number of files, and say 0.
  if (files > 0 && freeFiles < 1_000) return [fail(`${path}: no more files can be made there.`, 'Make room.')];
  if (freeBytes < LITTLE && freeBytes < sizeBytes * LITTLE_SHARE) return [warn(`${free}.`, 'Make room.')];
  return [];
}
