/**
 * The map of an import says which fields of a row become tokens, and which are left out. It is drawn once, here:
 *
 *   { "subject": "/customer_id",                                        whom the values are about
 *     "fields": [
 *       { "path": "/email", "type": "email", "required": true },        absent, null or "": refused, else skipped
 *       { "path": "/phone", "type": "phone", "country": "/country" },   country of numbers written nationally
 *       { "path": "/card", "type": "card", "drop": ["cvc"] },           not sent, not written
 *       { "path": "/address", "type": "address", "label": "billing" },
 *       { "path": "/iban", "type": "iban", "format": "iban",            what its tokens look like,
 *         "audience": "crm", "reuse": true },                           whom they are for, one for equal values
 *       { "path": "/fax", "type": "phone", "token": "/fax_token" },     stored under the token it had in another vault
 *       { "path": "/hash", "type": "password", "phc": true },           a verifier, taken as it is
 *       { "to": "/name", "type": "name",                                one value of several fields; the token takes
 *         "properties": { "given": "/first", "family": "/last" } } ],   the place of the first, the others go
 *     "drop": ["/password"],                                            left out of the output
 *     "purpose": "import",                                              why; "reuse" asks whether a value is there
 *     "csv": { "delimiter": ";" } }
 *
 * Paths are JSON Pointers, such as `/product/serial`. In CSV a path has one step, the column's name. Elements of a list
 * are named one by one (`/phones/0`). In the output, a token that is brought along takes its value's place, and the
 * field that it came from is left out. A value without its token, or a token without its value, is refused.
 *
 * Guarantees: no two entries claim the same field or parts of it. What is dropped reaches neither the vault nor the
 * output nor the rejects file. Messages name places in the map, and quote nothing.
 * Does not: protect a field that it does not name.
 */
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { TokenFormatName } from '../datatypes/datatype.ts';
import { VaultError } from '../errors.ts';
import type { Pointer } from '../json-pointer.ts';
import { type FieldSchema, MapSchema } from './map-schema.ts';

/** A data type of a tenant's own. */
const OWN_TYPE = /^x_/;
const MAX_PROBLEMS = 5;

interface Common {
  readonly type: string;
  readonly label: string | undefined;
  readonly required: boolean;
  /** The place of the token that the value had in another vault. */
  readonly token: Pointer | undefined;
  /** The options of each item, as the vault names them. */
  readonly options: { readonly format?: TokenFormatName; readonly audience?: string; readonly reuse?: true };
}
export interface PathField extends Common {
  readonly path: Pointer;
  readonly country: Pointer | undefined;
  /** Whether it holds a password's verifier. */
  readonly phc: boolean;
  readonly drop: readonly string[];
}
export interface ComposedField extends Common {
  readonly to: Pointer;
  readonly properties: readonly (readonly [name: string, source: Pointer])[];
}
export type Field = PathField | ComposedField;

/** Two maps do the same exactly if they serialise to the same JSON. */
export interface ImportMap {
  readonly subject: Pointer | undefined;
  readonly fields: readonly Field[];
  readonly drop: readonly Pointer[];
  /** Sent with each call. */
  readonly purpose: string | undefined;
  readonly delimiter: ',' | ';' | '\t' | '|' | undefined;
}

/**
 * @param types the names of the house's data types. If given, other types are refused before anything is stored, except
 *   a tenant's own, which the vault knows.
 * @throws `invalid_map` naming each place and what to write there
 */
export function parseMap(json: unknown, types?: readonly string[]): ImportMap {
  const { data, error } = MapSchema.safeParse(json);
  if (error) throw new VaultError('invalid_map', `The map needs mending. ${problems(error.issues)}`);
  const strange = data.fields.findIndex(
    ({ type }) => types !== undefined && !types.includes(type) && !OWN_TYPE.test(type),
  );
  if (strange >= 0) {
    const names = types?.toSorted().join(', ');
    throw new VaultError(
      'invalid_map',
      `The map needs mending. fields/${strange}/type: no data type has this name; there are ${names}.`,
    );
  }
  const fields = data.fields.map((field): Field => {
    const { type, label, required, token, path, country, phc, drop = [], to = [], properties = {} } = field;
    const common = { type, label, required, token, options: optionsOf(field) };
    return path ? { ...common, path, country, phc, drop } : { ...common, to, properties: Object.entries(properties) };
  });
  const { subject, drop, purpose } = data;
  return { subject, fields, drop, purpose, delimiter: data.csv?.delimiter };
}

function optionsOf({ format, audience, reuse }: z.infer<typeof FieldSchema>): Field['options'] {
  return {
    ...(format === undefined ? {} : { format }),
    ...(audience === undefined ? {} : { audience }),
    ...(reuse ? { reuse } : {}),
  };
}

/** @throws `invalid_map` also for a file that cannot be read or is not JSON */
export async function readMap(path: string, types?: readonly string[]): Promise<ImportMap> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new VaultError('invalid_map', `The map ${path} cannot be read (${cause.code}).`, { cause });
  });
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    // The parser quotes what it reads. That may be the customers, because the two files are easily mixed up.
    const at = /position \d+(?: \(line \d+ column \d+\))?$/.exec((cause as Error).message)?.[0];
    throw new VaultError('invalid_map', `The map ${path} is not JSON${at === undefined ? '' : `: see ${at}`}.`);
  }
  return parseMap(json, types);
}

/** A word that somebody may have mistyped. Any other text may come from a file that is not a map. */
const WORD = /^[a-z_]{1,24}$/i;

function unknownNames(keys: readonly string[]): string {
  const words = keys.filter((key) => WORD.test(key)).slice(0, MAX_PROBLEMS);
  const what = keys.length === 1 ? 'a property' : `${keys.length} properties`;
  return `Has ${what} that a map does not have${words.length === 0 ? '' : `: ${words.join(', ')}`}.`;
}

function nameOf(step: string): string {
  return /^\d{1,3}$/.test(step) || WORD.test(step) ? step : '*';
}

/** Where the token goes. */
export function placeOf(field: Field): Pointer {
  return 'path' in field ? field.path : field.to;
}

function problems(issues: readonly z.core.$ZodIssue[]): string {
  const lines = issues.slice(0, MAX_PROBLEMS).map((issue) => {
    const { path } = issue;
    const message = issue.code === 'unrecognized_keys' ? unknownNames(issue.keys) : issue.message;
    const said = message.endsWith('.') ? message : `${message}.`;
    return path.length === 0 ? said : `${path.map((step) => nameOf(String(step))).join('/')}: ${said}`;
  });
  const more = issues.length > MAX_PROBLEMS ? ` (and ${issues.length - MAX_PROBLEMS} more)` : '';
  return lines.join(' ') + more;
}
