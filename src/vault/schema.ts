/** The shapes of the verbs' requests and replies: validation, types and OpenAPI come from here. */
import { z } from 'zod';
import { PurposeSchema } from '../access/schema.ts';
import { CATEGORIES } from '../datatypes/datatype.ts';
import { isId } from '../ids.ts';
import { ErasureIdSchema, RecordIdSchema, SubjectIdSchema, TokenSchema } from '../schema.ts';

export const MAX_BATCH = 1_000;

/** What came out of JSON.parse is JSON; whether it is a value, its data type decides. */
export const JsonSchema = z.unknown().describe('A value as its data type takes it; GET /v1/types describes each.');

export const RefSchema = z
  .string()
  .min(1)
  .max(256)
  .describe('The app’s own name for a subject, such as a customer number. Kept as a MAC only.')
  .meta({ id: 'Ref', examples: ['cust_42'] });

export const LabelSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_.-]{0,63}$/)
  .describe('The app’s word for this value among a subject’s values, such as `billing`. Stored in the clear.')
  .meta({ examples: ['billing'] });

export const ViewSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,31}$/)
  .describe('How much to show: `plain`, `masked`, or a narrower view of the data type.')
  .meta({ id: 'View', examples: ['masked'] });

export const ReasonSchema = z
  .string()
  .min(1)
  .max(500)
  .describe('Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.');

export const TypeNameSchema = z
  .string()
  .describe('Name of a data type.')
  .meta({ examples: ['email'] });

export const TokenizeItemSchema = z
  .strictObject({
    type: TypeNameSchema,
    value: JsonSchema,
    subject: RefSchema.optional().describe('The person: the app’s ref, or a subject id (`sub_…`).'),
    label: LabelSchema.optional(),
  })
  .meta({ id: 'TokenizeItem' });
export type TokenizeItem = z.infer<typeof TokenizeItemSchema>;

export const TokenizeBody = z.strictObject({ items: z.array(TokenizeItemSchema).min(1).max(MAX_BATCH) }).meta({
  examples: [{ items: [{ type: 'email', value: 'jane@example.com', subject: 'cust_42', label: 'billing' }] }],
});

export const TokenizedSchema = z
  .strictObject({
    token: TokenSchema,
    record: RecordIdSchema,
    subject: SubjectIdSchema.optional(),
    masked: JsonSchema.describe('The masked view of the value, to show to people.'),
    created: z.boolean().describe('Whether the value was stored by this call.'),
  })
  .meta({ id: 'Tokenized' });
export const TokenizeReply = z.strictObject({ results: z.array(TokenizedSchema) });
export type Tokenized = z.infer<typeof TokenizedSchema>;

export const DetokenizeBody = z
  .strictObject({
    tokens: z.array(TokenSchema).min(1).max(MAX_BATCH),
    purpose: PurposeSchema,
    view: ViewSchema.optional().describe('The view wanted; absent: the widest the caller may see.'),
    reason: ReasonSchema.optional(),
  })
  .meta({ examples: [{ tokens: ['tok_3f8z0w6q1c9v5m2k7d4x8b1n6p3r0t5y'], purpose: 'billing', view: 'plain' }] });

export const RevealedSchema = z
  .union([
    z.strictObject({ token: TokenSchema, type: TypeNameSchema, view: ViewSchema, value: JsonSchema }),
    z.strictObject({
      token: TokenSchema,
      error: z.strictObject({ code: z.string().describe('Why this token was not revealed.') }),
    }),
  ])
  .meta({ id: 'Revealed' });
export const DetokenizeReply = z.strictObject({ results: z.array(RevealedSchema) });
export type Revealed = z.infer<typeof RevealedSchema>;

export const SearchBody = z
  .strictObject({
    type: TypeNameSchema,
    value: JsonSchema,
    purpose: PurposeSchema,
    reason: ReasonSchema.optional(),
  })
  .meta({ examples: [{ type: 'email', value: 'Jane@Example.com', purpose: 'support' }] });

