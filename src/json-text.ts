/**
 * Walks through the text of JSON. The text tells what a parsed value does not: the place of each member, and which
 * names come twice.
 *
 * Does not: check the text, which must have passed JSON.parse. In other text a string may have no end.
 */
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
export const [COLON, COMMA] = [0x3a, 0x2c];
export const [OPEN_OBJECT, OPEN_LIST] = [0x7b, 0x5b];
const [CLOSE_OBJECT, CLOSE_LIST] = [0x7d, 0x5d];
const SPACE = 0x20;

export function isClosing(char: number): boolean {
  return char === CLOSE_OBJECT || char === CLOSE_LIST;
}

export function skipSpace(text: string, at: number): number {
  let pos = at;
  while (text.charCodeAt(pos) <= SPACE) pos++;
  return pos;
}

/** @param at the place of the opening quote. @returns the place after the closing one */
export function skipString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); ; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
}

/** It does not recurse: a text may nest as deep as it is long. */
export function skipValue(text: string, at: number): number {
  let pos = at;
  let depth = 0;
  for (;;) {
    const char = text.charCodeAt(pos);
    if (char === QUOTE) pos = skipString(text, pos);
    else if (char === OPEN_OBJECT || char === OPEN_LIST) {
      depth++;
      pos++;
      continue;
    } else if (isClosing(char)) {
      depth--;
      pos++;
    } else if (char === COMMA || char <= SPACE || depth > 0) {
      pos++;
      continue;
    } else {
      pos = skipScalar(text, pos);
    }
    if (depth === 0) return pos;
  }
}

/** A number, true, false or null. */
function skipScalar(text: string, at: number): number {
  let pos = at + 1;
  for (; pos < text.length; pos++) {
    const char = text.charCodeAt(pos);
    if (char === COMMA || char <= SPACE || isClosing(char)) break;
  }
  return pos;
}
