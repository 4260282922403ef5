/**
 * Folders with copies that must not outlive the work they are made for.
 *
 *   .lethe-unfinished  {"format":"lethe-unfinished/1","vault":"vlt_…","where":"…","pid":123,"at":1764489600000}
 *
 * Guarantees: a folder is gone when its process ends in any way that Node sees. If SIGKILL or a crash of the machine
 * left one, the next run of the same vault finds it by its mark and removes it. It removes only folders that carry this
 * vault's mark and belong to this user, and only when their maker is surely gone: it ran on this very machine (and in
 * this container) and no longer runs, or nothing was written there for a day.
 * Does not: overwrite what it removes.
 */
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { systemClock } from './clock.ts';

export const UNFINISHED = '.lethe-unfinished';
const FORMAT = 'lethe-unfinished/1';
const STILL_MS = 24 * 60 * 60 * 1000;

const Mark = z.object({
  format: z.literal(FORMAT),
  vault: z.string(),
  where: z.string(),
  pid: z.int().min(1),
  at: z.number(),
});

export interface Temporary {
  readonly path: string;
  /** Keeps the folder for good, without its mark. */
  keep(): Promise<void>;
  /** Removes the folder with everything in it. It may be called again. */
  remove(): Promise<void>;
}

const open = new Set<string>();
let listening = false;

/** Runs in the last moment of a process, when nothing can be awaited. */
function removeAll(): void {
  for (const path of open) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // The next run finds it.
    }
  }
}

/** Makes a new folder under `dir` that only this user may enter. */
export async function temporaryFolder(dir: string, prefix: string, vault: string): Promise<Temporary> {
  return asTemporary(await mkdtemp(join(dir, prefix)), vault);
}

/**
 * Removes a file or folder when the process ends, unless it is released before.
 * @returns a function that releases it
 */
export function goesWithTheProcess(path: string): () => void {
  if (!listening) process.on('exit', removeAll);
  listening = true;
  open.add(path);
  return () => void open.delete(path);
}

/** @param path an empty folder that the caller has just made. @throws the system's error; the folder is gone then */
export async function asTemporary(path: string, vault: string): Promise<Temporary> {
  const letGo = goesWithTheProcess(path);
  const mark = { format: FORMAT, vault, where: here(), pid: process.pid, at: systemClock().getTime() };
  try {
    await writeFile(join(path, UNFINISHED), JSON.stringify(mark), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    await rm(path, { recursive: true, force: true }).catch(() => {});
    letGo();
    throw error;
  }
  return {
    path,
    async keep() {
      await rm(join(path, UNFINISHED), { force: true });
      letGo();
    },
    async remove() {
      // The mark goes last, so that an interrupted removal is still found.
      const names = await readdir(path).catch(() => []);
      for (const name of names.filter((one) => one !== UNFINISHED))
        await rm(join(path, name), { recursive: true, force: true });
      await rm(path, { recursive: true, force: true });
      letGo();
    },
  };
}

/**
 * Removes what earlier runs of this vault left in a folder.
 * @param names which of its folders may be such a folder
 * @param unless a folder with one of these files is finished, and stays
 * @returns the removed paths; a folder that cannot be examined or removed stays, and is not among them
 */
export async function removeLeftovers(
  dir: string,
  names: RegExp,
  vault: string,
  unless: readonly string[] = [],
): Promise<string[]> {
  const removed: string[] = [];
  for (const name of (await readdir(dir).catch(() => [])).filter((one) => names.test(one))) {
    const path = join(dir, name);
    const whole = await Promise.all(unless.map((file) => lstat(join(path, file)).then(Boolean, () => false)));
    if (whole.includes(true) || !(await isLeft(path, vault))) continue;
    const gone = await rm(path, { recursive: true }).then(
      () => true,
      () => false,
    );
    if (gone) removed.push(path);
  }
  return removed;
}

async function isLeft(path: string, vault: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  const user = process.geteuid?.();
  if (!found?.isDirectory() || (user !== undefined && found.uid !== user) || open.has(path)) return false;
  const mark = await markOf(path);
  if (mark === undefined || mark.vault !== vault) return false;
  if (mark.where === here() && !runs(mark)) return true;
  return systemClock().getTime() - (await lastWrite(path)) > STILL_MS;
}

async function markOf(path: string): Promise<z.infer<typeof Mark> | undefined> {
  const text = await readFile(join(path, UNFINISHED), 'utf8').catch(() => '');
  try {
    return Mark.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The system may reuse the number of a process that is gone. So a process that began later is not the maker. */
function runs({ pid, at }: z.infer<typeof Mark>): boolean {
  if (pid === process.pid) return at >= systemClock().getTime() - process.uptime() * 1000;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The last write to anything in the folder, at any depth, in milliseconds since 1970. */
async function lastWrite(path: string): Promise<number> {
  const times = [(await lstat(path)).mtimeMs];
  for (const name of await readdir(path, { recursive: true }).catch(() => [])) {
    times.push((await lstat(join(path, name)).catch(() => undefined))?.mtimeMs ?? 0);
  }
  return Math.max(...times);
}

let place: string | undefined;

/** Where a process number is meaningful: the host; on Linux also the boot, and the namespace that a container has. */
function here(): string {
  place ??= [hostname(), boot(), namespace()].join(' ');
  return place;
}

function boot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'ascii').trim();
  } catch {
    return '-';
  }
}

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '-';
  }
}
