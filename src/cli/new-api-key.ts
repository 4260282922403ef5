/** Hands out a new API key: to the terminal, once, or into a new file. */
import { type FileHandle, rm } from 'node:fs/promises';
import { newFile } from './arguments.ts';

export const SAVE = ['--save <file>', 'write the API key to a new file, mode 0600, instead of the terminal'] as const;

/** Makes the file before the principal, because a key that cannot be saved would be lost. */
export async function keyFileFor(save: string | undefined): Promise<FileHandle | undefined> {
  return save === undefined ? undefined : newFile(save, 'The API key');
}

/** Removes the empty file, because nobody was added, and it would be in the way of the next try. */
export async function giveUp(error: unknown, file: FileHandle | undefined, path: string | undefined): Promise<never> {
  await file?.close();
  if (path !== undefined) await rm(path, { force: true });
  throw error;
}

export async function handOut(
  what: string,
  apiKey: string,
  file: FileHandle | undefined,
  path: string | undefined,
): Promise<void> {
  if (file === undefined) {
    console.log(`${what}\nIts API key, shown this once:\n${apiKey}`);
    return;
  }
  await file.writeFile(`${apiKey}\n`);
  await file.sync();
  await file.close();
  console.log(`${what}\nIts API key is in ${path}.`);
}
