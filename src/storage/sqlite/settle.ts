/**
 * Brings a database file of SQLite that is to be replaced into one file, and moves it aside.
 *
 * Guarantees: a file that is damaged, and so cannot be brought into one file, is moved as it is, with its log.
 * Does not: see who has a damaged file open; other signs tell who is alive (`backup/living.ts`).
 */
import { rename } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { StartError } from '../../errors.ts';
import { unlessGone } from '../../files.ts';
import { StoreCorruptError, storeError } from '../errors.ts';

/** The files that SQLite keeps beside a database. */
export const LOGS = ['-wal', '-shm', '-journal'];
export const IN_USE = 'Another process has this store open. Stop every server and command of this vault first.';

/**
 * Moves a file's log into it. Leaves both as they are where the file is damaged, because then nobody can.
 * @throws {StartError} while anybody else has it open: this needs the file alone
 */
export function settle(path: string): void {
  // A reader looks first: at its end a writer removes the log, even that of a damaged file.
  for (const [statement, readonly] of [
    ['SELECT count(*) FROM sqlite_schema', true],
    ['PRAGMA journal_mode = DELETE', false],
  ] as const) {
    const db = new Database(path, { readonly, timeout: 0 });
    try {
      db.prepare(statement).get();
    } catch (error) {
      if (/^SQLITE_(BUSY|LOCKED)/.test((error as { code?: string }).code ?? '')) throw new StartError(IN_USE);
      if (storeError(error) instanceof StoreCorruptError) return;
      // A reader cannot roll back what a crash left half written; a writer can.
      if (!readonly) throw error;
    } finally {
      db.close();
    }
  }
}

/** Moves the log first: a crash in between leaves both on the disk. @param kept its new name */
export async function moveAside(path: string, kept: string): Promise<void> {
  // A log that could not be moved into its file is the only place of the last writes.
  for (const ending of LOGS) await rename(`${path}${ending}`, `${kept}${ending}`).catch(unlessGone);
  await rename(path, kept);
}
