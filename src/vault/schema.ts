/** The shapes of the verbs' requests and replies: validation, types and OpenAPI come from here. */
import { z } from 'zod';
import { PurposeSchema } from '../access/schema.ts';
import { CATEGORIES } from '../datatypes/datatype.ts';
import { isId } from '../ids.ts';
import { ErasureIdSchema, RecordIdSchema, SubjectIdSchema, TokenSchema } from '../schema.ts';

export const MAX_BATCH = 1_000;

/** What came out of JSON.parse is JSON; whether it is a value, its data type decides. */
export const JsonSchema = z
  .unknown()
  .describe('A value as its data type takes it; GET /v1/types describes each.')
  .meta({ examples: ['jane.doe@example.com'] });

/** What a view makes of a value; every data type's masked view is text. */
export const MaskedSchema = z
  .unknown()
  .describe('The masked view of the value, to show to people.')
  .meta({ examples: ['j***@example.com'] });

export const VersionSchema = z
  .int()
  .min(1)
  .describe('1 for a value as first stored; grows with each correction.')
  .meta({ examples: [1] });

const createdAt = z.iso.datetime().describe('When the value was first stored, UTC.');
const updatedAt = z.iso.datetime().describe('When the value was stored or last corrected, UTC.');

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
  .describe('Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.')
  .meta({ examples: ['case 4711'] });

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
  .meta({ id: 'TokenizeItem', description: 'A value to store, its data type, and the person it is about.' });
export type TokenizeItem = z.infer<typeof TokenizeItemSchema>;

export const TokenizeBody = z.strictObject({
  items: z.array(TokenizeItemSchema).min(1).max(MAX_BATCH).describe('The values to store, all or none.'),
});

export const TokenizedSchema = z
  .strictObject({
    token: TokenSchema,
    record: RecordIdSchema,
    subject: SubjectIdSchema.optional(),
    masked: MaskedSchema,
    created: z
      .boolean()
      .describe('Whether the value was stored by this call.')
      .meta({ examples: [true] }),
  })
  .meta({ id: 'Tokenized', description: 'What to keep in place of the value.' });
export const TokenizeReply = z.strictObject({
  results: z.array(TokenizedSchema).describe('One for each item, in the order of the items.'),
});
export type Tokenized = z.infer<typeof TokenizedSchema>;

export const DetokenizeBody = z.strictObject({
  tokens: z.array(TokenSchema).min(1).max(MAX_BATCH).describe('The tokens to exchange.'),
  purpose: PurposeSchema,
  view: ViewSchema.optional().describe('The view wanted; absent: the widest the caller may see.'),
  reason: ReasonSchema.optional(),
});

export const RevealedValueSchema = z
  .strictObject({
    token: TokenSchema,
    type: TypeNameSchema,
    view: ViewSchema.describe('The view that `value` is.'),
    value: JsonSchema.describe('The value, as far as `view` shows it.'),
  })
  .meta({ id: 'RevealedValue', title: 'Revealed', description: 'A token and the value it stands for.' });

export const NotRevealedSchema = z
  .strictObject({
    token: TokenSchema,
    error: z
      .strictObject({
        code: z
          .string()
          .describe('`token_not_found`, `record_erased`, `not_allowed` or `unknown_view`; more may come.')
          .meta({ examples: ['record_erased'] }),
      })
      .describe('Why this token was not revealed.'),
  })
  .meta({ id: 'NotRevealed', title: 'Not revealed', description: 'A token that was not revealed, and why.' });

export const RevealedSchema = z
  .union([RevealedValueSchema, NotRevealedSchema])
  .meta({ id: 'Revealed', description: 'The answer for one token: its value, or why there is none.' });
export const DetokenizeReply = z.strictObject({
  results: z.array(RevealedSchema).describe('One for each token, in the order of the tokens.'),
});
export type Revealed = z.infer<typeof RevealedSchema>;

