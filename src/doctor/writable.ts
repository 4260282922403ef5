/** Whether the vault could write into a folder, or make it, as far as that shows without doing either. */
import { access, constants, statfs } from 'node:fs/promises';
import { nearestFolder } from '../make-folder.ts';

/** Of `proc` and `sysfs`, which take no files from anybody, though the rights of their folders do not say so. */
const TAKES_NO_FILES: ReadonlySet<number> = new Set([0x9fa0, 0x62656572]);

/**
 * @returns the system's code for why not; undefined where it can be written, or made with the missing folders above it
 */
export async function writeFaultOf(folder: string): Promise<string | undefined> {
  try {
    const there = await nearestFolder(folder);
    await access(there, constants.W_OK | constants.X_OK);
    return TAKES_NO_FILES.has((await statfs(there)).type) ? 'EPERM' : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
