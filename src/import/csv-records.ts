/**
 * Puts lines of CSV together into records (RFC 4180). A record ends at the first line end where its quotes are even.
 * csv-parse reads the cells.
 *
 * Guarantees: a record with broken quoting is refused up to the end of the line where it breaks, and the next line
 * begins a new record. So one stray quote costs one record, and the possible rest of a quoted cell never passes as a
 * record of its own. If nothing closes a quote within the limit of a row, all that the quote holds is refused.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { type Fault, RowError } from './errors.ts';
import { type Line, MAX_LINE_BYTES } from './lines.ts';
import { type Row, textOf } from './row.ts';

export interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

export interface CsvRecord {
  /** Undefined if the quoting is broken. */
  readonly cells: readonly Cell[] | undefined;
  readonly text: string;
}

type CsvRow = Row<CsvRecord>;
type Outcome = Cell[] | 'open' | 'broken';

const QUOTE = 0x22;
const NOT_CLOSED: Fault = {
  field: undefined,
  code: 'malformed_row',
  reason: 'A quote opens here and is never closed.',
};
const BROKEN: Fault = {
  field: undefined,
  code: 'malformed_row',
  reason: 'A quote stands in the middle of a cell; RFC 4180 wants the cell quoted and the quote doubled.',
};

export class CsvRecords {
  readonly #delimiter: string;
  /** The lines of a record that has not ended. */
  #open: Line[] = [];
  #openBytes = 0;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** @returns the records that these lines end */
  add(lines: readonly Line[]): CsvRow[] {
    const rows: (CsvRow | Line)[] = [];
    const queue = lines.toReversed();
    for (let line = queue.pop(); line; line = queue.pop()) this.#take(line, rows, queue);
    return this.#read(rows);
  }

  /** @returns what the end of the input leaves */
  finish(): CsvRow[] {
    const rows: (CsvRow | Line)[] = [];
    const queue: Line[] = [];
    do {
      for (let line = queue.pop(); line; line = queue.pop()) this.#take(line, rows, queue);
      if (this.#open.length > 0) this.#settle(rows, queue);
    } while (queue.length > 0);
    return this.#read(rows);
  }

  /** A record of one line goes to the rows unparsed, so that many are parsed together. */
  #take(line: Line, rows: (CsvRow | Line)[], queue: Line[]): void {
    const { offset, end, bytes } = line;
    const first = this.#open.length === 0;
    if (first && bytes?.length === 0) return;
    const odd = bytes !== undefined && count(bytes, QUOTE) % 2 === 1;
    if (first && bytes && !odd) {
      rows.push(line);
      return;
    }
    this.#open.push(line);
    this.#openBytes += end - offset;
    // The quotes are even again at the second line with an odd number of them.
    const closed = odd && !first;
    const tooLong = bytes === undefined || this.#openBytes > MAX_LINE_BYTES;
    // It would also be found at the end, but only after many lines were gathered and given back.
    const broken = first && attempt(() => this.#outcome(this.#open, 1)) === 'broken';
    if (closed || broken || tooLong) this.#settle(rows, queue);
  }

  /** Makes a row of the open lines. Lines after the one where the quoting breaks go back to the queue. */
  #settle(rows: (CsvRow | Line)[], queue: Line[]): void {
    const lines = this.#open;
    this.#open = [];
    this.#openBytes = 0;
    try {
      const outcome = this.#outcome(lines, lines.length);
      const taken = outcome === 'broken' ? this.#breakingLine(lines) : lines.length;
      const row = { ...span(lines.slice(0, taken)), content: { cells: undefined, text: join(lines, taken) } };
      if (typeof outcome === 'object') rows.push({ ...row, content: { ...row.content, cells: outcome } });
      else rows.push({ ...row, fault: outcome === 'open' ? NOT_CLOSED : BROKEN });
      // They go one by one, because there may be more lines than a call takes arguments.
      for (const line of lines.slice(taken).toReversed()) queue.push(line);
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      rows.push({ ...span(lines), content: undefined, fault: error.fault });
    }
  }

  /**
   * How many lines there are up to the one where the quoting breaks. It gallops, since that is mostly an early line.
   */
  #breakingLine(lines: readonly Line[]): number {
    let high = 1;
    while (high < lines.length && this.#outcome(lines, high) === 'open') high *= 2;
    let low = Math.floor(high / 2);
    high = Math.min(high, lines.length);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#outcome(lines, middle) === 'open') low = middle;
      else high = middle;
    }
    return high;
  }

  /** @throws {RowError} for lines that are not text */
  #outcome(lines: readonly Line[], taken: number): Outcome {
    const text = join(lines, taken);
    try {
      return this.#parse(text)[0] ?? 'broken';
    } catch (error) {
      if (error instanceof CsvError) return error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : 'broken';
      throw error;
    }
  }

  /** Reads all records of one line at once, because a call of the parser costs as much as ten records. */
  #read(rows: readonly (CsvRow | Line)[]): CsvRow[] {
    const texts = rows.map((row) => ('bytes' in row ? attempt(() => textOf(row)) : undefined));
    const whole = texts.filter((text) => typeof text === 'string');
    const records = attempt(() => (whole.length === 0 ? [] : this.#parse(whole.join('\n'))));
    const together = Array.isArray(records) && records.length === whole.length ? records : undefined;
    let next = 0;
    return rows.map((row, i): CsvRow => {
      if (!('bytes' in row)) return row;
      const { offset, end } = row;
      const text = texts[i];
      if (typeof text !== 'string') return { offset, end, content: undefined, fault: (text as RowError).fault };
      const outcome = together?.[next++] ?? this.#outcome([row], 1);
      if (typeof outcome === 'object') return { offset, end, content: { cells: outcome, text } };
      return { offset, end, content: { cells: undefined, text }, fault: BROKEN };
    });
  }

  #parse(text: string): Cell[][] {
    return parse(text, {
      delimiter: this.#delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      cast: (cell, { quoting }): Cell => ({ text: cell, quoted: quoting }),
    }) as unknown as Cell[][];
  }
}

function span(lines: readonly Line[]): { offset: number; end: number } {
  return { offset: lines[0]?.offset ?? 0, end: lines.at(-1)?.end ?? 0 };
}

function join(lines: readonly Line[], taken: number): string {
  const last = taken - 1;
  return lines.slice(0, taken).reduce((text, line, i) => text + textOf(line) + (i < last ? line.terminator : ''), '');
}

function count(bytes: Buffer, byte: number): number {
  let found = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) found++;
  return found;
}

/** @returns the result, or the refusal that was thrown */
function attempt<T>(work: () => T): T | RowError | CsvError {
  try {
    return work();
  } catch (error) {
    if (error instanceof RowError || error instanceof CsvError) return error;
    throw error;
  }
}
