/**
 * Translates drivers' errors into the vault's own words. Their texts can hold values (PostgreSQL names the duplicate
 * key, SQLite the constraint), so a driver's message never travels. Only its code does, as the cause.
 */
import { UnavailableError, VaultError } from '../errors.ts';
import { codeOfText, remedyOf } from './opening/remedies.ts';
import { MARKS_ALL_THERE } from './postgres/mark-statements.ts';
import type { StoreName } from './table.ts';

/** How every message calls a store. */
export const CALLED: Readonly<Record<StoreName, string>> = { records: 'record store', keys: 'key store' };

/** Another store is in the place of the one that this process opened. */
export function storeReplaced(): UnavailableError {
  return new UnavailableError(
    'store_replaced',
    'A store was replaced while this node ran on it. Restart the node: it then says whether `npm run lethe -- recover` has to run.',
  );
}

/** A process was away from a store for so long that others may have removed its marks: they prove nothing now. */
export function storeOutOfSight(): UnavailableError {
  return new UnavailableError(
    'store_replaced',
    'This node had nothing acknowledged by a store for so long that it cannot tell whether it still is the one that it opened. Restart the node: it then says whether `npm run lethe -- recover` has to run.',
  );
}

/** A store lacks what was acknowledged to this process or another. The one that noticed has written nothing. */
export function storeWentBack(): UnavailableError {
  return new UnavailableError('store_went_back');
}

/** Another call changed something before this one wrote; a repeated call will see it. */
export function isRace(error: unknown): boolean {
  return error instanceof VaultError && (error.code === 'already_exists' || error.code === 'concurrent_change');
}

/** A statement that the vault should never have sent: a defect of the code, not a state of the world. */
export class StatementError extends VaultError {
  constructor(message: string, details?: { cause?: unknown }) {
    super('internal_error', message, details);
  }
}

/**
 * The database itself says that its bytes are damaged: a page whose checksum is wrong, an index that disagrees with its
 * table, a file that is no database. A disk, a file system or a copy has failed; an attack on a value would not be
 * noticed by the database. Nothing has been acknowledged. Trying again does not help, and writing may spread the
 * damage. The store must be put back from its newest copy.
 */
export class StoreCorruptError extends VaultError {
  /** Which store; undefined where that is not known yet. */
  store: StoreName | undefined;

  constructor(cause: unknown, store?: StoreName) {
    super('store_corrupt', { cause });
    this.store = store;
  }
}

/** Where in a transaction a store failed, in the closed words that the log uses. */
export type Phase = 'connect' | 'begin' | 'work' | 'commit' | 'read';

/**
 * A COMMIT was sent, and it is not known whether it holds. Its answer did not come in time, was lost with the
 * connection, or says that the standby may not have it. The COMMIT is not cancelled, because PostgreSQL answers a
 * cancelled wait with success.
 */
export class OutcomeUnknownError extends UnavailableError {
  /** @param cause a closed word or a driver's code @param store undefined where the time of a call ran out */
  constructor(cause: string, store?: StoreName) {
    super('outcome_unknown', { cause: new DriverError(cause, store, 'commit') });
  }
}

/** So many COMMITs wait for their answer that another would only wait behind them. Nothing has been begun. */
export function storeSilent(store: StoreName): UnavailableError {
  const cause = new DriverError('commits_unanswered', store, 'connect');
  return new UnavailableError('store_unavailable', { cause });
}

/**
 * The time of a call has run out, or a work that shares its commit held up the others. Nothing of it is kept.
 * @param store undefined where the time of a whole call ran out
 */
export function timedOut(store?: StoreName): UnavailableError {
  const cause = new DriverError('too_slow', store, 'work');
  return new UnavailableError('timed_out', { cause });
}

/** Whether a store reported damage of its own, also in the answer to a COMMIT, which may hold or not. */
export function reportsCorruption(error: unknown): boolean {
  if (error instanceof StoreCorruptError) return true;
  return error instanceof OutcomeUnknownError && CORRUPT.test(driverCode(error) ?? '');
}

export const CHANGES_IN_PLACE = 'Only an exclusive transaction changes rows in place.';

/** What may be kept of a driver's error: its code, never its text. */
class DriverError extends Error {
  readonly code: string;
  /** Which store failed, and where in its transaction, as far as is known. */
  store: StoreName | undefined;
  phase: Phase | undefined;

  constructor(code: string, store?: StoreName, phase?: Phase) {
    super(code);
    this.name = 'DriverError';
    this.code = code;
    this.store = store;
    this.phase = phase;
  }
}

/** The driver's code behind an error (`ECONNREFUSED`, `SQLITE_FULL`), for the log and the operator. */
export function driverCode(error: unknown): string | undefined {
  return error instanceof VaultError && error.cause instanceof DriverError ? error.cause.code : undefined;
}

/** What an operator can do about it, as fixed text, if there is something. @param code from `driverCode` */
export function remedyFor(code: string): string | undefined {
  return remedyOf(code);
}

