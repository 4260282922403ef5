/**
 * What every part of the house does with files and folders: the one way to put a new file on the disk, to make a name
 * outlive a crash, and to take a missing file for none.
 */
import { access, open } from 'node:fs/promises';

/**
 * Writes a file of this user alone, which is on the disk when the promise resolves. Its name is durable only with its folder.
 * @throws the system's error; EEXIST where something has that name
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

/** A name that was made, changed or removed in the folder outlives a crash from now on. */
export async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** For `catch`: a file that is not there is none. */
export function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** For `catch`: a file is none, too, where what should be a folder above it is none. */
export function unlessNoFolder(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOTDIR') return unlessGone(error);
}

/** Whether anything is there, as far as this user may look. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
