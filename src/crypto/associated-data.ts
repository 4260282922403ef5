/**
 * One byte string for a label and a list of fields: what a ciphertext, a wrapped key or a MAC is bound to (K7).
 *
 *   count u8 | field | field …                          the label is the first field
 *   field:  type u8 | size u32 BE | bytes
 *   type:   1 text, UTF-8     2 text that UTF-8 cannot write (a lone surrogate), UTF-16LE
 *           3 number, u64 BE  4 bytes
 *
 * Guarantees: two different lists never give the same bytes; '1', 1 and the byte 0x31 are three different fields.
 * Does not: hide anything. The buffer is not secret memory; a MAC over personal data writes it to wasm instead.
 */
export type Field = string | number | Uint8Array;

const TEXT = 1;
const WIDE_TEXT = 2;
const NUMBER = 3;
const BYTES = 4;

const COUNT_BYTES = 1;
const HEAD_BYTES = 5;
const NUMBER_BYTES = 8;
const MAX_FIELDS = 255;

/** @throws {RangeError} for a number that is no integer from 0 to 2^53 - 1, and for more than 254 fields. */
export function associatedData(label: string, ...fields: Field[]): Buffer {
  const data = Buffer.allocUnsafe(associatedDataSizeBytes(label, fields));
  writeAssociatedData(data, 0, label, fields);
  return data;
}

export function associatedDataSizeBytes(label: string, fields: readonly Field[]): number {
  if (fields.length >= MAX_FIELDS) throw new RangeError('Too many fields.');
  let sizeBytes = COUNT_BYTES + HEAD_BYTES + textSizeBytes(label);
  for (const field of fields) {
    sizeBytes += HEAD_BYTES;
    if (typeof field === 'string') sizeBytes += textSizeBytes(field);
    else if (typeof field === 'number') sizeBytes += NUMBER_BYTES;
    else sizeBytes += field.length;
  }
  return sizeBytes;
}

/** Writes what `associatedData` returns to `target`, and returns the offset after it. */
export function writeAssociatedData(target: Buffer, offset: number, label: string, fields: readonly Field[]): number {
  target[offset] = fields.length + 1;
  let at = writeText(target, offset + COUNT_BYTES, label);
  for (const field of fields) {
    if (typeof field === 'string') {
      at = writeText(target, at, field);
    } else if (typeof field === 'number') {
      if (!Number.isSafeInteger(field) || field < 0) throw new RangeError('A number must be a whole one, from 0 up.');
      at = writeHead(target, at, NUMBER, NUMBER_BYTES);
      at = target.writeUInt32BE(Math.floor(field / 0x1_0000_0000), at);
      at = target.writeUInt32BE(field % 0x1_0000_0000, at);
    } else {
      at = writeHead(target, at, BYTES, field.length);
      target.set(field, at);
      at += field.length;
    }
  }
  return at;
}

function textSizeBytes(text: string): number {
  return text.isWellFormed() ? Buffer.byteLength(text) : text.length * 2;
}

function writeText(target: Buffer, at: number, text: string): number {
  const wellFormed = text.isWellFormed();
  const sizeBytes = target.write(text, at + HEAD_BYTES, wellFormed ? 'utf8' : 'utf16le');
  writeHead(target, at, wellFormed ? TEXT : WIDE_TEXT, sizeBytes);
  return at + HEAD_BYTES + sizeBytes;
}

function writeHead(target: Buffer, at: number, type: number, sizeBytes: number): number {
  target[at] = type;
  return target.writeUInt32BE(sizeBytes, at + 1);
}
