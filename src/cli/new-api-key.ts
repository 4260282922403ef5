/** Hands out a new API key, or another secret: to the terminal, once, or into a new file. */
import { type FileHandle, rm } from 'node:fs/promises';
import { newFile } from './arguments.ts';

export const SAVE = ['--save <file>', 'write the API key to a new file, mode 0600, instead of the terminal'] as const;

/** Makes the file before the principal, because a key that cannot be saved would be lost. */
export async function keyFileFor(save: string | undefined, what = 'The API key'): Promise<FileHandle | undefined> {
  return save === undefined ? undefined : newFile(save, what);
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
  await handOutSecret(what, 'Its API key', apiKey, file, path);
}

/** The same of another secret. @param called what it is, as the subject of a sentence */
export async function handOutSecret(
  what: string,
  called: string,
  secret: string,
  file: FileHandle | undefined,
  path: string | undefined,
): Promise<void> {
  if (file === undefined) {
    console.log(`${what}\n${called}, shown this once:\n${secret}`);
    return;
  }
  await file.writeFile(`${secret}\n`);
  await file.sync();
  await file.close();
  console.log(`${what}\n${called} is in ${path}.`);
}
