/**
 * How an import says no. A `RowError` sends one row to the rejects file; the others stop the import and say what to do.
 * Messages name places in the map and in the input's structure (pointers, columns), never a value of a row.
 */
import { VaultError } from '../errors.ts';

/** The map is not one. Nothing has been read, stored or written. */
export class MapError extends VaultError {
  readonly kind = 'malformed';
  readonly code = 'invalid_map';
}

/** The input cannot be read as what it is said to be. Nothing has been stored or written. */
export class ImportInputError extends VaultError {
  readonly kind = 'malformed';
  readonly code = 'invalid_input';
}

/** What is already there does not go with what is asked. Nothing has been changed. */
export class ImportConflictError extends VaultError {
  readonly kind = 'conflict';
  readonly code: 'out_exists' | 'import_changed' | 'import_damaged' | 'import_too_old';

  constructor(code: ImportConflictError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The import stopped before its end and has kept its place; the same command goes on from there. */
export class ImportStoppedError extends VaultError {
  readonly kind = 'unavailable';
  readonly code = 'import_stopped';
}

/** Why a row was refused: one line of the rejects file. */
export interface Fault {
  /** Where in the input's row, as a JSON Pointer; undefined: the row as a whole. */
  readonly field: string | undefined;
  /** The importer's own: `malformed_row`, `invalid_utf8`, `row_too_large`, …; or the vault's: `invalid_value`, … */
  readonly code: string;
  readonly reason: string;
}

export class RowError extends Error {
  readonly fault: Fault;

  constructor(code: string, reason: string, field?: string) {
    super(reason);
    this.fault = { field, code, reason };
  }
}