export const SearchBody = z.strictObject({
  type: TypeNameSchema,
  value: JsonSchema,
  purpose: PurposeSchema,
  reason: ReasonSchema.optional(),
});

export const FoundSchema = z
  .strictObject({
    token: TokenSchema,
    record: RecordIdSchema,
    subject: SubjectIdSchema.optional(),
    label: LabelSchema.optional(),
    masked: MaskedSchema,
  })
  .meta({ id: 'Found', description: 'A record whose value equals the one searched for.' });
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
    version: VersionSchema,
    createdAt,
    updatedAt,
    tokens: z.array(TokenSchema).describe('The tokens that stand for it.'),
  })
  .meta({ id: 'Record', description: 'A stored value, described without showing it.' });

export const TokenDescriptionSchema = z
  .strictObject({
    token: TokenSchema,
    record: RecordIdSchema,
    subject: SubjectIdSchema.optional(),
    type: TypeNameSchema,
    label: LabelSchema.optional(),
    version: VersionSchema,
    createdAt,
    updatedAt,
  })
  .meta({ id: 'TokenDescription', description: 'What a token stands for, without its value.' });

export const CorrectBody = z.strictObject({
  value: JsonSchema.describe('The right value, of the record’s data type.'),
  reason: ReasonSchema.optional(),
});
export const CorrectReply = z.strictObject({
  record: RecordIdSchema,
  version: VersionSchema.meta({ examples: [2] }),
  masked: MaskedSchema,
});

export const ResolveBody = z.strictObject({ ref: RefSchema });
export const ResolveReply = z.strictObject({ subject: SubjectIdSchema });

export const SubjectQuery = z.strictObject({
  after: RecordIdSchema.optional().describe('The last record of the page before.'),
  limit: z.coerce.number().int().min(1).max(MAX_BATCH).default(100).describe('How many records a page holds at most.'),
});
export const SubjectReply = z.strictObject({
  subject: SubjectIdSchema,
  createdAt: z.iso.datetime().describe('When the vault first heard of the subject, UTC.'),
  records: z.array(RecordSchema).describe('In the order the values were stored.'),
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
  .describe('What to erase: exactly one of `subject`, `ref`, `records` and `tokens`.');
export type EraseRequest = z.infer<typeof EraseBody>;

export const ReceiptSchema = z
  .strictObject({
    erasure: ErasureIdSchema,
    state: z
      .enum(['ordered', 'completed'])
      .describe('`ordered`: nothing opens it any more, and keys are being destroyed. `completed`: they are destroyed.'),
    records: z.int().min(0).describe('How many records were erased.'),
    subject: SubjectIdSchema.optional().describe('The subject, where one was erased as a whole.'),
    orderedAt: z.iso.datetime().describe('Since when nothing opens the values, UTC.'),
    shreddedAt: z.iso.datetime().optional().describe('When the keys were destroyed in the live key store.'),
    completedAt: z.iso.datetime().optional().describe('When ciphertext and index rows were gone, too.'),
  })
  .meta({ id: 'ErasureReceipt', description: 'What an erasure has done so far.' });
export type Receipt = z.infer<typeof ReceiptSchema>;

export const DataTypeSchema = z
  .strictObject({
    name: TypeNameSchema,
    category: z.enum(CATEGORIES).describe('What kind of data it is, to group a list by.'),
    description: z.string().describe('What is accepted, what comes back, and what counts as the same.'),
    searchable: z.boolean().describe('Whether its values can be searched.'),
    views: z.array(ViewSchema).describe('The views it offers, the widest first.'),
    input: z.record(z.string(), z.unknown()).describe('JSON Schema of the value.'),
    examples: z.array(JsonSchema).describe('Values it accepts; of no real person.'),
  })
  .meta({ id: 'DataType', description: 'A kind of value: how it is checked, searched and shown.' });

/** Whether a subject is named by its id rather than by an app's ref. */
export function isSubjectId(text: string): boolean {
  return isId('subject', text);
}
