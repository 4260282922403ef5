/**
 * JSON Pointers (RFC 6901), read with own properties only: no pointer reaches `__proto__` or anything inherited.
 *
 * Guarantees: a pointer that leads through something it cannot enter (a string where it expects an object, a list where
 * it expects a name) is an error, not an absence: what it was meant to protect may be there in another shape.
 */
import { z } from 'zod';
import { RowError } from './errors.ts';

/** The reference tokens, unescaped; never empty, since the whole row is never one value. */
export type Pointer = readonly string[];

const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/;
const INDEX = /^(?:0|[1-9]\d*)$/;

export const PointerSchema = z
  .string()
  .regex(POINTER, {
    error: 'Must be a JSON Pointer: each step after a slash, such as /email or /address/city.',
    // What comes behind, and around, takes steps.
    abort: true,
  })
  .transform(readPointer)
  .meta({ description: 'JSON Pointer (RFC 6901)', examples: ['/address/city'] });

export function readPointer(text: string): Pointer {
  const steps = text.slice(1).split('/');
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function writePointer(pointer: Pointer): string {
  return pointer.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function isWithin(inner: Pointer, outer: Pointer): boolean {
  return inner.length >= outer.length && outer.every((step, i) => step === inner[i]);
}

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
