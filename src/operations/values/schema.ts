/** The shapes of requests and replies: validation, types and OpenAPI come from here. */

import { z } from 'zod';
import { dataTypes } from '../../datatypes/registry.ts';
import { inputOf, nameOf } from '../../datatypes/typed.ts';
import { RECORD_FACTS } from '../../records/schema.ts';
import {
  AudienceSchema,
  CountrySchema,
  describedAs,
  ExpiresAtSchema,
  ForeignTokenSchema,
  JsonSchema,
  KeptSchema,
  LabelSchema,
  MAX_BATCH,
  MaskedSchema,
  NAMED,
  OwnTypeNameSchema,
  OwnValueSchema,
  PurposeSchema,
  pageEnd,
  pageQuery,
  ReasonSchema,
  RecordIdSchema,
  RefSchema,
  SubjectIdSchema,
  TokenSchema,
  TypeNameSchema,
  taggedUnion,
  VersionSchema,
} from '../../schema.ts';
import { TokenFactsSchema, TokenFormatSchema, TtlSchema, UsesSchema } from '../../tokens/schema.ts';

/** Options that do not go together, for those who check requests by the description. */
const IMPOSSIBLE = {
  anyOf: [
    { required: ['token', 'format'] },
    ...['token', 'ttlSeconds', 'uses'].map((option) => ({
      required: ['reuse', option],
      // Not `enum: [true]`: generators for Java make an enum of texts of it.
      properties: { reuse: { not: { enum: [false] } } },
    })),
  ],
};

/** Said of options that would tell one audience about another's, or speak for a person it does not know. */
export const UNTIED = 'Not from a caller that is tied to an audience.';

const itemOptions = {
  country: CountrySchema.optional(),
  subject: RefSchema.optional().describe(`The person: the app’s ref, or a subject id (\`sub_…\`). ${UNTIED}`),
  label: LabelSchema.optional(),
  format: TokenFormatSchema.optional(),
  audience: AudienceSchema.optional(),
  ttlSeconds: TtlSchema.optional(),
  uses: UsesSchema.optional(),
  reuse: z
    .boolean()
    .meta({
      id: 'Reuse',
      description:
        'Whether an equal value, of the same type, subject, audience and format, gets the token it had before. Equal is ' +
        'what search finds (cards of one number); the value that was stored first stays. Asks as a search does: for a ' +
        '`purpose`, and within the budget of guesses.',
    })
    .optional(),
  token: TokenSchema.optional().describe(`A token that stood for the value in another vault, to be kept. ${UNTIED}`),
};

const FlatItem = z
  .strictObject({ type: TypeNameSchema, value: JsonSchema, ...itemOptions })
  .superRefine((item, context) => {
    const say = (path: string, message: string) => context.addIssue({ code: 'custom', message, path: [path] });
    if (item.token !== undefined && item.format !== undefined) say('format', 'does not go with a token brought along');
    for (const option of ['ttlSeconds', 'uses', 'token'] as const) {
      if (item.reuse && item[option] !== undefined)
        say(option, 'does not go with reuse, which gives one token for good');
    }
  });
export type TokenizeItem = z.infer<typeof FlatItem>;

const shownOptions = {
  ...itemOptions,
  token: ForeignTokenSchema.optional(),
};
export const TokenizeItemSchema = describedAs(
  FlatItem,
  taggedUnion(
    'type',
    [
      ...dataTypes().map((type) =>
        z
          .strictObject({
            type: z.literal(type.name).describe('The data type.'),
            value: inputOf(type),
            ...shownOptions,
          })
          .meta({
            id: `${nameOf(type)}Item`,
            description: `A value of the data type \`${type.name}\` to store.`,
            not: IMPOSSIBLE,
          }),
      ),
      z.strictObject({ type: OwnTypeNameSchema, value: OwnValueSchema, ...shownOptions }).meta({
        id: 'OwnTypeItem',
        description: 'A value of a data type of the tenant’s own to store.',
        not: IMPOSSIBLE,
      }),
    ],
    'TokenizeItem',
    'A value to store, its data type, and the person it is about.',
  ),
);

export const TokenizeBody = z
  .strictObject({
    items: z.array(TokenizeItemSchema).min(1).max(MAX_BATCH).describe('The values to store, all or none.'),
    purpose: PurposeSchema.optional().describe(
      'Why it is asked whether equal values are there: must be stated where an item says `reuse`, or its type is `unique`.',
    ),
  })
  .refine(({ items, purpose }) => purpose !== undefined || !items.some(({ reuse }) => reuse), {
    error: 'must be stated where an item says `reuse`: the answer tells whether an equal value is there',
    path: ['purpose'],
  });

export const TokenizedSchema = z
  .strictObject({
    token: TokenSchema,
    record: RecordIdSchema.optional().describe(`The stored value; absent for one that is in no store. ${NAMED}`),
    subject: SubjectIdSchema.optional().describe(`The person the value is about. ${NAMED}`),
    masked: MaskedSchema,
    expiresAt: ExpiresAtSchema,
    kept: KeptSchema.optional(),
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

/** Said of lists of tokens. */
const SHAPED =
  'Those in a format that takes after the value (`card`, `digits`, `iban`) only to who may see it masked, for a purpose of their own.';

export const RecordSchema = z
  .strictObject({
    record: RecordIdSchema,
    subject: SubjectIdSchema.optional(),
    ...RECORD_FACTS,
    tokens: z.array(TokenSchema).describe(`The tokens that stand for it; none that has ended. ${SHAPED}`),
  })
  .meta({ id: 'Record', description: 'A stored value, described without showing it.' });

export const RecordDescriptionSchema = z
  .strictObject({
    record: RecordIdSchema,
    subject: SubjectIdSchema.optional(),
    ...RECORD_FACTS,
    tokens: z.array(TokenFactsSchema).describe(`Its tokens, the oldest first. ${SHAPED}`),
  })
  .meta({ id: 'RecordDescription', description: 'A stored value and its tokens, described without showing it.' });

export const CorrectBody = z.strictObject({
  value: JsonSchema.describe('The right value, of the record’s data type.'),
  country: CountrySchema.optional(),
  purpose: PurposeSchema.optional().describe(
    'Why it is asked whether another record has an equal value: must be stated where the type is `unique`.',
  ),
  reason: ReasonSchema.optional(),
});
export const CorrectReply = z.strictObject({
  record: RecordIdSchema,
  version: VersionSchema.meta({ examples: [2] }),
  masked: MaskedSchema,
  kept: KeptSchema.optional(),
});

export const ResolveBody = z.strictObject({ ref: RefSchema });
export const ResolveReply = z.strictObject({ subject: SubjectIdSchema });

export const SubjectQuery = z.strictObject(pageQuery(RecordIdSchema));
export const SubjectReply = z.strictObject({
  subject: SubjectIdSchema,
  createdAt: z.iso.datetime().describe('When the vault first heard of the subject, UTC.'),
  records: z.array(RecordSchema).describe('In the order the values were stored.'),
  ...pageEnd(RecordIdSchema),
});
