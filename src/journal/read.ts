/**
 * Reads a journal, whoever wrote it. Only lines with the vault's own tag count; the others are counted and ignored.
 *
 * Guarantees: a last line without its end, which a crash cut short, does not count as doubtful; nothing it says was
 * ever acknowledged. A file that two places hold alike is read once.
 */
import { StartError } from '../errors.ts';
import type { JournalKey } from '../keyring/tree/journal-key.ts';
import { type Entry, lineOf, readLine } from './entry.ts';
import { digestOf, filesIn, linesIn } from './files.ts';

const PAGE = 500;

/** @param found counts the lines that were ignored. @throws {StartError} naming an existing place that is unreadable */
export async function* readEntries(
  places: readonly string[],
  key: JournalKey,
  found: { doubtful: number },
): AsyncGenerator<Entry[]> {
  /** Paths of the files that were read; the next place may hold them, too. */
  const known = new Map<string, string>();
  for (const folder of places) {
    let page: Entry[] = [];
    for (const { name, path } of await filesIn(folder).catch((error) => unreadable(folder, error))) {
      const twin = known.get(name);
      if (twin !== undefined && (await isAlike(twin, path))) continue;
      known.set(name, path);
      for await (const { text, isWhole } of readable(path, linesIn(path))) {
        const read = readLine(text, key);
        if (read === undefined) {
          if (isWhole) found.doubtful += 1;
          continue;
        }
        page.push(read.entry);
        if (page.length < PAGE) continue;
        yield page;
        page = [];
      }
    }
    if (page.length > 0) yield page;
  }
}

/** Sizes are not compared: somebody may have put one line of the vault's in another's place in one of the two. */
async function isAlike(one: string, other: string): Promise<boolean> {
  try {
    return (await digestOf(one)) === (await digestOf(other));
  } catch {
    return false;
  }
}

/** Yields the lines of a file that stand under one key, rewritten under another. */
export async function* lineUnder(path: string, from: JournalKey, to: JournalKey): AsyncGenerator<string> {
  for await (const { text } of linesIn(path)) {
    const read = readLine(text, from);
    if (read !== undefined) yield lineOf(read.text, to);
  }
}

async function* readable<T>(path: string, from: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    yield* from;
  } catch (error) {
    // Another process has found the file to be no longer needed.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  throw new StartError(
    `The journal’s ${path} cannot be read (${code}). It says what must stay erased; nothing is served without it. Where it belongs to another user, give it to the one the vault runs as (chown). Else mend it, or put it aside and know that what it alone remembers may be open again.`,
  );
}
