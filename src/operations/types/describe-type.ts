/** A data type as the catalogue shows it: everything needed to build a form or a client. */
import { z } from 'zod';
import type { CatalogueEntry } from '../../catalogue/catalogue.ts';
import type { DataTypeDescription } from '../../catalogue/schema.ts';
import { formatsOf } from '../../tokens/format.ts';

/** JSON Schemas, made once for each input. */
const schemas = new WeakMap<z.ZodType, Record<string, unknown>>();

/** A line of the catalogue as the API shows it: the type, and what the tenant keeps of it. */
export function describeType({ type, keep, unique, definition }: CatalogueEntry): DataTypeDescription {
  const { custody = 'record', keeps = {}, parts = {}, compared = {} } = type;
  const kept = keep !== undefined && Object.hasOwn(keeps, keep) ? keeps[keep] : undefined;
  return {
    name: type.name,
    version: type.version,
    category: type.category,
    description: type.description,
    custom: definition !== undefined,
    custody,
    search: {
      spread: kept?.spread ?? type.spread,
      parts: Object.entries(parts).map(([name, part]) => ({
        name,
        description: part.description,
        spread: part.spread,
        input: schemaOf(part.input),
        examples: [...part.examples],
      })),
    },
    match: {
      parts: Object.entries(custody === 'record' ? { ...compared, ...parts } : {}).map(([name, part]) => ({
        ...{ name, description: part.description, input: schemaOf(part.input), examples: [...part.examples] },
      })),
    },
    // A value that is kept as a verifier has no plain form.
    views: [...(custody === 'verifier' ? [] : ['plain']), ...Object.keys(type.views)],
    formats: [...formatsOf(type)],
    keeps: Object.entries(keeps).map(([name, { description }]) => ({ name, description })),
    ...(keep === undefined ? {} : { keep }),
    unique,
    input: schemaOf(type.input),
    examples: [...type.examples],
    ...(definition === undefined ? {} : { definition }),
  };
}

function schemaOf(input: z.ZodType): Record<string, unknown> {
  const known = schemas.get(input) ?? (z.toJSONSchema(input, { io: 'input' }) as Record<string, unknown>);
  schemas.set(input, known);
  return known;
}
