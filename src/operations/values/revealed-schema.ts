/**
 * The answer for a token: what `value` is stands in `form`, so that a program in any language knows how to read it. Each
 * data type whose values have properties has a schema of its own here, made of the type's `plain`.
 */
import { z } from 'zod';
import type { Json } from '../../datatypes/datatype.ts';
import { dataTypes } from '../../datatypes/registry.ts';
import { JsonSchema, TokenSchema, TypeNameSchema, ViewSchema } from '../../schema.ts';

const SHOWN = 'The value, as far as `view` shows it.';

function revealed(form: string, value: z.ZodType, what: string, type: z.ZodType = TypeNameSchema): z.ZodType {
  const words = form.split('_');
  return z
    .strictObject({
      token: TokenSchema,
      form: z.literal(form).describe('What `value` is.'),
      type,
      view: ViewSchema.describe('The view that `value` is.'),
      value,
    })
    .meta({
      id: ['Revealed', ...words.map((word) => word[0]?.toUpperCase() + word.slice(1))].join(''),
      title: ['Revealed', ...words].join(' '),
      description: `A token and ${what}.`,
    });
}

const TEXT = revealed('text', z.string().describe(SHOWN), 'the text that it stands for, or a view of it');
const ANY = revealed('json', JsonSchema.describe(SHOWN), 'what it stands for, which can be any JSON');
const PLAIN = dataTypes().flatMap(({ name, plain }) => {
  if (plain === undefined || plain === 'json') return [];
  return revealed(
    name,
    plain.describe('The value.'),
    'the plain value that it stands for',
    z.literal(name).describe('The data type.'),
  );
});

const NOT_REVEALED = z
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
  .meta({ id: 'NotRevealed', title: 'Not revealed', description: 'A token that was not revealed, and why.' });

export type Revealed =
  | {
      readonly token: string;
      readonly form: string;
      readonly type: string;
      readonly view: string;
      readonly value: Json;
    }
  | z.infer<typeof NOT_REVEALED>;

export const RevealedSchema = z.union([TEXT, ANY, ...PLAIN, NOT_REVEALED]).meta({
  id: 'Revealed',
  description: 'The answer for one token: its value, or why there is none.',
}) as z.ZodType<Revealed>;

export const DetokenizeReply = z.strictObject({
  results: z
    .array(RevealedSchema)
    .describe(
      'One for each token, in the order of the tokens. With `views`, one for each token and view: all views of the ' +
        'first token in their order, then those of the next.',
    ),
});
