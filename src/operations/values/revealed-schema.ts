/** The shapes of an exchange of tokens for values. */
import { z } from 'zod';
import { nameOf, plainForms } from '../../datatypes/typed.ts';
import {
  describedAs,
  JsonSchema,
  MAX_BATCH,
  PurposeSchema,
  ReasonSchema,
  TicketSchema,
  TokenSchema,
  TypeNameSchema,
  taggedUnion,
  ViewSchema,
} from '../../schema.ts';

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
        'Several views of each token, in place of `view`; with 1,000 results at most. An empty list is as none: ' +
          'generated clients send it where none is set.',
      )
      .meta({ examples: [['masked', 'last4']] }),
    reason: ReasonSchema.optional(),
    ticket: TicketSchema.optional(),
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
