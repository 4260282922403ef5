/**
 * Small files that outlive a crash: whole or not there, and on the disk when the promise resolves. And the other way
 * round: overwritten before their names go.
 *
 * Does not: reach copies that the file system keeps of blocks, or second names that somebody made elsewhere.
 */
import { link, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pooledRandom, type RandomSource } from '../../crypto/random.ts';
import { syncFolder, unlessGone, writeNew } from '../../files.ts';

/** The ending of a temporary name beside the file's own. */
export const TEMPORARY = '.new';
/** A process id is no name: every container has a process 1, and they may share a folder. */
const SUFFIX_BYTES = 16;
const suffixes = pooledRandom();

/**
 * Writes a file so that a crash leaves either nothing or the whole: temporary name, fsync, rename, fsync the folder.
 * @param random makes the temporary name unique: if a file of that name exists, it stays as it is, and the call fails
 */
export async function writeDurably(path: string, content: Uint8Array, random: RandomSource = suffixes): Promise<void> {
  const temporary = await writeBeside(path, content, random);
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/**
 * The same for a file that is never written over: if two processes make it at once, one does. A crash may leave the
 * temporary name behind. It then has a secret that was never used, or is a second name of this very file, so that
 * overwriting the one overwrites both.
 * @returns whether this call made it; if not, it is there, whole
 */
export async function createDurably(
  path: string,
  content: Uint8Array,
  random: RandomSource = suffixes,
): Promise<boolean> {
  const temporary = await writeBeside(path, content, random);
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // A copy with blocks of its own: unlinked as it is, it would outlive the file.
    await overwrite(temporary, content.length, random);
    return false;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(dirname(path));
  return true;
}

async function writeBeside(path: string, content: Uint8Array, random: RandomSource): Promise<string> {
  const temporary = `${path}.${random(SUFFIX_BYTES).toString('hex')}${TEMPORARY}`;
  await writeNew(temporary, content);
  return temporary;
}

/**
 * Overwrites all of a file with random bytes, which are on the disk when the promise resolves. Does nothing if the file
 * is gone.
 * @param leastBytes how many are written even where the file is shorter: it may have been cut
 */
export async function overwrite(path: string, leastBytes: number, random: RandomSource): Promise<void> {
  const file = await open(path, 'r+').catch(unlessGone);
  if (file === undefined) return;
  try {
    const { size } = await file.stat();
    const noise = random(Math.max(size, leastBytes));
    for (let at = 0; at < noise.length; ) at += (await file.write(noise, at, noise.length - at, at)).bytesWritten;
    await file.sync();
  } finally {
    await file.close();
  }
}
