/**
 * Bytes as lower-case Crockford base32, and back: the bodies of ids. The text of fewer bytes than a multiple of five
 * begins with zero bits, as a number does, so that texts of one length sort as their bytes do.
 *
 * Guarantees: each text that decodes is the one spelling of its bytes; capitals and look-alikes do not decode.
 * Does not: take lengths other than a multiple of five bytes, or one more; no id has another.
 */
export const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const CODES = Buffer.from(ALPHABET, 'latin1');
/** Any combination with it is negative, too. */
const NO_BITS = -(2 ** 25);
/** Of a character's code: its five bits; negative for a character that is in no text. */
const BITS = Int32Array.from({ length: 128 }, (_, code) => {
  const bits = ALPHABET.indexOf(String.fromCharCode(code));
  return bits < 0 ? NO_BITS : bits;
});
/** Eight characters. */
const FIVE_BYTES = 5;
const MAX_BYTES = 64;
/** The text under construction. A string that is concatenated from its parts takes four times as long. */
const scratch = Buffer.alloc(Math.ceil((MAX_BYTES * 8) / FIVE_BYTES)) as Buffer & {
  /** Node's own, without what `toString` does before it. */
  latin1Slice(from: number, to: number): string;
};

/** @param bytes at most 64 */
export function encodeCrockford(bytes: Uint8Array): string {
  const head = bytes.length % FIVE_BYTES;
  let to = 0;
  if (head === 1) {
    to = write(bytes[0] ?? 0, 2, to);
  }
  for (let at = head; at < bytes.length; at += FIVE_BYTES) {
    to = write(((bytes[at] ?? 0) << 12) | ((bytes[at + 1] ?? 0) << 4) | ((bytes[at + 2] ?? 0) >>> 4), 4, to);
    to = write(((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0), 4, to);
  }
  return scratch.latin1Slice(0, to);
}

/** @returns undefined for a text that is not the spelling of so many bytes. @param from where it begins in `text` */
export function decodeCrockford(text: string, from: number, sizeBytes: number): Buffer | undefined {
  const head = sizeBytes % FIVE_BYTES;
  if (text.length !== from + head * 2 + ((sizeBytes - head) / FIVE_BYTES) * 8) return undefined;
  const bytes = Buffer.allocUnsafe(sizeBytes);
  if (head === 1) {
    const first = (bitsAt(text, from) << 5) | bitsAt(text, from + 1);
    if (first < 0 || first > 0xff) return undefined;
    bytes[0] = first;
  }
  for (let at = head, next = from + head * 2; at < sizeBytes; at += FIVE_BYTES, next += 8) {
    const high = twentyBitsAt(text, next);
    const low = twentyBitsAt(text, next + 4);
    if (high < 0 || low < 0) return undefined;
    bytes[at] = high >>> 12;
    bytes[at + 1] = high >>> 4;
    bytes[at + 2] = (high << 4) | (low >>> 16);
    bytes[at + 3] = low >>> 8;
    bytes[at + 4] = low;
  }
  return bytes;
}

/** Writes the lowest bits as this many characters. @returns where the next one goes */
function write(bits: number, characters: number, to: number): number {
  for (let i = characters - 1, left = bits; i >= 0; i -= 1, left >>>= 5) scratch[to + i] = CODES[left & 31] ?? 0;
  return to + characters;
}

function twentyBitsAt(text: string, at: number): number {
  const first = bitsAt(text, at);
  const second = bitsAt(text, at + 1);
  const third = bitsAt(text, at + 2);
  const fourth = bitsAt(text, at + 3);
  if ((first | second | third | fourth) < 0) return NO_BITS;
  return (first << 15) | (second << 10) | (third << 5) | fourth;
}

function bitsAt(text: string, at: number): number {
  return BITS[text.charCodeAt(at)] ?? NO_BITS;
}
