/**
 * Hands out shares of a root key: each to a file of its own, or one after another at the terminal, to its holder alone.
 *
 * Does not: check that a holder wrote the share down, or stop a terminal from remembering it. The screen and its
 * scrollback are cleared as far as the terminal obeys; a recording of the session keeps everything.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { StartError } from '../errors.ts';
import { syncFolder, writeNew } from '../files.ts';
import { makeFolder } from '../make-folder.ts';

const CLEAR_SCREEN = '\u001b[2J\u001b[3J\u001b[H';

/** Call it before a share is made. @throws {StartError} */
export async function assertCanHandOut(out: string | undefined): Promise<void> {
  if (out !== undefined) return emptyFolder(out);
  if (!(process.stdin.isTTY && process.stdout.isTTY)) {
    throw new StartError(
      'Shares are shown one at a time at a terminal. Where there is none, name a folder with --out.',
    );
  }
}

/** Resolves when every share is on the disk, or was shown. @throws {StartError} if the person breaks off */
export async function handOut(lines: readonly string[], out: string | undefined): Promise<void> {
  const titles = lines.map((_, i) => `share ${i + 1} of ${lines.length}`);
  if (out === undefined) await show(lines, titles);
  else await writeShares(out, lines, titles);
}

async function emptyFolder(path: string): Promise<void> {
  await makeFolder(path);
  if ((await readdir(path)).length > 0)
    throw new StartError(`${path} is not empty. Shares go into a folder of their own.`);
}

async function writeShares(folder: string, lines: readonly string[], titles: readonly string[]): Promise<void> {
  const digits = String(lines.length).length;
  for (const [i, line] of lines.entries()) {
    const path = join(folder, `share-${String(i + 1).padStart(digits, '0')}.txt`);
    await writeNew(path, `# Lethe, root key, ${titles[i]}\n${line}\n`);
  }
  await syncFolder(folder);
}

async function show(lines: readonly string[], titles: readonly string[]): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const broken = new Promise<never>((_, reject) =>
    terminal.once('close', () => reject(new StartError('Broken off: the shares shown are not in force.'))),
  );
  broken.catch(() => {});
  try {
    for (const [i, line] of lines.entries()) {
      await Promise.race([terminal.question(`Enter shows ${titles[i]} to its holder, alone at the screen. `), broken]);
      await Promise.race([terminal.question(`\n${line}\n\nEnter clears it from the screen. `), broken]);
      process.stdout.write(CLEAR_SCREEN);
    }
  } finally {
    terminal.removeAllListeners('close');
    terminal.close();
    process.stdout.write(CLEAR_SCREEN);
  }
}
