/**
 * Turns zod schemas into the JSON Schemas of one OpenAPI document, in the form that generators of other languages read.
 *
 * Guarantees: each object of a union, each union and each enum has a name and a place among the components. A name
 * means one schema: a second one under it is an error. A union of tagged objects says its discriminator. No schema says
 * `const`, which some generators cannot read: an enum of one word says the same.
 */
import { z } from 'zod';
import { shownAs } from '../../schema.ts';

export type Schema = Record<string, unknown>;
type Io = 'input' | 'output';

const PLACE = '#/components/schemas/';
const EXAMPLE_TIME = '2026-11-22T12:00:00.000Z';

export class JsonSchemas {
  readonly #named: Record<string, Schema> = {};

  /** Every schema that has a name, in alphabetical order. */
  get all(): Record<string, Schema> {
    return Object.fromEntries(Object.entries(this.#named).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A reference to the schema under its own name or, if it has none, under this one. */
  named(of: z.ZodType, io: Io, name: string): Schema {
    const schema = this.inline(of, io);
    return typeof schema.$ref === 'string' && Object.keys(schema).length === 1 ? schema : this.#place(name, schema);
  }

  at($ref: string): Schema {
    return this.#named[$ref.slice(PLACE.length)] ?? {};
  }

  /** The schema itself. Those of its parts that have a name are references. */
  inline(of: z.ZodType, io: Io): Schema {
    const shown = shownAs(of);
    if (shown !== undefined) return this.inline(shown, io);
    const made = z.toJSONSchema(of, {
      io,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => this.#tidy(zodSchema as unknown as z.ZodType, jsonSchema as Schema, io),
    }) as Schema & { $defs?: Record<string, Schema> };
    const { $schema: _, $defs = {}, '~standard': _standard, ...schema } = made;
    for (const [name, { id: _id, ...part }] of Object.entries($defs)) this.#place(name, this.#lift(part));
    return this.#lift(schema);
  }

  /** An example of what the schema describes, made of the examples of its parts. */
  exampleOf(schema: Schema): unknown {
    const { $ref, examples, oneOf, enum: words, properties, items, type } = schema;
    if (typeof $ref === 'string') return this.exampleOf(this.at($ref));
    if (Array.isArray(examples)) return examples[0];
    if (Array.isArray(words)) return words[0];
    if (Array.isArray(oneOf)) return this.exampleOf(oneOf[0]);
    if (type === 'array') return [this.exampleOf(items as Schema)];
    if (properties !== undefined) {
      const parts = Object.entries(properties as Record<string, Schema>);
      return Object.fromEntries(parts.map(([name, part]) => [name, this.exampleOf(part)]));
    }
    return { boolean: false, integer: 0, string: 'text', object: {} }[type as string];
  }

  /** @throws {TypeError} if the name has another schema */
  #place(name: string, schema: Schema): Schema {
    const known = this.#named[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new TypeError(`Two schemas have the name ${name}.`);
    }
    this.#named[name] = schema;
    return { $ref: PLACE + name };
  }

  /** Leaves out what is not part of the contract: JavaScript's limits, and a date's regular expression. */
  #tidy(zod: z.ZodType, schema: Schema, io: Io): void {
    const shown = shownAs(zod);
    if (shown !== undefined) {
      const placed = this.inline(shown, io);
      for (const key of Object.keys(schema)) delete schema[key];
      Object.assign(schema, placed);
      return;
    }
    if (typeof schema.$ref === 'string') {
      for (const key of Object.keys(schema)) if (!BESIDE_REF.has(key)) delete schema[key];
      return;
    }
    if (schema.format === 'date-time') {
      delete schema.pattern;
      schema.examples ??= [EXAMPLE_TIME];
    }
    if (schema.type === 'integer') delete schema.pattern;
    // An absent list or object says the same, and some generators can give no default to one.
    if (typeof schema.default === 'object') delete schema.default;
    if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
    if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
    // A later version may add properties to a reply. A client that checks replies must not fail then.
    if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties;
    if ('const' in schema) {
      schema.enum = [schema.const];
      delete schema.const;
    }
    asOneOf(zod, schema);
  }

  /** Zod keeps named parts in `$defs`; OpenAPI has another place for them, also for parts with a title. */
  #lift(schema: Schema): Schema {
    const placed = JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${PLACE}`)) as Schema;
    return this.#liftTitled(placed);
  }

  #liftTitled(schema: Schema): Schema {
    const inner = (part: unknown): unknown => {
      if (Array.isArray(part)) return part.map(inner);
      if (typeof part !== 'object' || part === null) return part;
      const { title, ...rest } = this.#liftTitled(part as Schema);
      return typeof title === 'string' ? this.#place(title, rest) : rest;
    };
    const lifted = Object.entries(schema).map(([key, part]) => {
      if (PARTS.has(key)) return [key, inner(part)];
      if (key !== 'properties') return [key, part];
      const properties = Object.entries(part as Schema).map(([name, property]) => [name, inner(property)]);
      return [key, Object.fromEntries(properties)];
    });
    return Object.fromEntries(lifted) as Schema;
  }
}

/** What a use of a named schema may say of its own. */
const BESIDE_REF: ReadonlySet<string> = new Set(['$ref', 'description', 'default', 'examples']);
const PARTS: ReadonlySet<string> = new Set(['items', 'oneOf', 'additionalProperties']);

/** A union as other languages read it: of exactly one of its variants and, if they carry a tag, told apart by that. */
function asOneOf(zod: z.ZodType, schema: Schema): void {
  const { tag, anyOf = schema.oneOf, ...rest } = schema as Schema & { tag?: string; anyOf?: Schema[] };
  if (!Array.isArray(anyOf)) return;
  for (const key of Object.keys(schema)) delete schema[key];
  const { options = [], discriminator = tag } =
    (zod as { def?: { options?: z.ZodObject[]; discriminator?: string } }).def ?? {};
  const nothing = anyOf.findIndex(({ type }) => type === 'null');
  if (nothing >= 0 && anyOf.length === 2) {
    const [something] = anyOf.filter((_, i) => i !== nothing);
    Object.assign(schema, something, rest, { type: [(something as Schema).type, 'null'] });
    return;
  }
  Object.assign(schema, rest, { oneOf: anyOf });
  if (discriminator === undefined) return;
  const mapping = options.flatMap((option) => {
    const name = option.meta()?.id;
    const of = option.shape[discriminator] as { values?: Set<string>; options?: string[] } | undefined;
    const words = [...(of?.values ?? of?.options ?? [])];
    return name === undefined ? [] : words.map((word) => [word, PLACE + name]);
  });
  schema.discriminator = { propertyName: discriminator, mapping: Object.fromEntries(mapping) };
}
