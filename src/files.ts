/**
 * How every part of the house puts a new file on the disk, makes a name survive a crash, and treats a missing file.
 */
import type { Stats } from 'node:fs';
import { access, open } from 'node:fs/promises';

/** Read or changed by everybody, or changed by the group. */
const OPEN_TO_MORE_THAN_GROUP = 0o027;

/**
 * Writes a new file that only this user may read. The content is on the disk when the promise resolves; the name is
 * durable only after `syncFolder`.
 * @throws the system's error; EEXIST if something has that name
 */
export async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** From now on, names that were made, changed or removed in the folder survive a crash. */
export async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** For `catch`: turns "there is no such file" into undefined. */
export function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** For `catch`: the same, also if what should be a folder above the file is not a folder. */
export function unlessNoFolder(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOTDIR') return unlessGone(error);
}

/** Whether anything is at the path, as far as this user may see. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether a file that a setting names may be read or exchanged by more than its user and group. */
export function isOpenToAll({ mode }: Stats): boolean {
  return process.geteuid !== undefined && (mode & OPEN_TO_MORE_THAN_GROUP) !== 0;
}
