/**
 * A view of one place in a document, named by a JSON Pointer (RFC 6901). Custom data types are made of such views.
 *
 * Guarantees: a pointer reaches only own properties, never `__proto__` or anything inherited. A missing place is shown
 * as null, whatever is on the way to it, so that no error tells a document's shape. No view shows a whole document,
 * which would be `plain` under another name: `''` is not a pointer, and a place that is all that a document holds is
 * also shown as null.
 * Does not: point past the end of an array (`-`).
 */
import { z } from 'zod';
import { isExactNumber } from '../exact-json.ts';
import { INDEX, NO_POINTER, POINTER, POINTER_META, readPointer } from '../json-pointer.ts';
import type { Json, View } from './datatype.ts';
import { isTelling } from './graphemes.ts';

export const MAX_POINTER = 256;

/** The text of a pointer, such as `/lines/0/article`. */
export const JsonPointer = z.string().max(MAX_POINTER).regex(POINTER, NO_POINTER).meta(POINTER_META);

/**
 * The view that shows what stands at the pointer, or null.
 * @throws {z.ZodError} for a text that is no pointer.
 */
export function viewAt(pointer: string): View {
  const steps = readPointer(JsonPointer.parse(pointer));
  return (document) => {
    const shown = steps.reduce<Json>(member, document);
    const told = tellingLeaves(shown);
    return told > 0 && told === tellingLeaves(document) ? null : shown;
  };
}

/** How many texts, numbers and truth values have a letter or a digit. Names of properties do not count. */
function tellingLeaves(value: Json): number {
  if (value === null) return 0;
  if (typeof value !== 'object') return isTelling(String(value)) ? 1 : 0;
  return Object.values<Json>(value).reduce<number>((sum, inner) => sum + tellingLeaves(inner), 0);
}

function member(value: Json, step: string): Json {
  if (typeof value !== 'object' || value === null || isExactNumber(value)) return null;
  if (Array.isArray(value) && !INDEX.test(step)) return null;
  return Object.hasOwn(value, step) ? ((value as Record<string, Json>)[step] ?? null) : null;
}
