/**
 * The outer shape of a value: a string, or a flat object of declared properties. An undeclared property is refused by
 * name, never dropped, so that the vault never stores anything it did not understand.
 *
 * Only a value's own properties count: `__proto__` from `JSON.parse` is an unknown property like any other.
 */
import { z } from 'zod';
import { holdsNoCardNumber } from '../card-like.ts';
import { InvalidValueError } from '../errors.ts';
import { isExactNumber } from '../exact-json.ts';

/** The largest value of any type, in bytes of UTF-8. */
export const MAX_VALUE_BYTES = 64 * 1024;

/**
 * Text in an input, as the API's description shows it. It says no more than that, because what a type trims, folds and
 * leaves out may be as long as a value may be; `parse` says what is too long.
 */
export const typedText = z.string().max(MAX_VALUE_BYTES);

const MAX_ECHOED_NAME = 64;
const ECHOABLE_NAME = /^(?!.*\d{5})[\w.-]+$/;

export type Properties = Readonly<Record<string, unknown>>;

/** @throws {InvalidValueError} if the input is not a string or is larger than a value may be. */
export function requireString(input: unknown): string {
  if (typeof input !== 'string') throw new InvalidValueError('', 'Must be a string.');
  requireSize(utf8Bytes(input));
  return input;
}

/**
 * @param known the properties a value may have.
 * @param whyUnknown what to say about an unknown property, if there is something better to say.
 * @throws {InvalidValueError} naming an unknown property, or the value if it is not an object or too large.
 */
export function requireObject(
  input: unknown,
  known: ReadonlySet<string>,
  whyUnknown?: (name: string) => string | undefined,
): Properties {
  if (!isPlainObject(input)) throw new InvalidValueError('', `Must be an object of ${[...known].join(', ')}.`);
  let bytes = 0;
  for (const name of Object.keys(input)) {
    if (!known.has(name)) {
      const message = whyUnknown?.(name) ?? `This property is not known. Known are ${[...known].join(', ')}.`;
      throw new InvalidValueError(echoable(name), message);
    }
    const value = input[name];
    if (typeof value === 'string') bytes += utf8Bytes(value);
  }
  requireSize(bytes);
  return input;
}

/** @throws {InvalidValueError} if the property is missing or not a string. */
export function requiredString(properties: Properties, name: string): string {
  const value = optionalString(properties, name);
  if (value === undefined) throw new InvalidValueError(name, 'This property is required.');
  return value;
}

/** @throws {InvalidValueError} if the property is there and not a string. */
export function optionalString(properties: Properties, name: string): string | undefined {
  const value = own(properties, name);
  if (value === undefined || typeof value === 'string') return value;
  throw new InvalidValueError(name, 'Must be a string.');
}

export function own(properties: Properties, name: string): unknown {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** Whether an input is an object as in JSON: no array, and of no class. */
export function isPlainObject(input: unknown): input is Properties {
  if (typeof input !== 'object' || input === null || isExactNumber(input)) return false;
  const prototype: unknown = Object.getPrototypeOf(input);
  return prototype === Object.prototype || prototype === null;
}

function utf8Bytes(text: string): number {
  // A UTF-16 code unit takes at most three bytes, so a short string need not be measured.
  return text.length * 3 <= MAX_VALUE_BYTES ? text.length : Buffer.byteLength(text);
}

function requireSize(bytes: number): void {
  if (bytes > MAX_VALUE_BYTES) throw new InvalidValueError('', 'Must not be larger than 64 KiB.');
}

/**
 * The name as an error may repeat it: short, without a long number or a card, of characters that are harmless anywhere.
 */
function echoable(name: string): string {
  const short = name.slice(0, MAX_ECHOED_NAME);
  return ECHOABLE_NAME.test(short) && holdsNoCardNumber(name) ? short : '*';
}
