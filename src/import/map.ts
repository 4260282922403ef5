/**
 * The map of an import: which fields of a row become tokens, and which are left out. Drawn once, here:
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
 * Paths are JSON Pointers, such as `/product/serial`; in CSV the one step is the column's name. A list's elements are
 * named one by one (`/phones/0`). A token that is brought along stands in its value's place in the output; the field that
 * it came from is left out. A value without its token, or a token without its value, is refused.
 *
 * Guarantees: no two entries claim the same field or parts of it; what is dropped reaches neither the vault nor the
 * output nor the rejects file; messages name the map's places, and quote nothing. Does not: protect a field that it does not name.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { holdsNoCardNumber } from '../card-like.ts';
import { VaultError } from '../errors.ts';
import { isWithin, type Pointer, PointerSchema, writePointer } from './pointer.ts';

/** Those that the vault knows; which of them a data type offers, it says itself. */
export const FORMATS = ['random', 'uuid', 'card', 'digits', 'email', 'phone', 'iban'] as const;
export type TokenFormat = (typeof FORMATS)[number];

const NO_CARD = 'Must not hold a card number: it stands in the clear.';
/** A data type of a tenant's own. */
const OWN_TYPE = /^x_/;
const MAX_FIELDS = 100;
const MAX_PROBLEMS = 5;

const FieldSchema = z
  .strictObject({
    type: z.string().regex(/^[a-z][a-z0-9_]*$/, 'Must be the name of a data type, such as email.'),
    label: z
      .string()
      .regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'Must be a lower-case letter, then letters, digits and _ . - (64 at most).')
      .refine(holdsNoCardNumber, NO_CARD)
      .optional(),
    required: z.boolean().default(false),
    path: PointerSchema.optional(),
    country: PointerSchema.optional(),
    drop: z.array(z.string().min(1)).min(1).optional(),
    to: PointerSchema.optional(),
    properties: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/i, 'Must be a name.'), PointerSchema).optional(),
    token: PointerSchema.optional(),
    format: z.enum(FORMATS).optional(),
    audience: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'Must be lower-case letters, digits and _ . - (64 at most).')
      .refine(holdsNoCardNumber, NO_CARD)
      .optional(),
    reuse: z.boolean().default(false),
    phc: z.boolean().default(false),
  })
  .superRefine((field, context) => {
    const say = (message: string, ...path: string[]) => context.addIssue({ code: 'custom', message, path });
    const composed = field.to !== undefined || field.properties !== undefined;
    if (composed === (field.path !== undefined)) {
      say('Needs either "path", or "to" together with "properties".');
    } else if (composed && (field.to === undefined || Object.keys(field.properties ?? {}).length === 0)) {
      say('"to" says where the token goes, "properties" of which fields the value is made: both are needed.');
    }
    if (composed && field.drop) say('Belongs to a field with "path"; here, just do not list the property.', 'drop');
    if (field.country && (composed || field.type !== 'phone')) {
      say('Belongs to a field with "path" of the type phone.', 'country');
    }
    if (field.phc && (composed || field.type !== 'password')) {
      say('Belongs to a field with "path" of the type password.', 'phc');
    }
    if (field.type === 'cvc') say('May be kept nowhere, neither in the output: drop it.', 'type');
    if (field.token && field.format) say('Does not go with "token", which is what it is.', 'format');
    if (field.token && field.reuse) say('Does not go with "token": each value has its own.', 'reuse');
    for (const [name, source] of Object.entries(field.properties ?? {})) {
      if (field.to && writePointer(source.slice(0, -1)) !== writePointer(field.to.slice(0, -1))) {
        say(`Must stand next to ${writePointer(field.to)}, where the token goes.`, 'properties', name);
      }
    }
  });

const MapSchema = z
  .strictObject({
    subject: PointerSchema.optional(),
    fields: z.array(FieldSchema).min(1).max(MAX_FIELDS),
    drop: z.array(PointerSchema).default([]),
    purpose: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'Must be one of the purposes of the API key.')
      .optional(),
    csv: z.strictObject({ delimiter: z.enum([',', ';', '\t', '|']) }).optional(),
  })
  .superRefine((map, context) => {
    if (map.purpose === undefined && map.fields.some(({ reuse }) => reuse)) {
      const message = 'Must be stated where a field has "reuse", which asks whether an equal value is there.';
      context.addIssue({ code: 'custom', message, path: ['purpose'] });
    }
    const claims = claimsOf(map);
    for (const [i, later] of claims.entries()) {
      for (const earlier of claims.slice(0, i)) {
        const [inner, outer] = isWithin(later.pointer, earlier.pointer) ? [later, earlier] : [earlier, later];
        if (!isWithin(inner.pointer, outer.pointer)) continue;
        context.addIssue({ code: 'custom', message: overlap(inner, outer), path: inner.place });
      }
    }
  });

interface Claim {
  readonly pointer: Pointer;
  readonly place: (string | number)[];
}

function claimsOf(map: { fields: z.infer<typeof FieldSchema>[]; drop: Pointer[] }): Claim[] {
  const fields = map.fields.flatMap((field, i): Claim[] => {
    const sources = Object.entries(field.properties ?? {});
    const claims = sources.map(([name, pointer]) => ({ pointer, place: ['fields', i, 'properties', name] }));
    const to = field.to ?? [];
    const ownPlace = sources.some(([, source]) => writePointer(source) === writePointer(to));
    if (field.path) claims.push({ pointer: field.path, place: ['fields', i, 'path'] });
    if (field.to && !ownPlace) claims.push({ pointer: to, place: ['fields', i, 'to'] });
    if (field.token) claims.push({ pointer: field.token, place: ['fields', i, 'token'] });
    return claims;
  });
  return [...fields, ...map.drop.map((pointer, i) => ({ pointer, place: ['drop', i] }))];
}

function overlap(inner: Claim, outer: Claim): string {
  const [part, whole] = [writePointer(inner.pointer), writePointer(outer.pointer)];
  if (part === whole) return `${part} is claimed twice; the other is ${outer.place.join('/')}.`;
  const advice =
    inner.place[0] === 'drop' && outer.place[2] === 'path'
      ? `to leave a property out of that value, write "drop" inside ${outer.place.slice(0, 2).join('/')}`
      : 'map either the whole or its parts';
  return `${part} lies within ${whole} (${outer.place.join('/')}): ${advice}.`;
}

interface Common {
  readonly type: string;
  readonly label: string | undefined;
  readonly required: boolean;
  /** Where the token stands that the value had in another vault. */
  readonly token: Pointer | undefined;
  /** What is asked of each item beside its value, as the vault names it. */
  readonly options: { readonly format?: TokenFormat; readonly audience?: string; readonly reuse?: true };
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

/** Serialises to the same JSON exactly when it does the same. */
export interface ImportMap {
  readonly subject: Pointer | undefined;
  readonly fields: readonly Field[];
  readonly drop: readonly Pointer[];
  /** Stated with each call, where it is. */
  readonly purpose: string | undefined;
  readonly delimiter: ',' | ';' | '\t' | '|' | undefined;
}

/**
 * @param types the names of the house's data types; given, others are refused before anything is stored, but for a
 *   tenant's own, which the vault knows
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
    // The parser quotes what it reads, which may be the customers: the two files are easily exchanged.
    const at = /position \d+(?: \(line \d+ column \d+\))?$/.exec((cause as Error).message)?.[0];
    throw new VaultError('invalid_map', `The map ${path} is not JSON${at === undefined ? '' : `: see ${at}`}.`);
  }
  return parseMap(json, types);
}

/** A word that somebody may have mistyped; anything else may come from a file that is no map. */
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
