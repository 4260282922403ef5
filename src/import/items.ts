/**
 * What a row gives to the vault: the same rules for a line of NDJSON and a record of CSV.
 *
 * Guarantees: absent, null and empty fields give no item; every item of a row is about the same subject; a row that
 * has values but no subject, where the map names one, is refused, since nobody could erase them later.
 */
import { RowError } from './errors.ts';
import type { ComposedField, Field, ImportMap, PathField } from './map.ts';
import { placeOf } from './map.ts';
import { type Pointer, writePointer } from './pointer.ts';

export interface Item {
  readonly type: string;
  readonly value: unknown;
  readonly subject?: string;
  readonly label?: string;
}

/** Where an item comes from. */
export interface Origin {
  /** Which of the map's fields. */
  readonly field: number;
  /** Whether the value was made of a national number and its country. */
  readonly national: boolean;
}

export interface Shaped {
  readonly items: readonly Item[];
  /** Beside each item. */
  readonly origins: readonly Origin[];
}

/** Reads a field of a row; undefined where there is none. */
export type Get = (pointer: Pointer) => unknown;

/** E.164 written out: needs no country. */
const INTERNATIONAL = /^\s*[+\uff0b]/;

/** @throws {RowError} */
export function itemsOf(map: ImportMap, get: Get): Shaped {
  const items: Item[] = [];
  const origins: Origin[] = [];
  let subject: string | undefined;
  for (const [i, field] of map.fields.entries()) {
    const found = 'path' in field ? fieldValue(field, get) : compose(field, get);
    if (isNothing(found)) {
      if (field.required) throw new RowError('field_missing', 'Must be there.', writePointer(placeOf(field)));
      continue;
    }
    if (map.subject && items.length === 0) subject = subjectOf(get(map.subject), map.subject);
    const value = 'path' in field ? withCountry(field, found, get) : found;
    const { type, label } = field;
    items.push({
      type,
      value,
      ...(subject === undefined ? {} : { subject }),
      ...(label === undefined ? {} : { label }),
    });
    origins.push({ field: i, national: value !== found });
  }
  return { items, origins };
}

/**
 * The place in the input that a refusal means.
 * @param path within the item, as the vault says it: `value`, `value.number`, `subject`
 */
export function inputPlace(map: ImportMap, { field: index, national }: Origin, path: string): string {
  if (map.subject && !path.startsWith('value')) return writePointer(map.subject);
  const field = map.fields[index] as Field;
  const [name, ...deeper] = path.split('.').slice(1);
  if (name === undefined) return writePointer(placeOf(field));
  if ('properties' in field) {
    const [, source] = field.properties.find(([property]) => property === name) ?? [];
    return writePointer(source ? [...source, ...deeper] : field.to);
  }
  if (national) return writePointer(name === 'country' && field.country ? field.country : field.path);
  return writePointer([...field.path, name, ...deeper]);
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

function compose({ properties }: ComposedField, get: Get): unknown {
  const parts = properties.map(([name, source]) => [name, get(source)] as const).filter(([, part]) => !isNothing(part));
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

function withCountry({ country }: PathField, number: unknown, get: Get): unknown {
  if (!country || typeof number !== 'string' || INTERNATIONAL.test(number)) return number;
  const stated = get(country);
  return isNothing(stated) ? number : { number, country: stated };
}

function subjectOf(value: unknown, pointer: Pointer): string {
  if (typeof value === 'string' && value !== '') return value;
  // Beyond 2^53 two customer numbers may read as one.
  if (Number.isSafeInteger(value)) return String(value);
  throw isNothing(value)
    ? new RowError('subject_missing', 'Must say whom the values are about.', writePointer(pointer))
    : new RowError('invalid_subject', 'Must be text, or a whole number below 2^53.', writePointer(pointer));
}
