/** Checks JSON against the schemas of the API's description: the part of JSON Schema 2020-12 that they use, and no more. */
export interface Schema {
  readonly $ref?: string;
  readonly [keyword: string]: unknown;
}

const KNOWN = new Set(
  (
    '$ref type enum pattern minLength maxLength minimum maximum items minItems maxItems properties required ' +
    'additionalProperties propertyNames minProperties maxProperties oneOf anyOf not discriminator format default ' +
    'description title examples contentMediaType contentSchema'
  ).split(' '),
);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

export class Checker {
  readonly #named: Readonly<Record<string, Schema>>;

  constructor(named: Readonly<Record<string, Schema>>) {
    this.#named = named;
  }

  resolve(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const named = this.#named[schema.$ref.slice('#/components/schemas/'.length)];
    if (named === undefined) throw new Error(`There is no ${schema.$ref}.`);
    return this.resolve(named);
  }

  /** The first place at fault; undefined for JSON that fits. */
  faultIn(value: unknown, asked: Schema, path = ''): string | undefined {
    const schema = this.resolve(asked);
    const unknown = Object.keys(schema).find((keyword) => !KNOWN.has(keyword));
    if (unknown !== undefined) throw new Error(`The keyword ${unknown} is not known here.`);
    const types = [schema.type ?? []].flat() as string[];
    if (types.length > 0 && !types.some((type) => isOf(type, value))) return `${path}: no ${types.join(' or ')}`;
    if (Array.isArray(schema.enum) && !schema.enum.includes(value)) return `${path}: not one of its words`;
    const fault = this.#ofText(value, schema) ?? this.#ofNumber(value, schema);
    if (fault !== undefined) return `${path}: ${fault}`;
    return (
      this.#ofList(value, schema, path) ?? this.#ofObject(value, schema, path) ?? this.#ofUnion(value, schema, path)
    );
  }

  #ofText(value: unknown, { pattern, minLength = 0, maxLength = Infinity, format }: Schema): string | undefined {
    if (typeof value !== 'string') return undefined;
    const length = [...value].length;
    if (length < (minLength as number) || length > (maxLength as number)) return 'length';
    if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value)) return 'pattern';
    return format === 'date-time' && !TIME.test(value) ? 'format' : undefined;
  }

  #ofNumber(value: unknown, { minimum = -Infinity, maximum = Infinity }: Schema): string | undefined {
    if (typeof value !== 'number') return undefined;
    return value < (minimum as number) || value > (maximum as number) ? 'range' : undefined;
  }

  #ofList(value: unknown, { items, minItems = 0, maxItems = Infinity }: Schema, path: string): string | undefined {
    if (!Array.isArray(value)) return undefined;
    if (value.length < (minItems as number) || value.length > (maxItems as number)) return `${path}: number of items`;
    return first(value, (item, i) =>
      items === undefined ? undefined : this.faultIn(item, items as Schema, `${path}/${i}`),
    );
  }

  #ofObject(value: unknown, schema: Schema, path: string): string | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const {
      properties = {},
      required = [],
      additionalProperties,
      propertyNames,
    } = schema as {
      properties?: Record<string, Schema>;
      required?: string[];
      additionalProperties?: boolean | Schema;
      propertyNames?: Schema;
    };
    const missing = required.find((name) => !Object.hasOwn(value, name));
    if (missing !== undefined) return `${path}/${missing}: missing`;
    const entries = Object.entries(value);
    const { minProperties = 0, maxProperties = Infinity } = schema as {
      minProperties?: number;
      maxProperties?: number;
    };
    if (entries.length < minProperties || entries.length > maxProperties) return `${path}: number of properties`;
    return first(entries, ([name, part]) => {
      const at = `${path}/${name}`;
      if (propertyNames !== undefined && this.faultIn(name, propertyNames) !== undefined) return `${at}: name`;
      if (Object.hasOwn(properties, name)) return this.faultIn(part, properties[name] as Schema, at);
      if (additionalProperties === false) return `${at}: not declared`;
      return typeof additionalProperties === 'object' ? this.faultIn(part, additionalProperties, at) : undefined;
    });
  }

  #ofUnion(value: unknown, { oneOf, anyOf, not }: Schema, path: string): string | undefined {
    const fits = (variants: unknown) =>
      (variants as Schema[]).filter((variant) => this.faultIn(value, variant) === undefined).length;
    if (oneOf !== undefined && fits(oneOf) !== 1) return `${path}: fits ${fits(oneOf)} variants`;
    if (anyOf !== undefined && fits(anyOf) === 0) return `${path}: fits none`;
    return not !== undefined && this.faultIn(value, not as Schema) === undefined ? `${path}: excluded` : undefined;
  }
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function first<T>(list: readonly T[], faultOf: (item: T, i: number) => string | undefined): string | undefined {
  for (const [i, item] of list.entries()) {
    const fault = faultOf(item, i);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
