/**
 * The errors of an import. No message holds a value of a row: messages name places in the map and in the input's
 * structure (pointers, columns). A `RowError` sends one row to the rejects file; other errors stop the import and say
 * what to do.
 */

/** Why a row was refused: one line of the rejects file. */
export interface Fault {
  /** The place in the input's row, as a JSON Pointer; undefined for the row as a whole. */
  readonly field: string | undefined;
  /**
   * A code of the importer (`malformed_row`, `invalid_utf8`, `row_too_large` …) or of the vault (`invalid_value` …).
   */
  readonly code: string;
  readonly reason: string;
  /** What else is wrong with the row. */
  readonly also?: readonly Omit<Fault, 'also'>[];
}

export class RowError extends Error {
  readonly fault: Fault;

  constructor(code: string, reason: string, field?: string) {
    super(reason);
    this.fault = { field, code, reason };
  }
}
