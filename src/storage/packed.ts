/**
 * How a column whose text is long or often the same lies in a store: an id as its bytes, a common word as one byte.
 *
 * Guarantees: every text comes back as it was. The bytes of ids sort as their texts do. Whatever somebody has put into
 * a column by hand is read as a text, without an error; it need not be an id, and only `isId` says that it is one.
 */
import { bytesOfId, type IdKind, idOfBytes, sizeOfId } from '../ids.ts';
import { WORDS } from './words.ts';

export interface Packing<V> {
  pack(value: V): Buffer;
  unpack(bytes: Buffer): V;
}

/** Ends what is not packed. No UTF-8 has it. A second one keeps that from the length of what is packed. */
const AS_TEXT = 0xff;

function textOr(sizeBytes: number, pack: (text: string) => Buffer | undefined, unpack: (bytes: Buffer) => string) {
  return {
    pack(text: string): Buffer {
      // Before every other, as it is among texts.
      if (text === '') return Buffer.alloc(0);
      const packed = pack(text);
      if (packed !== undefined) return packed;
      const bytes = Buffer.from(text);
      const end = bytes.length + 1 === sizeBytes ? [AS_TEXT, AS_TEXT] : [AS_TEXT];
      return Buffer.concat([bytes, Buffer.from(end)]);
    },
    unpack(bytes: Buffer): string {
      if (bytes.length === sizeBytes) return unpack(bytes);
      let end = bytes.length;
      while (end > 0 && bytes[end - 1] === AS_TEXT) end -= 1;
      return bytes.toString('utf8', 0, end);
    },
  } satisfies Packing<string>;
}

export function idPacking(kind: IdKind): Packing<string> {
  return textOr(
    sizeOfId(kind),
    (text) => bytesOfId(kind, text),
    (bytes) => idOfBytes(kind, bytes),
  );
}

/** Ids one after another. */
export function idsPacking(kind: IdKind): Packing<readonly string[]> {
  const one = idPacking(kind);
  const sizeBytes = sizeOfId(kind);
  return {
    pack: (ids) => Buffer.concat(ids.map((id) => one.pack(id))),
    unpack: (bytes) => {
      const ids: string[] = [];
      for (let at = 0; at < bytes.length; at += sizeBytes) ids.push(one.unpack(bytes.subarray(at, at + sizeBytes)));
      return ids;
    },
  };
}

const NUMBERS = new Map(WORDS.map((word, number) => [word, Buffer.from([number])]));

export const wordPacking: Packing<string> = textOr(
  1,
  (text) => NUMBERS.get(text),
  (bytes) => WORDS[bytes[0] ?? 0] ?? `?${bytes[0]}`,
);
