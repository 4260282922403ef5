/**
 * Checks whom the file system lets at the key material, before anything of it is read. If others than the process's
 * user and root could read or exchange it, the vault does not start, and says which commands mend that.
 *
 *   keys/, epochs/, journal/       changed by nobody else, nor the folders in journal/; their names may be read
 *   what they hold (*.key, salt)   read (salt: changed) by nobody else, nor their group; owned by the user or root
 *   key files elsewhere            not read by everybody; their group may, which is how Kubernetes hands out secrets
 *   the folders above              not changed by everybody, unless sticky like /tmp: others could replace the folders
 *
 * Links are followed: what counts is where they lead, and every folder on the way there. An access list (POSIX ACL)
 * that lets somebody in shows in the group's bits. In a vault that has no keys yet, a folder that its group may change
 * is closed instead, because `git clone` makes it so under a umask of 002.
 * Does not: look where there are no such modes (Windows), believe that a file system keeps to them, or notice what is
 * opened to others while the vault runs.
 */
import type { Stats } from 'node:fs';
import { chmod, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { StartError } from '../errors.ts';
import { isOpenToAll } from '../files.ts';
import type { RootKeySource } from './settings.ts';

/** For the folder of keys: that of the file slot that a vault begins with, and the journal's. */
export const EPOCHS_FOLDER = 'epochs';
export const JOURNAL_FOLDER = 'journal';

const CHANGED_BY_OTHERS = 0o022;
const CHANGED_BY_ALL = 0o002;
const OPEN_TO_OTHERS = 0o077;
const STICKY = 0o1000;

/** What is not as it must be, and the command that mends it. */
export interface Fault {
  readonly path: string;
  readonly said: string;
  readonly mend: string;
}

/** @throws {StartError} naming each file and folder at fault, and the commands to run; nothing has been read */
export async function assertPrivateKeys(keysPath: string, rootKey: RootKeySource): Promise<void> {
  const found = await openToOthers(keysPath, rootKey, closedFolder);
  if (found.length === 0) return;
  const said = found.map(({ path, said }) => `${path} (${said})`).join(', ');
  throw new StartError(
    `Key material is open to others: ${said}. Run: ${found.map(({ mend }) => mend).join(' && ')}. ` +
      'If somebody may have read or changed it: keys/README.md, “Who may read this folder”.',
  );
}

/** The same, of which nothing is closed and nothing thrown. */
export function keyFaults(keysPath: string, rootKey: RootKeySource): Promise<Fault[]> {
  return openToOthers(keysPath, rootKey, folderFault);
}

/** @param ofNew what is done about the folder of a vault that has no keys yet */
async function openToOthers(keysPath: string, rootKey: RootKeySource, ofNew: typeof folderFault): Promise<Fault[]> {
  const user = process.geteuid?.();
  if (user === undefined) return [];
  const epochs = join(keysPath, EPOCHS_FOLDER);
  const named = rootKey.from === 'file' ? resolve(rootKey.path) : undefined;
  const isElsewhere = named !== undefined && relative(keysPath, named).startsWith('..');
  const within = new Set([...(await keyFilesIn(keysPath)), ...(await keyFilesIn(epochs))]);
  const isNew = within.size === 0;
  if (named !== undefined && !isElsewhere) within.add(named);
  const faults = [await (isNew ? ofNew : folderFault)(keysPath, user), await folderFault(epochs, user)];
  for (const path of await journalFolders(keysPath)) faults.push(await folderFault(path, user));
  for (const path of within) faults.push(await fileFault(path, user));
  if (isElsewhere) faults.push(await namedFileFault(named));
  for (const path of await foldersAbove([keysPath, ...(isElsewhere ? [named] : [])]))
    faults.push(await aboveFault(path));
  return faults.filter((fault) => fault !== undefined);
}

async function folderFault(path: string, user: number): Promise<Fault | undefined> {
  const found = await stat(path).catch(unlookedAt);
  if (found === undefined) return undefined;
  if ((found.mode & CHANGED_BY_OTHERS) !== 0) return fault(path, found, `chmod 700 ${quoted(path)}`);
  return ownerFault(path, found, user);
}

/** For a folder that holds no keys yet: closes it to its group, and looks again. */
async function closedFolder(path: string, user: number): Promise<Fault | undefined> {
  const found = await stat(path).catch(unlookedAt);
  const mayClose = found !== undefined && found.uid === user && (found.mode & CHANGED_BY_ALL) === 0;
  if (mayClose && (found.mode & CHANGED_BY_OTHERS) !== 0) await chmod(path, 0o700);
  return folderFault(path, user);
}

async function fileFault(path: string, user: number): Promise<Fault | undefined> {
  const found = await stat(path).catch(unlookedAt);
  if (found === undefined) return undefined;
  const isSecret = !path.endsWith('.salt');
  if ((found.mode & (isSecret ? OPEN_TO_OTHERS : CHANGED_BY_OTHERS)) !== 0) {
    return fault(path, found, `chmod 600 ${quoted(path)}`);
  }
  return ownerFault(path, found, user);
}

async function namedFileFault(path: string): Promise<Fault | undefined> {
  const found = await stat(path).catch(unlookedAt);
  if (found === undefined || !isOpenToAll(found)) return undefined;
  return fault(path, found, `chmod g-w,o= ${quoted(path)}`);
}

async function aboveFault(path: string): Promise<Fault | undefined> {
  const found = await stat(path).catch(unlookedAt);
  if (found === undefined || (found.mode & CHANGED_BY_ALL) === 0 || (found.mode & STICKY) !== 0) return undefined;
  return fault(path, found, `chmod o-w ${quoted(path)}`);
}

/** Whoever owns a file may open it to themselves. Root reaches every file anyway, and may run commands on any vault. */
function ownerFault(path: string, { uid }: Stats, user: number): Fault | undefined {
  if (uid === user || uid === 0 || user === 0) return undefined;
  return { path, said: `it belongs to user ${uid}`, mend: `chown ${user} ${quoted(path)}` };
}

function fault(path: string, { mode }: Stats, mend: string): Fault {
  return { path, said: `mode ${(mode & 0o7777).toString(8)}`, mend };
}

/** Those a vault makes here, and API keys that were saved beside them; what a crash left of them, too. */
async function keyFilesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(unlookedAt)) ?? [];
  return names.filter((name) => /\.(key|salt)(\.[0-9a-f]+\.new)?$/.test(name)).map((name) => join(folder, name));
}

/** For any vault: none is open yet. */
async function journalFolders(keysPath: string): Promise<string[]> {
  const journal = join(keysPath, JOURNAL_FOLDER);
  const names = (await readdir(journal).catch(unlookedAt)) ?? [];
  return [journal, ...names.filter((name) => name.startsWith('vlt_')).map((name) => join(journal, name))];
}

/** Every folder on the way to these, as they are named and as they are found. */
async function foldersAbove(paths: readonly string[]): Promise<Set<string>> {
  const above = new Set<string>();
  for (const path of paths) {
    for (const way of [resolve(path), await realpath(path).catch(() => resolve(path))]) {
      for (let at = dirname(way); !above.has(at); at = dirname(at)) above.add(at);
    }
  }
  return above;
}

function quoted(path: string): string {
  return /^[\w./+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** What cannot be looked at cannot be read either, which is said where it is read. */
function unlookedAt(): undefined {
  return undefined;
}
