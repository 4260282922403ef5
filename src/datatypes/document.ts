/**
 * JSON of any shape: a purchase, a service request, anything without a data type of its own. It comes back as it was
 * given, with every property and in the same order, except that JavaScript puts properties named by whole numbers
 * first, and reads -0 as 0. A number keeps all digits after its point, also if a double does not hold them
 * (exact-json.ts): a reader in JavaScript rounds it, others need not.
 *
 * It refuses what would not come back: whole numbers past 2^53 - 1, whose last digits JSON readers lose (RFC 7493 2.2),
 * numbers too large or too close to zero for a double, and the property `__proto__`. It is not searchable. It does not
 * look inside: a card number in a document is kept like any other text, so use a type that is made for the value.
 */
import { z } from 'zod';
import { InvalidValueError } from '../errors.ts';
import { type ExactNumber, isExactNumber, isZero } from '../exact-json.ts';
import type { DataType, Json } from './datatype.ts';
import { isPlainObject, MAX_VALUE_BYTES } from './shape.ts';

/** How deep objects and arrays may nest; the outermost counts. */
export const MAX_DEPTH = 32;
/** The mask tells neither what the document holds nor how much. */
const MASK = '********';

export const document: DataType<Json> = {
  name: 'document',
  version: 1,
  category: 'commerce',
  description:
    'Any JSON, of up to 64 KiB as written without white space, at most 32 levels deep, whole numbers no ' +
    'larger than 2^53 - 1. Comes back as it was given, with every digit of its numbers; not searchable. Views: masked (eight stars, whatever the ' +
    'document).',
  input: z.unknown().describe('Any JSON.'),
  plain: 'json',
  examples: [{ order: 'A-2026-10442', lines: [{ article: 'Panel, anodised', quantity: 2, price: 149.9 }], gift: null }],
  spread: 'none',

  parse(input) {
    return copy(input, 1, { bytes: 0 });
  },

  canonical: (value) => JSON.stringify(value),
  views: { masked: () => MASK },
};

/** Bytes of JSON so far. They are counted on the way, so that nothing much larger than a value may be is walked. */
interface Size {
  bytes: number;
}

function copy(input: unknown, depth: number, size: Size): Json {
  if (typeof input === 'string' || typeof input === 'boolean' || input === null) return counted(input, size);
  if (typeof input === 'number') return counted(copyNumber(input), size);
  if (isExactNumber(input)) return exactNumber(input, size);
  if (depth > MAX_DEPTH) throw refused('Must not be more than 32 levels deep.');
  if (Array.isArray(input)) {
    add(2 + Math.max(0, input.length - 1), size);
    // Array.from, unlike map, visits the holes of a sparse array, and refuses them.
    return Array.from(input, (member) => copy(member, depth + 1, size));
  }
  if (!isPlainObject(input)) throw refused('Must hold nothing but what JSON can: objects, arrays, text, numbers.');
  return copyObject(input, depth, size);
}

function copyObject(input: Readonly<Record<string, unknown>>, depth: number, size: Size): Json {
  const names = Object.keys(input);
  add(2 + names.length + Math.max(0, names.length - 1), size);
  const members = names.map((name): [string, Json] => {
    if (name === '__proto__') throw refused('Must not have a property named __proto__.');
    counted(name, size);
    return [name, copy(input[name], depth + 1, size)];
  });
  return Object.fromEntries(members);
}

function exactNumber(input: ExactNumber, size: Size): Json {
  const { rawJSON: written } = input;
  const nearest = copyNumber(Number(written));
  if (nearest === 0 && !isZero(written))
    throw refused('Must hold no number so close to zero that JSON readers lose it.');
  add(written.length, size);
  // JSON.stringify writes this out as it stands. No code of this house uses it as a value.
  return input as unknown as Json;
}

function copyNumber(input: number): number {
  if (!Number.isFinite(input)) throw refused('Must hold no number that JSON cannot write.');
  if (Number.isInteger(input) && !Number.isSafeInteger(input)) {
    throw refused('Must hold no whole number past 2^53 - 1, which loses digits in JSON; send it as text.');
  }
  return input === 0 ? 0 : input;
}

function counted<T extends string | number | boolean | null>(value: T, size: Size): T {
  add(Buffer.byteLength(JSON.stringify(value)), size);
  return value;
}

function add(bytes: number, size: Size): void {
  size.bytes += bytes;
  if (size.bytes > MAX_VALUE_BYTES) throw refused('Must not be larger than 64 KiB.');
}

/** Blames the value as a whole: the names on the way to the fault are a customer's, and may be personal data. */
function refused(message: string): InvalidValueError {
  return new InvalidValueError('', message);
}
