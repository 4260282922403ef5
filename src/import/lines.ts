/**
 * The lines of a file as bytes, with the place of each. Both input formats use them.
 *
 * Guarantees: it gives lines in order, each once, whatever the size of a read. A line's terminator (LF or CRLF) is not
 * part of it; the last line needs none. Memory stays bounded: of a line over the limit, only the place is given.
 */
import type { FileHandle } from 'node:fs/promises';

/** A vault also reads no more in one call, so a longer row could not be sent. */
export const MAX_LINE_BYTES = 1024 * 1024;
const READ_BYTES = 256 * 1024;
const [LF, CR] = [0x0a, 0x0d];

export interface Line {
  /** The place of its first byte in the file. */
  readonly offset: number;
  /** The place of the first byte after its terminator. */
  readonly end: number;
  /** Undefined for a line over `MAX_LINE_BYTES`. */
  readonly bytes: Buffer | undefined;
  /** Empty for a last line that has none. */
  readonly terminator: '\n' | '\r\n' | '';
}

/**
 * @param from the place in bytes where a line begins
 * @param to the place in bytes where to stop reading; a line that it cuts ends there
 */
export async function* readLines(file: FileHandle, from: number, to: number): AsyncGenerator<Line[]> {
  let start = from;
  /** The bytes of the line so far; undefined once it is too long to keep. */
  let begun: Buffer | undefined = Buffer.alloc(0);
  for (let at = from; at < to; ) {
    const chunk = Buffer.allocUnsafe(Math.min(READ_BYTES, to - at));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) break;
    const lines: Line[] = [];
    let used = 0;
    for (let lf = chunk.indexOf(LF); lf >= 0 && lf < bytesRead; lf = chunk.indexOf(LF, used)) {
      const end = at + lf + 1;
      lines.push(line(start, end, begun && join(begun, chunk.subarray(used, lf)), '\n'));
      [start, used, begun] = [end, lf + 1, Buffer.alloc(0)];
    }
    begun = begun && join(begun, chunk.subarray(used, bytesRead));
    at += bytesRead;
    if (lines.length > 0) yield lines;
    if (at >= to && at > start) yield [line(start, at, begun, '')];
  }
}

function line(offset: number, end: number, bytes: Buffer | undefined, terminator: '\n' | ''): Line {
  return terminator !== '' && bytes?.at(-1) === CR
    ? { offset, end, bytes: bytes.subarray(0, -1), terminator: '\r\n' }
    : { offset, end, bytes, terminator };
}

function join(begun: Buffer, rest: Buffer): Buffer | undefined {
  if (begun.length + rest.length > MAX_LINE_BYTES) return undefined;
  return begun.length === 0 ? rest : Buffer.concat([begun, rest]);
}
