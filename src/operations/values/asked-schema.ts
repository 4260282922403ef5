/** The shapes of the questions that are answered by yes or no: is it the right password, is it what somebody says? */
import { z } from 'zod';
import { passwordItself } from '../../datatypes/password.ts';
import { typedText } from '../../datatypes/shape.ts';
import {
  CountrySchema,
  describedAs,
  JsonSchema,
  LabelSchema,
  NAMED,
  PurposeSchema,
  ReasonSchema,
  RefSchema,
  SubjectIdSchema,
  TicketSchema,
  TokenSchema,
  TypeNameSchema,
} from '../../schema.ts';
import { UNTIED } from './schema.ts';

const offered = describedAs(z.unknown().describe('The password that somebody typed.'), passwordItself);
const ofWhom = {
  type: TypeNameSchema.describe('The data type of what is verified.').meta({ examples: ['password'] }),
  label: LabelSchema.optional().describe('The app’s word for it; needed where the person has several of that type.'),
  value: offered,
  purpose: PurposeSchema,
  reason: ReasonSchema.optional(),
};
const VerifyTokenSchema = z
  .strictObject({ token: TokenSchema, value: offered })
  .meta({ id: 'VerifyToken', description: 'Against the value that a token stands for.' });
const VerifySearchSchema = z
  .strictObject({
    search: z
      .strictObject({
        type: TypeNameSchema.describe('A data type whose values nearly everybody has to themselves.').meta({
          examples: ['username'],
        }),
        value: describedAs(
          JsonSchema,
          typedText.describe('The name as it was typed.').meta({ examples: ['jane.doe'] }),
        ),
      })
      .meta({ id: 'SignInName', description: 'A value by which exactly one person is found.' }),
    ...ofWhom,
  })
  .meta({ id: 'VerifySearch', description: 'Against what the person has whom a value names, such as a username.' });
const VerifySubjectSchema = z
  .strictObject({
    subject: RefSchema.describe(`The person: the app’s ref, or a subject id (\`sub_…\`). ${UNTIED}`),
    ...ofWhom,
  })
  .meta({ id: 'VerifySubject', description: 'Against what a person has whom the app names.' });
export const VerifyBody = z.union([VerifyTokenSchema, VerifySearchSchema, VerifySubjectSchema]);
export type VerifyNamed = z.infer<typeof VerifySearchSchema> | z.infer<typeof VerifySubjectSchema>;
export const VerifyReply = z.strictObject({
  verified: z
    .boolean()
    .describe('Whether it is.')
    .meta({ examples: [true] }),
  subject: SubjectIdSchema.optional().describe(`The person, if a name led to one and it is the right value. ${NAMED}`),
  token: TokenSchema.optional().describe('The token of what was verified, likewise.'),
});

/** The problems of a question that names a token. */
export const OF_TOKENS = [
  ...(['token_not_found', 'token_expired', 'token_used_up', 'token_revoked'] as const),
  ...(['record_erased', 'record_superseded'] as const),
];

const said = {
  part: z
    .string()
    .max(64)
    .optional()
    .describe('A part of the value, such as `last4`; absent: the whole. GET /v1/types lists them.')
    .meta({ examples: ['year'] }),
  value: JsonSchema.describe('What somebody says it is: a value of the data type, or what its part takes.').meta({
    examples: ['1990'],
  }),
  country: CountrySchema.optional(),
  purpose: PurposeSchema,
  reason: ReasonSchema.optional(),
  ticket: TicketSchema.optional(),
};
const MatchTokenSchema = z
  .strictObject({ token: TokenSchema, ...said })
  .meta({ id: 'MatchToken', description: 'With the value that a token stands for.' });
const MatchSubjectSchema = z
  .strictObject({
    subject: RefSchema.describe(`The person: the app’s ref, or a subject id (\`sub_…\`). ${UNTIED}`),
    type: TypeNameSchema,
    label: LabelSchema.optional().describe('Compares with the values of this label alone.'),
    ...said,
  })
  .meta({ id: 'MatchSubject', description: 'With the values of one data type that a person has.' });
export const MatchBody = z.union([MatchTokenSchema, MatchSubjectSchema]);
export type MatchRequest = z.infer<typeof MatchBody>;
export const MatchReply = z.strictObject({
  matches: z
    .boolean()
    .describe('Whether it is.')
    .meta({ examples: [true] }),
});
