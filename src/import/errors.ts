/**
 * How an import says no. A `RowError` sends one row to the rejects file; the others stop the import and say what to do.
 * Messages name places in the map and in the input's structure (pointers, columns), never a value of a row.
 */

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
