/** The shapes of requests and replies: validation, types and OpenAPI come from here. */

import { z } from 'zod';
import { dataTypes } from '../../datatypes/registry.ts';
import { inputOf, nameOf, plainForms } from '../../datatypes/typed.ts';
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
  ViewSchema,
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

const MAX_VIEWS = 8;

export const DetokenizeBody = z
  .strictObject({
    tokens: z.array(TokenSchema).min(1).max(MAX_BATCH).describe('The tokens to exchange.'),
    purpose: PurposeSchema,
    view: ViewSchema.optional().describe('The view wanted; absent, without `views`: the widest the caller may see.'),
    views: z
      .array(ViewSchema)
      .max(MAX_VIEWS)
      .refine((views) => new Set(views).size === views.length, { error: 'must name no view twice' })
      .transform((views) => (views.length > 0 ? views : undefined))
      .optional()
      .describe(
        'Several views of each token, in place of `view`; with 1,000 results at most. An empty list is as none: generated ' +
          'clients send it where none is set.',
      )
      .meta({ examples: [['masked', 'last4']] }),
    reason: ReasonSchema.optional(),
  })
  .refine(({ view, views }) => view === undefined || views === undefined, {
    error: 'does not go with view: name all views here',
    path: ['views'],
  })
  .refine(({ tokens, views }) => tokens.length * (views?.length ?? 1) <= MAX_BATCH, {
    error: 'would make more than 1,000 results: name fewer tokens or views',
    path: ['views'],
  });

export type DetokenizeRequest = z.infer<typeof DetokenizeBody>;

/** @param form what `value` is */
const shown = <F extends z.ZodType, V extends z.ZodType>(form: F, value: V) =>
  z.strictObject({
    token: TokenSchema,
    form: form.describe('What `value` is.'),
    type: TypeNameSchema,
    view: ViewSchema.describe('The view that `value` is.'),
    value: value.describe('The value, as far as `view` shows it.'),
  });
const AnyShown = shown(z.string(), JsonSchema);

export const NotRevealedSchema = z
  .strictObject({
    token: TokenSchema,
    form: z.literal('none').describe('There is no value.'),
    view: ViewSchema.optional().describe('The view that is not shown, where `views` were asked for.'),
    error: z
      .strictObject({
        code: z
          .string()
          .describe(
            '`token_not_found`, `token_expired`, `token_used_up`, `token_revoked`, `record_erased`, `record_superseded`, `not_allowed`, `never_revealed`, `unknown_view` or `integrity_failure`; more may come.',
          )
          .meta({ examples: ['record_erased'] }),
      })
      .describe('Why this token was not revealed.'),
  })
  .meta({ id: 'NotRevealed', description: 'A token that was not revealed, and why.' });

export const RevealedSchema = describedAs(
  z.union([NotRevealedSchema, AnyShown]),
  taggedUnion(
    'form',
    [
      shown(z.literal('text'), z.string()).meta({
        id: 'RevealedText',
        description: 'Text: the value itself, or what a narrower view shows of it.',
      }),
      ...plainForms().map(({ type, value }) =>
        shown(z.literal(type.name), value).meta({
          id: `Revealed${nameOf(type)}`,
          description: `A value of the data type \`${type.name}\`.`,
        }),
      ),
      shown(z.literal('json'), z.unknown()).meta({
        id: 'RevealedJson',
        description: 'JSON that only the app knows: a document, or a part of one.',
      }),
      NotRevealedSchema,
    ],
    'Revealed',
    'The answer for one token: its value, or why there is none.',
  ),
);
export const DetokenizeReply = z.strictObject({
  results: z
    .array(RevealedSchema)
    .describe(
      'One for each token, in the order of the tokens. With `views`, one for each token and view: all views of the ' +
        'first token in their order, then those of the next.',
    ),
});
export type Revealed = z.infer<typeof RevealedSchema>;

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
