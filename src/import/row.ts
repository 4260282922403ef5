/** A row of the input in any format, and what a format does with a row. */
import { isUtf8 } from 'node:buffer';
import { type Fault, RowError } from './errors.ts';
import type { Shaped } from './items.ts';
import { type Line, MAX_LINE_BYTES } from './lines.ts';

export interface Row<Content = unknown> {
  /** The place of its first byte in the input. */
  readonly offset: number;
  /** The place of the first byte after it. */
  readonly end: number;
  /** As far as it could be read; undefined if it is too long or not text. */
  readonly content: Content | undefined;
  /** Why it could not be read whole. */
  readonly fault?: Fault;
}

export interface Format<Content = unknown> {
  /** What the output starts with, with its line end. */
  readonly head: string;
  readonly lineEnd: string;
  /** The rows from the end of any row (0: from the start) to this place in bytes. */
  rows(from: number, to: number): AsyncIterable<Row<Content>[]>;
  /** @throws {RowError} for a row that cannot go to the vault */
  shape(content: Content): Shaped;
  /** The output's row, without line end. @param tokens one for each field of the map that has one */
  render(content: Content, tokens: readonly (string | undefined)[]): string;
  /** The row's fields by name; undefined if the names cannot be told. */
  fieldsOf(content: Content): object | undefined;
}

/** @returns the line's text, strictly decoded; it never puts in U+FFFD @throws {RowError} */
export function textOf({ bytes }: Pick<Line, 'bytes'>): string {
  if (bytes === undefined) throw new RowError('row_too_large', `Is longer than ${MAX_LINE_BYTES} bytes.`);
  if (!isUtf8(bytes)) throw new RowError('invalid_utf8', 'Is not UTF-8.');
  return bytes.toString('utf8');
}

const BOM = Buffer.from('\ufeff');

/** The line without a byte order mark, which is not part of the first line. */
export function withoutBom(line: Line): Line {
  return line.offset === 0 && line.bytes?.subarray(0, BOM.length).equals(BOM)
    ? { ...line, bytes: line.bytes.subarray(BOM.length) }
    : line;
}
