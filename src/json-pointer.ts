/**
 * JSON Pointers (RFC 6901): their text, and the steps it stands for. The empty text, which points at a whole document,
 * is not accepted.
 */

/** The reference tokens, unescaped; never empty. */
export type Pointer = readonly string[];

export const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/;
export const NO_POINTER = 'Must be a JSON Pointer: each step after a slash, such as /email or /address/city.';
/** What a schema says about a pointer. */
export const POINTER_META = { description: 'JSON Pointer (RFC 6901)', examples: ['/address/city'] };
/** A step into an array (RFC 6901 section 4): no leading zeros. */
export const INDEX = /^(?:0|[1-9]\d*)$/;

/** @param text that matches `POINTER` */
export function readPointer(text: string): Pointer {
  const steps = text.slice(1).split('/');
  // In this order: `~01` is `~1`, not a slash (RFC 6901 section 4).
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function writePointer(pointer: Pointer): string {
  return pointer.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function isWithin(inner: Pointer, outer: Pointer): boolean {
  return inner.length >= outer.length && outer.every((step, i) => step === inner[i]);
}
