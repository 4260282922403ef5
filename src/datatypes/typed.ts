/**
 * Schemas with one variant for each data type, made of the types' own declarations. So a new data type is described
 * without further lines. They are for the API's description alone; `parse` of a type decides what is taken.
 */
import { z } from 'zod';
import type { DataType } from './datatype.ts';
import { dataTypes } from './registry.ts';
import { typedText } from './shape.ts';

/** `bank_account` is `BankAccount` in names of schemas. */
export function nameOf({ name }: Pick<DataType, 'name'>): string {
  return name.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Made once for each type: a name of the description means one schema. */
const INPUTS = new Map(
  dataTypes().map((type) => {
    const description = `A value of the data type \`${type.name}\`, as it is sent.`;
    const about = { id: `${nameOf(type)}Input`, description, examples: [type.examples[0]] };
    return [type.name, type.name === 'document' ? type.input : type.input.meta(about)];
  }),
);

/** What is sent as a value of the type. */
export function inputOf(type: DataType): z.ZodType {
  return INPUTS.get(type.name) ?? type.input;
}

/** What comes back under `plain`, of types whose values have properties. */
export function plainForms(): { readonly type: DataType; readonly value: z.ZodType }[] {
  return dataTypes().flatMap((type) => {
    if (type.plain === undefined || type.plain === 'json') return [];
    const description = `A value of the data type \`${type.name}\`, as it comes back.`;
    return [{ type, value: type.plain.meta({ id: `${nameOf(type)}Value`, description }) }];
  });
}

/** One object in place of several: what has properties is told from text, but not one such thing from another. */
function merged(type: DataType, objects: readonly z.ZodObject[]): z.ZodObject[] {
  if (objects.length < 2) return [...objects];
  const shape: Record<string, z.ZodType> = {};
  for (const [name, property] of objects.flatMap((object) => Object.entries(object.shape as z.ZodRawShape))) {
    const isEverywhere = objects.every((object) => name in object.shape);
    shape[name] = isEverywhere ? (property as z.ZodType) : (property as z.ZodType).optional();
  }
  const description = `A value of the data type \`${type.name}\`, or a combination of parts by which it is found.`;
  return [z.strictObject(shape).meta({ title: `${nameOf(type)}Parts`, description })];
}

/** What values of the type are searched by: the whole, where that is indexed, and its parts. */
export function soughtOf(type: DataType): z.ZodType | undefined {
  const parts = Object.values(type.parts ?? {}).map(({ input }) => input);
  const whole = type.spread === 'none' ? [] : [inputOf(type)];
  const isText = (input: z.ZodType) => input === typedText || input.def.type === 'string';
  const all = [...whole, ...parts].flatMap((input) =>
    input instanceof z.ZodUnion ? (input.options as z.ZodType[]) : [input],
  );
  const objects = all.filter((input): input is z.ZodObject => input instanceof z.ZodObject);
  const others = all.filter((input) => !isText(input) && !(input instanceof z.ZodObject));
  const [only, ...more] = [...all.filter(isText).slice(0, 1), ...merged(type, objects), ...others];
  if (only === undefined || more.length === 0) return only;
  const description = `A value of the data type \`${type.name}\`, or what one of its parts takes.`;
  return z.union([only, ...more]).meta({ id: `${nameOf(type)}Sought`, description });
}
