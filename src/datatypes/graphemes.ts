/**
 * The characters of a text as its reader sees them (grapheme clusters, Unicode UAX #29): never half a surrogate pair,
 * and never a letter without its accent.
 */

let segmenter: Intl.Segmenter | undefined;

/** The characters by which texts differ when they are compared. The rest is spelling. */
const TELLING = /[\p{L}\p{N}]/u;

/**
 * The first grapheme of a text, as a view may show it. It is `''` if that would be the whole text, or every letter and
 * digit of it (`A.`).
 */
export function firstGraphemeOfMore(text: string): string {
  const length = firstGraphemeLength(text);
  const [first, rest] = [text.slice(0, length), text.slice(length)];
  return rest === '' || (isTelling(first) && !isTelling(rest)) ? '' : first;
}

/** Whether a text holds a letter or a digit. */
export function isTelling(text: string): boolean {
  return TELLING.test(text);
}

/** All graphemes, in order. Joined, they are the text. */
export function graphemesOf(text: string): string[] {
  let plain = true;
  for (let i = 0; plain && i < text.length; i++) plain = standsAlone(text.charCodeAt(i));
  if (plain) return text.split('');
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The length in UTF-16 code units. */
function firstGraphemeLength(text: string): number {
  if (text === '') return 0;
  if (standsAlone(text.charCodeAt(0)) && (text.length === 1 || standsAlone(text.charCodeAt(1)))) return 1;
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) return segment.length;
  return 0;
}

/**
 * Whether it is a letter that joins with none of its kind. The segmenter would cost fifty times as much (6 µs a name).
 */
function standsAlone(unit: number): boolean {
  return (
    (unit >= 0x20 && unit < 0x300 && unit !== 0xad) || // Latin
    (unit >= 0x370 && unit < 0x483) || // Greek, Cyrillic
    (unit >= 0x3041 && unit <= 0x3096) || // kana
    (unit >= 0x30a1 && unit <= 0x30fa) ||
    (unit >= 0x4e00 && unit <= 0x9fff) || // Han
    (unit >= 0xac00 && unit <= 0xd7a3) // Hangul syllables
  );
}
