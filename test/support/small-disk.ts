/** A disk of a few megabytes that a test can fill: a tmpfs, which only root may mount. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, statSync, truncateSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary.ts';

export interface SmallDisk {
  readonly path: string;
  /** Takes every free byte. */
  fill(): Promise<void>;
  /** Gives one block of 4 KiB back. */
  freeBlock(): void;
  /** Gives them back. */
  free(): Promise<void>;
}

/** @returns undefined, having said why, where no disk can be mounted */
export async function smallDisk(sizeMiB: number): Promise<SmallDisk | undefined> {
  const { path, remove } = await temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', path], { stdio: 'pipe' });
  } catch (error) {
    await remove();
    process.stderr.write(
      `No full disk is tested: mounting a tmpfs takes root on Linux (${(error as Error).message}).\n`,
    );
    return undefined;
  }
  onTestFinished(async () => {
    execFileSync('umount', ['--lazy', path]);
    await remove();
  });
  const ballast = join(path, 'ballast');
  return {
    path,
    async fill() {
      const chunk = Buffer.alloc(4096);
      const file = openSync(ballast, 'a');
      try {
        for (;;) writeSync(file, chunk);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    freeBlock: () => truncateSync(ballast, statSync(ballast).size - 4096),
    free: () => rm(ballast, { force: true }),
  };
}
