/** A search and what it finds, as the API speaks of them. */
import { z } from 'zod';
import {
  JsonSchema,
  LabelSchema,
  MaskedSchema,
  NAMED,
  PurposeSchema,
  ReasonSchema,
  RecordIdSchema,
  SubjectIdSchema,
  TokenSchema,
  TypeNameSchema,
} from '../schema.ts';

const criterion = {
  type: TypeNameSchema,
  part: z
    .string()
    .max(64)
    .optional()
    .describe('A part of the value to search by, such as `last4`; absent: the whole value.')
    .meta({ examples: ['domain'] }),
  value: JsonSchema.describe('What is searched for: a value of the data type, or what its part takes.'),
};
const CriterionSchema = z.strictObject(criterion).meta({ id: 'Criterion', description: 'What a record must equal.' });

const MAX_CRITERIA = 4;
export const MAX_PAGE = 100;
export const SearchBody = z.strictObject({
  ...criterion,
  and: z
    .array(CriterionSchema)
    .max(MAX_CRITERIA)
    .optional()
    .describe(
      'What the same subject must have besides, such as a date of birth, among its first 100 values of that type. Put the rarest first, in `value`.',
    ),
  purpose: PurposeSchema,
  reason: ReasonSchema.optional(),
  after: z
    .string()
    .max(512)
    .optional()
    .describe('The `next` of the page before.')
    .meta({ examples: ['…'] }),
  limit: z.int().min(1).max(MAX_PAGE).optional().describe('How many results a page holds at most; absent: 100.'),
});

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
