/**
 * The files of a journal in one folder. Each file belongs to one process and one epoch, and only grows:
 *
 *   epoch-000041.<32 hexadecimal digits>.journal   mode 0600, in a folder of mode 0700
 *
 * A folder belongs to one vault, because no file name says whose the file is.
 * The epoch in the name was in use for wrapping keys when the key store committed what the lines say, or later. A key
 * store from before that commit uses the same epoch or an earlier one. Once that secret is destroyed, such a key store
 * cannot be opened, and the whole file is no longer needed.
 *
 * Guarantees: `append` resolves when the lines are on the disk. After a failure the file is left as it is, and the next
 * lines go into another file, so a line that was cut short is always a file's last.
 * Does not: notice that somebody removes a file between two lines of it; the next line then goes into a new file.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lineDigest } from '../crypto/digest.ts';
import { StartError } from '../errors.ts';
import { syncFolder, unlessGone } from '../files.ts';
import { isVaultIdText } from '../ids.ts';
import { JOURNAL_FOLDER } from '../keyring/private-files.ts';
import { makeFolder } from '../make-folder.ts';
import { MAX_LINE } from './entry.ts';

/**
 * `journal/vlt_01jz…/`. Each vault has its own folder, because `cut` removes files by their epoch alone, and several
 * vaults may put their copies into one folder.
 * @param folder the folder of the keys, or of the key store's copies
 * @throws {StartError} where the id that the stores name is not a vault id
 */
export function journalIn(folder: string, vaultId: string): string {
  if (!isVaultIdText(vaultId)) throw new StartError('The stores do not hold a vault’s id. Nothing has been changed.');
  return join(folder, JOURNAL_FOLDER, vaultId);
}

const NAME = /^epoch-(\d{6,})\.[0-9a-f]{32}\.journal$/;

export interface JournalFile {
  readonly name: string;
  readonly epoch: number;
  readonly path: string;
}

/** @param suffix 32 hexadecimal digits that nobody else uses */
export function journalName(epoch: number, suffix: string): string {
  return `epoch-${String(epoch).padStart(6, '0')}.${suffix}.journal`;
}

/** The earliest epoch first; empty where there is no such folder. */
export async function filesIn(folder: string): Promise<JournalFile[]> {
  const names = (await readdir(folder).catch(unlessGone)) ?? [];
  return names
    .flatMap((name) => {
      const epoch = NAME.exec(name)?.[1];
      return epoch === undefined ? [] : [{ name, epoch: Number(epoch), path: join(folder, name) }];
    })
    .sort((a, b) => a.epoch - b.epoch || (a.name < b.name ? -1 : 1));
}

interface OpenFile {
  readonly epoch: number;
  readonly path: string;
  readonly file: FileHandle;
}

/** What one process writes in one folder. */
export class Appender {
  readonly folder: string;
  #open: OpenFile | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** @param suffix makes the suffix of the name, if a file is created */
  async append(epoch: number, lines: string, suffix: () => string): Promise<void> {
    const before = this.#open;
    try {
      const { file } = await this.#fileOf(epoch, suffix);
      await file.appendFile(lines, 'ascii');
      await file.datasync();
    } catch (error) {
      const made = this.#open === before ? undefined : this.#open;
      await this.close();
      // Nothing in a new file was acknowledged, so it is removed: a full disk must not collect such files.
      if (made !== undefined) await unlink(made.path).catch(() => {});
      throw error;
    }
  }

  async close(): Promise<void> {
    const held = this.#open;
    this.#open = undefined;
    await held?.file.close().catch(() => {});
  }

  async #fileOf(epoch: number, suffix: () => string): Promise<OpenFile> {
    const held = this.#open;
    if (held?.epoch === epoch && (await held.file.stat()).nlink > 0) return held;
    await this.close();
    await makeFolder(this.folder);
    const path = join(this.folder, journalName(epoch, suffix()));
    const file = await open(path, 'ax', 0o600);
    const made = { epoch, path, file };
    this.#open = made;
    // The name of the file, of the vault's folder and of `journal/` survive a crash, as the lines do.
    const journal = dirname(this.folder);
    for (const folder of [this.folder, journal, dirname(journal)]) await syncFolder(folder);
    return made;
  }
}

export interface Line {
  readonly text: string;
  /** Whether the line has its end. A line without one was cut short, or is the last of a file that is being written. */
  readonly isWhole: boolean;
}

/** The lines of a file, as they stand. A line longer than any that the vault writes is cut. */
export async function* linesIn(path: string): AsyncGenerator<Line> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: 1 << 18 })) {
    const parts = `${rest}${chunk as string}`.split('\n');
    rest = parts.pop() ?? '';
    for (const text of parts) yield { text, isWhole: true };
    if (rest.length <= MAX_LINE) continue;
    yield { text: rest, isWhole: true };
    rest = '';
  }
  if (rest !== '') yield { text: rest, isWhole: false };
}

/** Removes the files of every epoch up to this one, except those that another process has removed meanwhile. */
export async function removeThrough(folder: string, epoch: number): Promise<number> {
  const old = (await filesIn(folder)).filter((file) => file.epoch <= epoch);
  for (const { path } of old) await unlink(path).catch(unlessGone);
  return old.length;
}

/** The same for files with the same lines. */
export async function digestOf(path: string): Promise<string> {
  const digest = lineDigest();
  for await (const { text } of linesIn(path)) digest.add(text);
  return digest.hex();
}
