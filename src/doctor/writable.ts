/** Whether the vault could write into a folder, or make it, as far as that shows without doing either. */
import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { exists } from '../files.ts';

/** Of `proc` and `sysfs`, which take no files from anybody, though the rights of their folders do not say so. */
const TAKES_NO_FILES: ReadonlySet<number> = new Set([0x9fa0, 0x62656572]);

/**
 * @returns the system's code for why not; undefined where it can be written, or made with the missing folders above it
 */
export async function writeFaultOf(folder: string): Promise<string | undefined> {
  try {
    const there = await nearest(resolve(folder));
    if (!(await stat(there)).isDirectory()) return 'ENOTDIR';
    await access(there, constants.W_OK | constants.X_OK);
    return TAKES_NO_FILES.has((await statfs(there)).type) ? 'EPERM' : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

/** The folder itself, or the closest one above it that is there. */
async function nearest(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) if (at === dirname(at) || (await exists(at))) return at;
}
