/**
 * Masks: what the views of a custom text show. A mask is literal text with at most one `{first:n}` and one `{last:n}`:
 * `{first:2}****{last:4}` shows DE****6789 of DE12346789.
 *
 * Guarantees: no view of a value, and no two views of it together, show more than half of its characters, whatever the
 * masks ask for. For a shorter value they show fewer characters: first fewer of its beginning, then fewer of its end,
 * then none. Half means half of what a reader counts (graphemes), half of the graphemes with a letter or a digit, and
 * half of the code units. So one letter under fifty accents is not half a value, nor are two letters between hyphens.
 * If literal text would make up for what is hidden (`AB{last:2}` of AB12), the pieces are left out. No character is cut
 * in two, and a mask never tells how long the value is.
 * Does not: know which half of a value gives the whole away.
 */
import type { View } from './datatype.ts';
import { graphemesOf, isTelling } from './graphemes.ts';
import { fold } from './normalise.ts';

const MAX_SHOWN = 64;
const PART = /\{(first|last):([1-9]\d?)\}/g;
const BRACE = /[{}]/;
const NO_LETTER_OR_DIGIT = /[^\p{L}\p{N}]/gu;

interface Mask {
  /** Literal text, and the two words that a piece of the value replaces. */
  readonly parts: readonly (string | { readonly from: 'first' | 'last' })[];
  /** How many graphemes are wanted. */
  readonly first: number;
  readonly last: number;
}

/** Whether the text is a mask. A brace that belongs to neither of the two words is a mistake, not literal text. */
export function isMask(text: string): boolean {
  return readMask(text) !== undefined;
}

/**
 * The views of one type, in the order of the masks. They are made together, because what one shows counts against the
 * others.
 * @throws {TypeError} for a text that is no mask
 */
export function maskViews(masks: Readonly<Record<string, string>>): Record<string, View<string>> {
  const read = Object.entries(masks).map(([name, text]): [string, Mask] => {
    const mask = readMask(text);
    if (mask === undefined) throw new TypeError(`The view ${name} has no mask.`);
    return [name, mask];
  });
  const wanted = {
    first: Math.max(0, ...read.map(([, mask]) => mask.first)),
    last: Math.max(0, ...read.map(([, mask]) => mask.last)),
  };
  return Object.fromEntries(read.map(([name, mask]) => [name, (value: string) => show(mask, value, wanted)]));
}

function readMask(text: string): Mask | undefined {
  const parts: Mask['parts'][number][] = [];
  const shown = { first: 0, last: 0 };
  let at = 0;
  for (const { 0: part, 1: from, 2: count, index } of text.matchAll(PART)) {
    if ((from !== 'first' && from !== 'last') || shown[from] > 0 || Number(count) > MAX_SHOWN) return undefined;
    shown[from] = Number(count);
    parts.push(text.slice(at, index), { from });
    at = index + part.length;
  }
  parts.push(text.slice(at));
  const broken = parts.some((part) => typeof part === 'string' && BRACE.test(part));
  return broken || !text.isWellFormed() ? undefined : { parts, ...shown };
}

function show(mask: Mask, value: string, wanted: Allowance): string {
  if (mask.first + mask.last === 0) return mask.parts.join('');
  const graphemes = graphemesOf(value);
  const allowed = allowance(value, graphemes, wanted);
  const first = Math.min(mask.first, allowed.first);
  const last = Math.min(mask.last, allowed.last);
  const pieces = {
    first: graphemes.slice(0, first).join(''),
    last: graphemes.slice(graphemes.length - last).join(''),
  };
  const shown = mask.parts.map((part) => (typeof part === 'string' ? part : pieces[part.from])).join('');
  const isWhole = isTelling(value) && compared(shown).includes(compared(value));
  return isWhole ? mask.parts.filter((part) => typeof part === 'string').join('') : shown;
}

/** The letters and digits of a text, without case and width. */
function compared(text: string): string {
  return fold(text).replace(NO_LETTER_OR_DIGIT, '');
}

interface Allowance {
  readonly first: number;
  readonly last: number;
}

/** How many graphemes of each end all views of a type together may show. */
function allowance(value: string, graphemes: readonly string[], wanted: Allowance): Allowance {
  const half = Math.floor(graphemes.length / 2);
  let last = Math.min(wanted.last, half);
  let first = Math.min(wanted.first, half - last);
  const telling = graphemes.filter(isTelling).length;
  const isTooMuch = () => {
    const shown = [...graphemes.slice(0, first), ...graphemes.slice(graphemes.length - last)];
    return 2 * lengthOf(shown) > value.length || (telling > 0 && 2 * shown.filter(isTelling).length > telling);
  };
  while (first + last > 0 && isTooMuch()) {
    if (first > 0) first -= 1;
    else last -= 1;
  }
  return { first, last };
}

function lengthOf(graphemes: readonly string[]): number {
  return graphemes.reduce((sum, grapheme) => sum + grapheme.length, 0);
}
