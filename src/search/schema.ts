/** A search and what it finds, as the API speaks of them. */
import { z } from 'zod';
import { dataTypes } from '../datatypes/registry.ts';
import { typedText } from '../datatypes/shape.ts';
import { nameOf, soughtOf } from '../datatypes/typed.ts';
import {
  CountrySchema,
  describedAs,
  JsonSchema,
  LabelSchema,
  MaskedSchema,
  NAMED,
  OwnTypeNameSchema,
  PurposeSchema,
  ReasonSchema,
  RecordIdSchema,
  SubjectIdSchema,
  TicketSchema,
  TokenSchema,
  TypeNameSchema,
  taggedUnion,
} from '../schema.ts';

const partOf = {
  part: z
    .string()
    .max(64)
    .meta({
      id: 'Part',
      description: 'A part of the value to search by, such as `last4`; absent: the whole value.',
      examples: ['domain'],
    })
    .optional(),
  country: CountrySchema.optional(),
};
const FlatCriterion = z.strictObject({ type: TypeNameSchema, ...partOf, value: JsonSchema });

/** One variant for each data type by which records are found, and one for those of the tenant's own. */
function eachCriterion(suffix: string, more: z.ZodRawShape, description: string): z.ZodType {
  const variants = dataTypes().flatMap((type) => {
    const value = soughtOf(type)?.describe('What is searched for: a value, or what the part takes.');
    if (value === undefined) return [];
    const shape = { type: z.literal(type.name).describe('The data type.'), ...partOf, value, ...more };
    const about = `What a value of the data type \`${type.name}\` must equal.`;
    return [z.strictObject(shape).meta({ id: `${nameOf(type)}${suffix}`, description: about })];
  });
  const own = { type: OwnTypeNameSchema, ...partOf, value: typedText.describe('What is searched for.'), ...more };
  const about = 'What a value of a data type of the tenant’s own must equal.';
  const all = [...variants, z.strictObject(own).meta({ id: `OwnType${suffix}`, description: about })];
  return taggedUnion('type', all, suffix, description);
}

const CriterionSchema = describedAs(FlatCriterion, eachCriterion('Criterion', {}, 'What a record must equal.'));

export type CriterionQuery = z.infer<typeof CriterionSchema>;

const MAX_CRITERIA = 4;
export const MAX_PAGE = 100;
const searchOptions = {
  and: z
    .array(CriterionSchema)
    .max(MAX_CRITERIA)
    .meta({
      id: 'Further',
      description:
        'What the same subject must have besides, such as a date of birth, among its first 100 values of that type. Put the rarest first, in `value`.',
    })
    .optional(),
  purpose: PurposeSchema,
  reason: ReasonSchema.optional(),
  ticket: TicketSchema.optional(),
  after: z
    .string()
    .max(512)
    .meta({ id: 'SearchPlace', description: 'The `next` of the page before.', examples: ['…'] })
    .optional(),
  limit: z.int().min(1).max(MAX_PAGE).optional().describe('How many results a page holds at most; absent: 100.'),
};
export const SearchBody = describedAs(
  z.strictObject({ type: TypeNameSchema, ...partOf, value: JsonSchema, ...searchOptions }),
  eachCriterion('Search', searchOptions, 'What to search for, and why.'),
);

export const FoundSchema = z
  .strictObject({
    token: TokenSchema,
    record: RecordIdSchema.optional().describe(NAMED),
    subject: SubjectIdSchema.optional().describe(NAMED),
    label: LabelSchema.optional(),
    masked: MaskedSchema,
  })
  .meta({ id: 'Found', description: 'A record whose value equals the one searched for.' });
export const SearchReply = z.strictObject({
  results: z.array(FoundSchema).describe('In the order the values were stored.'),
  next: z
    .string()
    .optional()
    .describe(
      'Where the next page begins: send it as `after`. Absent on the last page; a page before it may hold nothing.',
    )
    .meta({ examples: ['…'] }),
});
