/**
 * What stands in a row at a JSON Pointer. Only own properties are read: no pointer reaches `__proto__` or anything inherited.
 *
 * Guarantees: a pointer that leads through something it cannot enter (a string where it expects an object, a list where
 * it expects a name) is an error, not an absence: what it was meant to protect may be there in another shape.
 */
import { z } from 'zod';
import { INDEX, NO_POINTER, POINTER, POINTER_META, type Pointer, readPointer, writePointer } from '../json-pointer.ts';
import { RowError } from './errors.ts';

/** Its steps: what comes behind, and around, takes those. */
export const PointerSchema = z
  .string()
  .regex(POINTER, { error: NO_POINTER, abort: true })
  .transform(readPointer)
  .meta(POINTER_META);

/**
 * @returns what stands there; undefined for nothing, also where something on the way is absent, null or empty
 * @throws {RowError} where something on the way has another shape
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
