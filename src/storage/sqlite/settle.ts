/**
 * A database file of SQLite that is to give way: brought into one file, and moved aside.
 *
 * Guarantees: what cannot be brought into one file, because it is damaged, is moved as it is, log and all.
 * Does not: see who has a damaged file open; who lives is told by other signs (`backup/living.ts`).
 */
import { rename } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { StartError } from '../../errors.ts';
import { unlessGone } from '../../files.ts';
import { StoreCorruptError, storeError } from '../errors.ts';

/** What SQLite keeps beside a file. */
export const LOGS = ['-wal', '-shm', '-journal'];
export const IN_USE = 'Another process has this store open. Stop every server and command of this vault first.';

/**
 * Moves a file's log into it; leaves both as they are where the file is damaged, for then nobody can.
 * @throws {StartError} while anybody else has it open: only one who is alone may do that
 */
export function settle(path: string): void {
  // Looked at first by one who only reads: who may write takes the log away at the end, also from what is damaged.
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
      // A reader cannot take back what a crash left half written; a writer does.
      if (!readonly) throw error;
    } finally {
      db.close();
    }
  }
}

/** Its log first: a crash in between leaves both on the disk. @param kept the name it gets */
export async function moveAside(path: string, kept: string): Promise<void> {
  // A log that could not be moved into its file is the only place of what was written last.
  for (const ending of LOGS) await rename(`${path}${ending}`, `${kept}${ending}`).catch(unlessGone);
  await rename(path, kept);
}