export const FoundSchema = z
  .strictObject({
    token: TokenSchema,
    record: RecordIdSchema,
    subject: SubjectIdSchema.optional(),
    label: LabelSchema.optional(),
    masked: JsonSchema,
  })
  .meta({ id: 'Found' });
export const SearchReply = z.strictObject({
  results: z.array(FoundSchema).describe('In the order the values were stored.'),
  more: z.boolean().describe('Whether there were more matches than a reply holds.'),
});

export const RecordSchema = z
  .strictObject({
    record: RecordIdSchema,
    subject: SubjectIdSchema.optional(),
    type: TypeNameSchema,
    label: LabelSchema.optional(),
    version: z.int().describe('1 for a value as first stored; grows with each correction.'),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    tokens: z.array(TokenSchema).describe('The tokens that stand for it.'),
  })
  .meta({ id: 'Record' });

export const TokenDescriptionSchema = z
  .strictObject({
    token: TokenSchema,
    record: RecordIdSchema,
    subject: SubjectIdSchema.optional(),
    type: TypeNameSchema,
    label: LabelSchema.optional(),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'TokenDescription' });

export const CorrectBody = z.strictObject({ value: JsonSchema, reason: ReasonSchema.optional() }).meta({
  examples: [{ value: 'jane.doe@example.com', reason: 'asked by the customer' }],
});
export const CorrectReply = z.strictObject({
  record: RecordIdSchema,
  version: z.int(),
  masked: JsonSchema,
});

export const ResolveBody = z.strictObject({ ref: RefSchema }).meta({ examples: [{ ref: 'cust_42' }] });
export const ResolveReply = z.strictObject({ subject: SubjectIdSchema });

export const SubjectQuery = z.strictObject({
  after: RecordIdSchema.optional().describe('The last record of the page before.'),
  limit: z.coerce.number().int().min(1).max(MAX_BATCH).default(100),
});
export const SubjectReply = z.strictObject({
  subject: SubjectIdSchema,
  createdAt: z.iso.datetime(),
  records: z.array(RecordSchema),
  more: z.boolean().describe('Whether further records follow; ask again with `after`.'),
});

export const EraseBody = z
  .strictObject({
    subject: SubjectIdSchema.optional().describe('Erase everything about this subject.'),
    ref: RefSchema.optional().describe('Erase everything about the subject of this ref.'),
    records: z.array(RecordIdSchema).min(1).max(MAX_BATCH).optional().describe('Erase these records.'),
    tokens: z.array(TokenSchema).min(1).max(MAX_BATCH).optional().describe('Erase the records of these tokens.'),
    reason: ReasonSchema.optional(),
  })
  .refine(({ reason: _, ...named }) => Object.values(named).filter((name) => name !== undefined).length === 1, {
    error: 'must have exactly one of subject, ref, records and tokens',
  })
  .meta({ examples: [{ ref: 'cust_42', reason: 'asked by the customer' }] });
export type EraseRequest = z.infer<typeof EraseBody>;

export const ReceiptSchema = z
  .strictObject({
    erasure: ErasureIdSchema,
    state: z
      .enum(['ordered', 'completed'])
      .describe('`ordered`: nothing opens it any more, and keys are being destroyed. `completed`: they are destroyed.'),
    records: z.int().describe('How many records were erased.'),
    subject: SubjectIdSchema.optional(),
    orderedAt: z.iso.datetime(),
    shreddedAt: z.iso.datetime().optional().describe('When the keys were destroyed in the live key store.'),
    completedAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'ErasureReceipt' });
export type Receipt = z.infer<typeof ReceiptSchema>;

export const DataTypeSchema = z
  .strictObject({
    name: TypeNameSchema,
    category: z.enum(CATEGORIES),
    description: z.string(),
    searchable: z.boolean(),
    views: z.array(ViewSchema).describe('The views it offers, the widest first.'),
    input: z.record(z.string(), z.unknown()).describe('JSON Schema of the value.'),
    examples: z.array(JsonSchema),
  })
  .meta({ id: 'DataType' });

/** Whether a subject is named by its id rather than by an app's ref. */
export function isSubjectId(text: string): boolean {
  return isId('subject', text);
}
