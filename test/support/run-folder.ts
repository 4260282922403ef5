/**
 * The folder that holds all that one run of the tests writes, its PostgreSQL server included. It is in memory where there
 * is room. No test cuts the power, so none learns anything from waiting for a disk. The vault still asks for every sync,
 * and a test that watches for it sees it.
 */
import { chmod, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const NEEDED_BYTES = 3 * 2 ** 30;
const NAME = /^lethe-run-(\d+)-/;

/** Makes the folder, after removing those of runs that were killed. */
export async function makeRunFolder(): Promise<{ path: string; inMemory: boolean; remove(): Promise<void> }> {
  const inMemory = await hasRoom();
  const parent = inMemory ? MEMORY : tmpdir();
  for (const name of await readdir(parent)) {
    const [, pid] = NAME.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(parent, name), { recursive: true, force: true });
  }
  const path = await mkdtemp(join(parent, `lethe-run-${process.pid}-`));
  // Servers that refuse to run as root pass through it on the way to folders of their own.
  await chmod(path, 0o711);
  return { path, inMemory, remove: () => rm(path, { recursive: true, force: true }) };
}

async function hasRoom(): Promise<boolean> {
  const { bavail, bsize } = await statfs(MEMORY).catch(() => ({ bavail: 0, bsize: 0 }));
  return Math.min(bavail * bsize, freemem()) > NEEDED_BYTES;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
