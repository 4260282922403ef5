/** Data types as the API speaks of them. */
import { z } from 'zod';
import { CATEGORIES, type Json } from '../datatypes/datatype.ts';
import { DeclaredTypeSchema, TypeDefinitionSchema } from '../datatypes/definition.ts';

const name = z
  .string()
  .describe('Name of a data type.')
  .meta({ examples: ['email'] });
const word = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/);
const spread = z
  .string()
  .describe('`unique`: nearly everybody has another; `shared`: many have the same; `none`: not searchable.');
const input = z
  .record(z.string(), z.unknown())
  .describe('JSON Schema of what is sent.')
  .meta({ examples: [{ type: 'string' }] });
const examples = z
  .array(z.custom<Json>((value) => value !== undefined).describe('A value it accepts.'))
  .describe('Values it accepts; of no real person.')
  .meta({ examples: [['jane.doe@example.com']] });

const SearchPartSchema = z
  .strictObject({
    name: word.describe('The word by which a search names the part.'),
    description: z.string().describe('What is looked for.'),
    spread,
    input,
    examples,
  })
  .meta({ id: 'SearchPart', description: 'A part of a value, or a combination of parts, by which values are found.' });

const ComparedPartSchema = z
  .strictObject({
    name: word.describe('The word by which `POST /v1/match` names the part.'),
    description: z.string().describe('What is compared.'),
    input,
    examples,
  })
  .meta({ id: 'ComparedPart', description: 'A part of a value by which it is compared with what somebody says.' });

const KeepSchema = z
  .strictObject({
    name: word.describe('The word by which the lesser form is chosen.'),
    description: z.string().describe('What is left of a value.'),
  })
  .meta({ id: 'Keep', description: 'A lesser form in which a tenant may have values kept.' });

export const DataTypeSchema = z
  .strictObject({
    name,
    version: z.int().min(1).describe('Version of the stored form; grows as a type of the tenant’s own is changed.'),
    category: z
      .string()
      .describe(`What kind of data it is, to group a list by: ${CATEGORIES.join(', ')}; more may come.`),
    description: z.string().describe('What is accepted, what comes back, and what counts as the same.'),
    custom: z.boolean().describe('Whether the tenant declared it for itself.'),
    custody: z
      .string()
      .describe(
        '`record`: sealed until corrected or erased. `verifier`: can be verified, never revealed. `window`: in no ' +
          'store; the token opens once, within minutes.',
      ),
    search: z
      .strictObject({
        spread,
        parts: z.array(SearchPartSchema).describe('Parts by which values are found besides.'),
      })
      .describe('How values are found: by equality of the whole, unless `spread` is `none`, and by parts.'),
    match: z
      .strictObject({ parts: z.array(ComparedPartSchema).describe('Parts that are compared besides the whole value.') })
      .describe('How values are compared with what somebody says of them.'),
    views: z
      .array(word.describe('Name of a view.').meta({ examples: ['masked'] }))
      .describe('The views it offers, the widest first.'),
    formats: z
      .array(
        z
          .string()
          .describe('A format of tokens.')
          .meta({ examples: ['random'] }),
      )
      .describe('The token formats it offers: `random`, `uuid`, and those shaped like the value. Empty for `window`.'),
    keeps: z.array(KeepSchema).describe('The lesser forms that a tenant may choose to keep.'),
    keep: word.optional().describe('The lesser form the tenant keeps; absent: the whole value.'),
    unique: z
      .boolean()
      .describe('Whether a value that a record has already is refused to every other (`value_not_unique`).'),
    input,
    examples,
    definition: DeclaredTypeSchema.optional().describe('What was declared, of a type of the tenant’s own.'),
  })
  .meta({ id: 'DataType', description: 'A kind of value: how it is checked, searched, shown and kept.' });
export type DataTypeDescription = z.infer<typeof DataTypeSchema>;

export const TypesReply = z.strictObject({
  types: z.array(DataTypeSchema).describe('Those of the house in their order, then the tenant’s own by name.'),
});

export const DeclareTypeBody = TypeDefinitionSchema;

export const TypeParams = z.strictObject({
  type: word.describe('Name of a data type.').meta({ examples: ['email'] }),
});
export const KeepBody = z.strictObject({
  keep: word
    .nullable()
    .describe('The lesser form in which values are kept from now on; null: the whole value.')
    .meta({ examples: ['network'] }),
});

export const UniqueBody = z.strictObject({
  unique: z.boolean().describe('Whether a value that a record has already is refused to every other from now on.'),
});

export const DoublesReply = z
  .strictObject({
    doubles: z
      .int()
      .min(0)
      .describe('How many values more than one record has, as search compares them.')
      .meta({ examples: [2] }),
    records: z
      .int()
      .min(0)
      .describe('How many records have them.')
      .meta({ examples: [5] }),
    partial: z.boolean().describe('Whether there are so many values that the rest was not counted.'),
  })
  .meta({ id: 'Doubles', description: 'How many values of a type more than one record has.' });
