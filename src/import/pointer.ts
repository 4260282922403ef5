/**
 * Reads what is in a row at a JSON Pointer.
 *
 * Guarantees: only own properties are read, so no pointer reaches `__proto__` or anything inherited. A pointer that
 * leads through something it cannot enter (a string instead of an object, a list where it expects a name) is an error,
 * not an absence: what it should protect may be there in another shape.
 */
import { z } from 'zod';
import { INDEX, NO_POINTER, POINTER, POINTER_META, type Pointer, readPointer, writePointer } from '../json-pointer.ts';
import { RowError } from './errors.ts';

/** Reads a pointer as its steps, which is the form that all other code uses. */
export const PointerSchema = z
  .string()
  .regex(POINTER, { error: NO_POINTER, abort: true })
  .transform(readPointer)
  .meta(POINTER_META);

/**
 * @returns the value there; undefined if there is none, or if something on the way is absent, null or empty
 * @throws {RowError} if something on the way has another shape
 */
export function valueAt(root: unknown, pointer: Pointer): unknown {
  let value = root;
  for (const [i, step] of pointer.entries()) {
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'object' || (Array.isArray(value) && !INDEX.test(step))) {
      throw new RowError(
        'unexpected_shape',
        `Has another shape than the map expects, which looks for ${writePointer(pointer)}.`,
        writePointer(pointer.slice(0, i)),
      );
    }
    value = Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
  }
  return value;
}
