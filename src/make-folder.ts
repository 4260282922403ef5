/**
 * Makes a folder and the missing ones above it; only this user may enter them. It replaces Node's recursive `mkdir`,
 * which never returns if an existing folder accepts no new ones, as `/proc` does.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { unlessGone } from './files.ts';

/** @returns the first folder that it made; undefined if all existed. @throws the system's error, such as ENOENT */
export async function makeFolder(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let at = resolve(path); !(await isThere(at)); at = dirname(at)) missing.unshift(at);
  let first: string | undefined;
  for (const folder of missing) {
    if (await makeOne(folder)) first ??= folder;
  }
  return first;
}

/** @returns whether this call made it; if not, something was there already. @throws the system's error */
export function makeOne(folder: string): Promise<boolean> {
  return mkdir(folder, { mode: 0o700 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return false;
    },
  );
}

/** The folder itself, or the nearest above it that there is. @throws the system's error, where that is no folder */
export async function nearestFolder(path: string): Promise<string> {
  let at = resolve(path);
  while (!(await isThere(at))) at = dirname(at);
  return at;
}

async function isThere(path: string): Promise<boolean> {
  const found = await stat(path).catch(unlessGone);
  if (found === undefined || found.isDirectory()) return found !== undefined;
  throw Object.assign(new Error('ENOTDIR'), { code: 'ENOTDIR' });
}
