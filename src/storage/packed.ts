/**
 * How a column whose text is long or often the same lies in a store: an id as its bytes, a common word as one byte.
 *
 * Guarantees: every text comes back as it was, and so do any bytes that somebody has put into a column by hand. Two
 * rows never read as one, so a statement finds every row by what was read of it. The bytes of ids sort as their texts
 * do. What is read need not be an id; only `isId` says that it is one.
 */
import { bytesOfId, type IdKind, idOfBytes, sizeOfId } from '../ids.ts';
import { WORDS } from './words.ts';

export interface Packing<V> {
  pack(value: V): Buffer;
  unpack(bytes: Buffer): V;
}

/** Ends what is not packed. No UTF-8 has it. A second one keeps that from the length of what is packed. */
const AS_TEXT = 0xff;
/** Begins a text that stands for bytes which no other text packs to, in hexadecimal. No text of the vault's has it. */
const AS_HEX = '\u0001';

/** @param unpack of bytes of that size; undefined where they stand for nothing */
function textOr(
  sizeBytes: number,
  pack: (text: string) => Buffer | undefined,
  unpack: (bytes: Buffer) => string | undefined,
): Packing<string> {
  function packText(text: string): Buffer {
    // Before every other, as it is among texts.
    if (text === '') return Buffer.alloc(0);
    const packed = pack(text);
    if (packed !== undefined) return packed;
    if (text.startsWith(AS_HEX)) return Buffer.from(text.slice(1), 'hex');
    const bytes = Buffer.from(text);
    const end = bytes.length + 1 === sizeBytes ? [AS_TEXT, AS_TEXT] : [AS_TEXT];
    return Buffer.concat([bytes, Buffer.from(end)]);
  }
  return {
    pack: packText,
    unpack(bytes) {
      if (bytes.length === sizeBytes) return unpack(bytes) ?? AS_HEX + bytes.toString('hex');
      let end = bytes.length;
      while (end > 0 && bytes[end - 1] === AS_TEXT) end -= 1;
      const text = bytes.toString('utf8', 0, end);
      const hex = bytes.toString('hex');
      return packText(text).toString('hex') === hex ? text : AS_HEX + hex;
    },
  };
}

export function idPacking(kind: IdKind): Packing<string> {
  const packing = textOr(
    sizeOfId(kind),
    (text) => bytesOfId(kind, text),
    (bytes) => idOfBytes(kind, bytes),
  );
  return kind === 'tenant' ? remembering(packing) : packing;
}

/** Rows that are handled together are nearly always of one tenant. */
function remembering({ pack, unpack }: Packing<string>): Packing<string> {
  let [text, bytes, number]: [string, Buffer, number] = ['', Buffer.alloc(0), -1];
  return {
    pack(wanted) {
      if (wanted === text) return bytes;
      [text, bytes] = [wanted, pack(wanted)];
      number = numberOf(bytes);
      return bytes;
    },
    unpack(given) {
      const wanted = numberOf(given);
      if (wanted < 0) return unpack(given);
      if (wanted !== number) [text, bytes, number] = [unpack(given), Buffer.from(given), wanted];
      return text;
    },
  };
}

const TENANT_BYTES = sizeOfId('tenant');
/** Negative for bytes that are no tenant's id. */
function numberOf(bytes: Buffer): number {
  return bytes.length === TENANT_BYTES ? bytes.readUIntBE(0, TENANT_BYTES) : -1;
}

/**
 * Ids one after another. Where one of them is no id, the list lies as JSON instead, and bytes that are neither are one
 * text in hexadecimal.
 */
export function idsPacking(kind: IdKind): Packing<readonly string[]> {
  const sizeBytes = sizeOfId(kind);
  const isList = ({ length }: Buffer) => length % sizeBytes === 0;
  return {
    pack(ids) {
      const packed = ids.flatMap((id) => bytesOfId(kind, id) ?? []);
      if (packed.length === ids.length) return Buffer.concat(packed);
      const [one = ''] = ids;
      if (ids.length === 1 && one.startsWith(AS_HEX)) return Buffer.from(one.slice(1), 'hex');
      const json = Buffer.concat([Buffer.from(JSON.stringify(ids)), Buffer.from([AS_TEXT])]);
      return isList(json) ? Buffer.concat([json, Buffer.from([AS_TEXT])]) : json;
    },
    unpack(bytes) {
      if (!isList(bytes)) return listOf(bytes) ?? [AS_HEX + bytes.toString('hex')];
      const ids: string[] = [];
      for (let at = 0; at < bytes.length; at += sizeBytes)
        ids.push(idOfBytes(kind, bytes.subarray(at, at + sizeBytes)));
      return ids;
    },
  };
}

function listOf(bytes: Buffer): string[] | undefined {
  try {
    const list: unknown = JSON.parse(bytes.toString('utf8').replace(/\ufffd+$/, ''));
    return Array.isArray(list) && list.every((id) => typeof id === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}

const PLACES = new Map(WORDS.map((word, place) => [word, Buffer.from([place])]));

/** A place that this release does not know is read as bytes are that stand for nothing. */
export const wordPacking: Packing<string> = textOr(
  1,
  (text) => PLACES.get(text),
  (bytes) => WORDS[bytes[0] ?? 0],
);
