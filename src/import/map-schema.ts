/**
 * The schema of an import's map; `map.ts` draws the map.
 *
 * Guarantees: no two entries claim the same field or parts of it, and no option is accepted where it has no meaning.
 * Messages name places in the map, and quote nothing.
 */
import { z } from 'zod';
import { holdsNoCardNumber } from '../card-like.ts';
import { TOKEN_FORMATS } from '../datatypes/datatype.ts';
import { isWithin, type Pointer, writePointer } from '../json-pointer.ts';
import { PointerSchema } from './pointer.ts';

const NO_CARD = 'Must not hold a card number: it stands in the clear.';
const MAX_FIELDS = 100;

export const FieldSchema = z
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
    format: z.enum(TOKEN_FORMATS).optional(),
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

export const MapSchema = z
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
