/**
 * Folders with copies that are not to outlive the work they are made for.
 *
 *   .lethe-unfinished  {"format":"lethe-unfinished/1","vault":"vlt_…","where":"…","pid":123,"at":1764489600000}
 *
 * Guarantees: one is gone when its process ends in any way that Node sees; what SIGKILL or a crash of the machine left is
 * found by its mark, and removed by the next run of the same vault. Only what carries this vault's mark and belongs to this
 * user is removed, and only when its maker is surely gone: it ran on this very machine (and in this container) and runs no
 * more, or nothing was written there for a day.
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
  /** It has become something that stays. */
  keep(): Promise<void>;
  /** Removes it, with everything in it. May be called again. */
  remove(): Promise<void>;
}

const open = new Set<string>();
let listening = false;

/** For the last moment of a process, in which nothing can be waited for. */
function removeAll(): void {
  for (const path of open) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // The next run finds it.
    }
  }
}

/** A new folder under `dir`, of this user alone. */
export async function temporaryFolder(dir: string, prefix: string, vault: string): Promise<Temporary> {
  return asTemporary(await mkdtemp(join(dir, prefix)), vault);
}

/**
 * A file or folder that goes with the process, should that end before it is let go of.
 * @returns what lets go of it
 */
export function goesWithTheProcess(path: string): () => void {
  if (!listening) process.on('exit', removeAll);
  listening = true;
  open.add(path);
  return () => void open.delete(path);
}

/** @param path a folder that the caller has just made, still empty. @throws the system's error; the folder is gone then */
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
      // The mark goes last: what is interrupted here is still found.
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
 * @param names which of its folders may be one
 * @param unless files that say of a folder that it is whole
 * @returns the paths removed; what cannot be looked at or removed stays, and is not among them
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

/** A number is given to a new process once the old one is gone: one that began later is not the maker. */
function runs({ pid, at }: z.infer<typeof Mark>): boolean {
  if (pid === process.pid) return at >= systemClock().getTime() - process.uptime() * 1000;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** In milliseconds since 1970: of anything in the folder, at any depth. */
async function lastWrite(path: string): Promise<number> {
  const times = [(await lstat(path)).mtimeMs];
  for (const name of await readdir(path, { recursive: true }).catch(() => [])) {
    times.push((await lstat(join(path, name)).catch(() => undefined))?.mtimeMs ?? 0);
  }
  return Math.max(...times);
}

let place: string | undefined;

/** Where a process's number means anything: of Linux, the boot and the namespace too, which containers have their own of. */
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
