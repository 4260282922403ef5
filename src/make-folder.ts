/**
 * Makes a folder and those above it that are missing, of this user alone. In the place of Node's recursive `mkdir`, which
 * never returns where a folder that is there takes none, such as `/proc`.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { unlessGone } from './files.ts';

/** @returns the first folder that it made; undefined where all were there. @throws the system's error, such as ENOENT */
export async function makeFolder(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let at = resolve(path); !(await isThere(at)); at = dirname(at)) missing.unshift(at);
  let first: string | undefined;
  for (const folder of missing) {
    if (await makeOne(folder)) first ??= folder;
  }
  return first;
}

/** @returns whether this call made it; where not, something is there. @throws the system's error */
export function makeOne(folder: string): Promise<boolean> {
  return mkdir(folder, { mode: 0o700 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return false;
    },
  );
}

async function isThere(path: string): Promise<boolean> {
  const found = await stat(path).catch(unlessGone);
  if (found === undefined || found.isDirectory()) return found !== undefined;
  throw Object.assign(new Error('ENOTDIR'), { code: 'ENOTDIR' });
}
