/**
 * Turns the operations' zod schemas into the JSON Schemas of one OpenAPI document. Each has a name and a place there.
 */
import { z } from 'zod';

export type Schema = Record<string, unknown>;

const PLACE = '#/components/schemas/';
const EXAMPLE_TIME = '2026-11-22T12:00:00.000Z';

export class JsonSchemas {
  readonly #named: Record<string, Schema> = {};

  /** Every schema that has a name, in alphabetical order. */
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

  /** The schema itself. Those of its parts that have a name are references. */
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

  /** An example of what the schema describes, made of the examples of its parts. */
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

/** Leaves out what is not part of the contract: JavaScript's limits, and a date's regular expression. */
function tidy(schema: Schema, io: 'input' | 'output'): void {
  if (schema.format === 'date-time') {
    delete schema.pattern;
    schema.examples ??= [EXAMPLE_TIME];
  }
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  // A later version may add properties to a reply. A client that checks replies must not fail then.
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties;
}

/** Zod keeps named parts in `$defs`; OpenAPI has another place for them. */
function lift(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${PLACE}`)) as Schema;
}
