/**
 * Makes the vault's items of a row. The rules are the same for a line of NDJSON and a record of CSV.
 *
 * Guarantees: absent, null and empty fields give no item. All items of a row are about the same subject. If the map
 * names a subject, a row with values but without a subject is refused, since nobody could erase the values later. A
 * value without the token that the map says it had is refused, and so is such a token without its value: one of them
 * would be lost.
 */
import { whyForbidden } from '../datatypes/authentication-data.ts';
import type { TokenFormatName } from '../datatypes/datatype.ts';
import { type Pointer, writePointer } from '../json-pointer.ts';
import { RowError } from './errors.ts';
import type { ComposedField, Field, ImportMap, PathField } from './map.ts';
import { placeOf } from './map.ts';

export interface Item {
  readonly type: string;
  readonly value: unknown;
  readonly subject?: string;
  readonly label?: string;
  readonly format?: TokenFormatName;
  readonly audience?: string;
  readonly reuse?: true;
  /** The token that the value had in another vault. */
  readonly token?: string;
}

/** Where an item comes from. */
export interface Origin {
  /** The index of the map's field. */
  readonly field: number;
  /** Whether the field's text was put into an object: a national number with its country, or a verifier. */
  readonly wrapped: boolean;
  /** What the row calls the properties that the vault calls otherwise. */
  readonly calls: ReadonlyMap<string, string>;
}

export interface Shaped {
  readonly items: readonly Item[];
  /** One for each item. */
  readonly origins: readonly Origin[];
}

/** Reads a field of a row; undefined if there is none. */
export type Get = (pointer: Pointer) => unknown;

const MAX_WORD = 20;

/** A number in E.164, which needs no country. */
const INTERNATIONAL = /^\s*[+\uff0b]/;

/** @throws {RowError} */
export function itemsOf(map: ImportMap, get: Get): Shaped {
  const items: Item[] = [];
  const origins: Origin[] = [];
  let subject: string | undefined;
  for (const [i, field] of map.fields.entries()) {
    const found = 'path' in field ? fieldValue(field, get) : compose(field, get);
    const token = field.token && broughtToken(field, field.token, found, get);
    if (isNothing(found)) {
      if (field.required) throw new RowError('field_missing', 'Must be there.', writePointer(placeOf(field)));
      continue;
    }
    if (map.subject && items.length === 0) subject = subjectOf(get(map.subject), map.subject);
    const { type, label, options } = field;
    const { named, calls } = 'path' in field ? inOurNames(type, found) : { named: found, calls: NO_CALLS };
    const value = 'path' in field ? wrap(field, named, get) : named;
    items.push({
      type,
      value,
      ...(subject === undefined ? {} : { subject }),
      ...(label === undefined ? {} : { label }),
      ...options,
      ...(token === undefined ? {} : { token }),
    });
    origins.push({ field: i, wrapped: value !== named, calls });
  }
  return { items, origins };
}

/** The names that may tell a place in a row: the map's paths, and the property names of data types. */
export interface Known {
  readonly map: ImportMap;
  readonly propertyNames: ReadonlySet<string>;
}

/**
 * The place in the input that a refusal means. A name that only the row has is input, so it is not repeated: the place
 * is then the one around it.
 * @param path the place within the item, as the vault gives it: `value`, `value.number`, `subject`, `token`
 */
export function inputPlace(
  { map, propertyNames }: Known,
  { field: index, wrapped, calls }: Origin,
  path: string,
): string {
  const field = map.fields[index] as Field;
  if (path === 'token' && field.token) return writePointer(field.token);
  if (map.subject && path === 'subject') return writePointer(map.subject);
  const names = path.split('.').slice(1);
  const [name, ...deeper] = names;
  const known = (steps: readonly string[]) => {
    const unknown = steps.findIndex((step) => !propertyNames.has(step) && !isForbidden(step));
    return unknown < 0 ? steps : steps.slice(0, unknown);
  };
  if (name === undefined) return writePointer(placeOf(field));
  if ('properties' in field) {
    const [, source] = field.properties.find(([property]) => property === name) ?? [];
    return writePointer(source ? [...source, ...known(deeper)] : field.to);
  }
  if (wrapped) return writePointer(name === 'country' && field.country ? field.country : field.path);
  return writePointer([...field.path, ...known(names).map((step) => calls.get(step) ?? step)]);
}

/**
 * A property that must be dropped may be named if its name is one forbidden word, as in the vault's reason; no more.
 */
function isForbidden(name: string): boolean {
  return name.length <= MAX_WORD && whyForbidden(name) !== undefined;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function fieldValue({ path, drop }: PathField, get: Get): unknown {
  const value = get(path);
  if (drop.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  // Neither spread nor fromEntries sets a prototype: both define own properties.
  return Object.fromEntries(Object.entries(value).filter(([name]) => !drop.includes(name)));
}

const NO_CALLS: ReadonlyMap<string, string> = new Map();
const SNAKE = /^[a-z]+(?:_[a-z]+)+$/;
/** Types whose values are kept as they are, with every name in them. */
const AS_IT_IS = /^(?:document$|x_)/;

/** Most exports write `postal_code` for what is `postalCode` here. Where both are there, neither is touched. */
function inOurNames(type: string, found: unknown): { named: unknown; calls: ReadonlyMap<string, string> } {
  if (typeof found !== 'object' || found === null || Array.isArray(found) || AS_IT_IS.test(type)) {
    return { named: found, calls: NO_CALLS };
  }
  const calls = new Map<string, string>();
  const entries = Object.entries(found).map(([name, part]) => {
    const ours = SNAKE.test(name) ? name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) : name;
    if (ours === name || Object.hasOwn(found, ours)) return [name, part];
    calls.set(ours, name);
    return [ours, part];
  });
  return calls.size === 0 ? { named: found, calls } : { named: Object.fromEntries(entries), calls };
}

function compose({ properties }: ComposedField, get: Get): unknown {
  const parts = properties.map(([name, source]) => [name, get(source)] as const).filter(([, part]) => !isNothing(part));
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

function wrap({ country, phc }: PathField, found: unknown, get: Get): unknown {
  if (phc) return { phc: found };
  if (!country || typeof found !== 'string' || INTERNATIONAL.test(found)) return found;
  const stated = get(country);
  return isNothing(stated) ? found : { number: found, country: stated };
}

/** @throws {RowError} for a value without its token, or a token without its value */
function broughtToken(field: Field, place: Pointer, found: unknown, get: Get): string | undefined {
  const token = get(place);
  if (isNothing(token) && isNothing(found)) return undefined;
  if (isNothing(token))
    throw new RowError('field_missing', 'Must be the token that the value had.', writePointer(place));
  if (typeof token !== 'string') throw new RowError('invalid_token', 'Must be text.', writePointer(place));
  if (!isNothing(found)) return token;
  throw new RowError('field_missing', 'Must be the value that its token stands for.', writePointer(placeOf(field)));
}

function subjectOf(value: unknown, pointer: Pointer): string {
  if (typeof value === 'string' && value !== '') return value;
  // Beyond 2^53, two customer numbers may be read as one.
  if (Number.isSafeInteger(value)) return String(value);
  throw isNothing(value)
    ? new RowError('subject_missing', 'Must say whom the values are about.', writePointer(pointer))
    : new RowError('invalid_subject', 'Must be text, or a whole number below 2^53.', writePointer(pointer));
}
