/** The zod schemas of the operations as the JSON Schemas of one OpenAPI document, in which each has a name and a place. */
import { z } from 'zod';

export type Schema = Record<string, unknown>;

const PLACE = '#/components/schemas/';
const EXAMPLE_TIME = '2026-11-22T12:00:00.000Z';

export class JsonSchemas {
  readonly #named: Record<string, Schema> = {};

  /** Every schema that has a name, in the order of the alphabet. */
  get all(): Record<string, Schema> {
    return Object.fromEntries(Object.entries(this.#named).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A reference to the schema under its own name or, if it has none, under this one. */
  named(of: z.ZodType, io: 'input' | 'output', name: string): Schema {
    const schema = this.inline(of, io);
    if (typeof schema.$ref === 'string') return schema;
    this.#named[name] = schema;
    return { $ref: PLACE + name };
  }

  at($ref: string): Schema {
    return this.#named[$ref.slice(PLACE.length)] ?? {};
  }

  /** The schema as it stands; the parts of it that have a name are references. */
  inline(of: z.ZodType, io: 'input' | 'output'): Schema {
    const made = z.toJSONSchema(of, {
      io,
      unrepresentable: 'any',
      override: ({ jsonSchema }) => tidy(jsonSchema as Schema, io),
    }) as Schema & { $defs?: Record<string, Schema> };
    const { $schema: _, $defs = {}, '~standard': _standard, ...schema } = made;
    for (const [name, { id: _id, ...part }] of Object.entries($defs)) this.#named[name] = lift(part);
    return lift(schema);
  }

  /** What the schema describes, made of the examples of its parts. */
  exampleOf(schema: Schema): unknown {
    const { $ref, examples, anyOf, enum: words, properties, items, type } = schema;
    if (typeof $ref === 'string') return this.exampleOf(this.at($ref));
    if (Array.isArray(examples)) return examples[0];
    if (Array.isArray(words)) return words[0];
    if (Array.isArray(anyOf)) return this.exampleOf(anyOf[0]);
    if (type === 'array') return [this.exampleOf(items as Schema)];
    if (properties !== undefined) {
      const parts = Object.entries(properties as Record<string, Schema>);
      return Object.fromEntries(parts.map(([name, part]) => [name, this.exampleOf(part)]));
    }
    return { boolean: false, integer: 0, string: 'text', object: {} }[type as string];
  }
}

/** Leaves out what zod says beyond the contract: limits of JavaScript, a date's regular expression. */
function tidy(schema: Schema, io: 'input' | 'output'): void {
  if (schema.format === 'date-time') {
    delete schema.pattern;
    schema.examples ??= [EXAMPLE_TIME];
  }
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  // A reply may gain properties in a later version, and a client that checks replies must not stumble over them.
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties;
}

/** Zod keeps named parts in `$defs`; OpenAPI has a place of its own for them. */
function lift(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${PLACE}`)) as Schema;
}
