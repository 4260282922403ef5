/** Servers that refuse to run as root: where the tests do, it lends them the identity of `nobody`. */
import { execFileSync } from 'node:child_process';
import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What `spawn` takes; empty where this is not root. */
export const nobody: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: id('-u'), gid: id('-g') } : {};

function id(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'nobody'], { encoding: 'utf8' }));
}

/** Gives a path to whom the servers run as. */
export async function own(path: string): Promise<string> {
  if (nobody.uid !== undefined && nobody.gid !== undefined) await chown(path, nobody.uid, nobody.gid);
  return path;
}

/** The same of a folder and all that is in it. */
export async function ownAll(folder: string): Promise<void> {
  await own(folder);
  for (const entry of await readdir(folder, { recursive: true })) await own(join(folder, entry));
}
