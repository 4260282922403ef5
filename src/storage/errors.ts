/**
 * Driver errors in the vault's own words. Their texts can hold values (PostgreSQL names the duplicate key, SQLite
 * the constraint), so a driver's message never travels: only its code does, as the cause.
 */
import { UnavailableError, VaultError } from '../errors.ts';
import type { StoreName } from './table.ts';

/** A row with this key is there already. Inside a vault it means a race that the caller settles by reading again. */
export class DuplicateRowError extends VaultError {
  readonly kind = 'conflict';
  readonly code = 'already_exists';
}

/** Another store is in the place of the one this process opened. */
export function storeReplaced(): UnavailableError {
  return new UnavailableError(
    'store_replaced',
    'A store was replaced while this node ran on it. Restart the node: it then says whether `npm run lethe -- recover` has to run.',
  );
}

/** What another call had done by the time this one wrote, which it will see when it is made again. */
export function isRace(error: unknown): boolean {
  return error instanceof VaultError && (error instanceof DuplicateRowError || error.code === 'concurrent_change');
}

/** A statement the vault should never have sent: a defect, not a state of the world. */
export class StatementError extends VaultError {
  readonly kind = 'internal';
  readonly code = 'internal_error';
}

/**
 * The database says of itself that its bytes are damaged: a page whose checksum is wrong, an index that disagrees with
 * its table, a file that is no database. Not an attack on a value, which the database would not notice, but a disk, a
 * file system or a copy that failed. Nothing has been acknowledged. Trying again does not help, and writing may spread
 * the damage: the store is to be put back from its newest copy.
 */
export class StoreCorruptError extends VaultError {
  readonly kind = 'integrity';
  readonly code = 'store_corrupt';
  /** Which store; undefined where that is not known yet. */
  store: StoreName | undefined;

  constructor(cause: unknown, store?: StoreName) {
    super('A store reports that its own data is damaged. The operator has been alerted.', { cause });
    this.store = store;
  }
}

export const CHANGES_IN_PLACE = 'Only an exclusive transaction changes rows in place.';

/** What may be kept of a driver's error: its code, never its text. */
class DriverError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = 'DriverError';
    this.code = code;
  }
}

/** The driver's code behind an error (`ECONNREFUSED`, `SQLITE_FULL`), for the log and the operator. */
export function driverCode(error: unknown): string | undefined {
  return error instanceof VaultError && error.cause instanceof DriverError ? error.cause.code : undefined;
}

const DUPLICATE = new Set(['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_UNIQUE', '23505']);
/** Deadlock, serialization failure, lock timeout: the same work may well succeed when it is run again. */
const RETRY = new Set(['40P01', '40001', '55P03']);
/**
 * SQLITE_CORRUPT with its extended codes, SQLITE_NOTADB, SQLITE_IOERR_DATA (a checksum of the VFS) and
 * SQLITE_IOERR_CORRUPTFS; of PostgreSQL `data_corrupted` (also a page checksum) and `index_corrupted`.
 * https://www.sqlite.org/rescode.html, https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const CORRUPT = /^(SQLITE_(CORRUPT(_[A-Z]+)?|NOTADB|IOERR_DATA|IOERR_CORRUPTFS)|XX00[12])$/;
const DEFECT = /^(SQLITE_(ERROR|CONSTRAINT|MISMATCH|RANGE|MISUSE)|2[23]|42)/;

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown';
}

export function isTransient(error: unknown): boolean {
  return RETRY.has(driverCode(error) ?? codeOf(error));
}

/**
 * Leaves the vault's own errors as they are; everything else comes from a driver and is translated.
 * @param store where it is known: an operator must know which of the two is corrupt
 */
export function storeError(error: unknown, store?: StoreName): VaultError {
  if (error instanceof StoreCorruptError) error.store ??= store;
  if (error instanceof VaultError) return error;
  const code = codeOf(error);
  const cause = new DriverError(code);
  if (CORRUPT.test(code)) return new StoreCorruptError(cause, store);
  if (DUPLICATE.has(code)) return new DuplicateRowError('A row with this key exists already.', { cause });
  if (error instanceof TypeError || error instanceof RangeError || DEFECT.test(code)) {
    return new StatementError('The store refused a statement.', { cause });
  }
  return new UnavailableError('store_unavailable', 'A store cannot be reached or cannot write.', { cause });
}