/** Which store failed, and where in its transaction, as far as is known. */
export function placeOf(error: unknown): {
  readonly store?: StoreName | undefined;
  readonly phase?: Phase | undefined;
} {
  if (!(error instanceof VaultError && error.cause instanceof DriverError)) return {};
  const { store, phase } = error.cause;
  return { store, phase };
}

const DUPLICATE = new Set(['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_UNIQUE', '23505']);
/** Whether a work failed because of this store's connection, and not by its own doing or the other store's. */
export function isConnectionLost(error: VaultError, store: StoreName): boolean {
  const isOurs = driverCode(error) !== undefined && placeOf(error).store === store;
  const isSaid = isTransient(error) || error instanceof OutcomeUnknownError;
  return error instanceof UnavailableError && isOurs && !isSaid;
}

/** `invalid_sql_statement_name`, `duplicate_prepared_statement`: another session has prepared it. Nothing was run. */
const PREPARED_ELSEWHERE = ['26000', '42P05'];
/** Those, and deadlock, serialization failure and lock timeout. The same work may well succeed when it is run again. */
const RETRY = new Set(['40P01', '40001', '55P03', ...PREPARED_ELSEWHERE]);
/**
 * SQLITE_CORRUPT with its extended codes, SQLITE_NOTADB, SQLITE_IOERR_DATA (a checksum of the VFS) and
 * SQLITE_IOERR_CORRUPTFS; of PostgreSQL `data_corrupted` (also a page checksum) and `index_corrupted`.
 * https://www.sqlite.org/rescode.html, https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const CORRUPT = /^(SQLITE_(CORRUPT(_[A-Z]+)?|NOTADB|IOERR_DATA|IOERR_CORRUPTFS)|XX00[12])$/;
/** 42501 is excluded: an account that has lost a right is a state of the world, and the right may come back. */
const DEFECT = /^(SQLITE_(ERROR|CONSTRAINT|MISMATCH|RANGE|MISUSE)|2[23]|42(?!501))/;

/** The connection was lost before the statement could be sent. */
const NOT_SENT = 'not_sent';

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return code;
  return error instanceof Error ? (codeOfText(error) ?? error.name) : 'unknown';
}

/**
 * Whether an error that answers a COMMIT proves that nothing was committed. An error without a code of the server is a
 * lost connection. Codes that do not simply refuse a statement (08, 40003, 53, 57P, 58, XX) can come when the commit is
 * already in the log, and so can any code that is not listed here.
 */
export function isRefusedCommit(error: VaultError): boolean {
  const isOrdinary = /^(2[0-9A-F]|3[0-9A-F]|40(001|P01)|54|55|57014|P0)/.test(driverCode(error) ?? '');
  if (driverCode(error) === NOT_SENT) return true;
  // Damage may be met after the commit is in the log.
  if (error instanceof StoreCorruptError) return false;
  return isOrdinary || !(error instanceof UnavailableError && error.code === 'store_unavailable');
}

export function isTransient(error: unknown): boolean {
  return RETRY.has(driverCode(error) ?? codeOf(error));
}

export function isPreparedElsewhere(error: unknown): boolean {
  return PREPARED_ELSEWHERE.includes(driverCode(error) ?? codeOf(error));
}

/**
 * Translates a driver's error. Leaves the vault's own errors as they are, but adds a place that is not known yet.
 * @param store where it is known: an operator must know which of the two is corrupt, or out of reach
 */
export function storeError(error: unknown, store?: StoreName, phase?: Phase): VaultError {
  if (error instanceof StoreCorruptError) error.store ??= store;
  if (error instanceof VaultError) {
    if (error.cause instanceof DriverError) {
      error.cause.store ??= store;
      error.cause.phase ??= phase;
    }
    return error;
  }
  if ((error as { constraint?: unknown } | null)?.constraint === MARKS_ALL_THERE) return storeWentBack();
  const code = codeOf(error);
  const cause = new DriverError(code, store, phase);
  if (CORRUPT.test(code)) return new StoreCorruptError(cause, store);
  if (DUPLICATE.has(code)) return new VaultError('already_exists', { cause });
  if (error instanceof TypeError || error instanceof RangeError || DEFECT.test(code)) {
    return new StatementError('The store refused a statement.', { cause });
  }
  return new UnavailableError('store_unavailable', { cause });
}

/**
 * Translates what failed a COMMIT of SQLite. A commit whose write failed may be in the log nevertheless, and counts
 * after a crash if its last page reached the disk. A full disk is reported before that page is written.
 */
export function commitError(error: unknown, store: StoreName): VaultError {
  const failure = storeError(error, store, 'commit');
  const code = driverCode(failure) ?? '';
  const isUnknown = failure instanceof UnavailableError && code.startsWith('SQLITE_IOERR');
  return isUnknown ? new OutcomeUnknownError(code, store) : failure;
}
