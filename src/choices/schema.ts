/** Choices of people as the API speaks of them. */
import { z } from 'zod';
import { CHOICES } from '../access/ground.ts';
import { holdsNoCardNumber, NO_CARD_NUMBER } from '../card-like.ts';
import {
  describedAs,
  MAX_BATCH,
  PurposeSchema,
  pageEnd,
  pageQuery,
  SubjectIdSchema,
  TokenSchema,
  TypeNameSchema,
  wholeNumber,
} from '../schema.ts';
import { MEANS } from './history.ts';

const MAX_TYPES = 100;
const MAX_EXCEPT = 50;
/** Of a choice, in a person's history. */
const MAX_NUMBER = 1_000_000_000;
const MAX_TEXT = 10_000;

export const ChoiceParams = z.strictObject({ subject: SubjectIdSchema, purpose: PurposeSchema });
export const PersonParams = z.strictObject({ subject: SubjectIdSchema });

const means = z
  .enum(MEANS)
  .meta({ id: 'Means', description: 'How it was said: `account` by the person, signed in; `signal` by a browser.' });
const notice = z
  .string()
  .regex(/^[\w.:@/-]{1,128}$/)
  .describe('Which notice, in which version.')
  .meta({ examples: ['privacy-notice/2026-11'] });
const text = z
  .string()
  .min(1)
  .max(MAX_TEXT)
  .refine((said) => said.isWellFormed(), { error: 'must be well-formed text' })
  .refine(holdsNoCardNumber, NO_CARD_NUMBER)
  .describe('The words that the person agreed to or answered, the same for everybody. No personal data: it is kept.')
  .meta({ examples: ['Yes, send me what is new, by email.'] });

export const EvidenceSchema = z
  .strictObject({
    means,
    notice: notice.optional(),
    text: text.optional(),
    reference: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('The number of a paper, a recording or a case. Kept as a MAC: it can be compared, not read.')
      .meta({ examples: ['call 2026-11-22/4711'] }),
  })
  .meta({ id: 'Evidence', description: 'What proves it.' });

const types = z.array(TypeNameSchema).min(1).max(MAX_TYPES);

export const ChooseBody = z.strictObject({
  choice: z.enum(CHOICES).meta({
    id: 'Choice',
    description:
      '`given` and `withdrawn`: consent. `objected`: to a legitimate interest or a public task; `allowed` takes that back.',
  }),
  // A generated client sends an empty list for one that was not set, unless the list may be null.
  types: types.nullable().optional().describe('The data types that it is about; absent or null: all.'),
  evidence: EvidenceSchema,
});

export const ChosenReply = z.strictObject({
  subject: SubjectIdSchema,
  purpose: PurposeSchema,
  choice: z.string().describe('What was chosen.'),
  number: z.int().min(1).describe('Its number in the person’s history.'),
  at: z.iso.datetime().describe('From then on it holds, UTC.'),
});

const standing = z
  .strictObject({
    purpose: PurposeSchema,
    takes: z.array(z.string()).describe('What the person may choose; empty: the purpose asks nobody.'),
    choice: z.string().optional().describe('For all types; absent: the person has said nothing.'),
    types: z.record(z.string(), z.string()).optional().describe('What was said of single types.'),
    usable: z.boolean().describe('Whether values of every type may be used for the purpose.'),
  })
  .meta({ id: 'StandingChoice', description: 'What a person has said of a purpose, as it stands.' });

export const ChoicesReply = z.strictObject({
  subject: SubjectIdSchema,
  choices: z.array(standing).describe('Of every purpose in use, in the order of their words.'),
  restricted: z.array(PurposeSchema).optional().describe('The only purposes left; absent: there is no restriction.'),
});

export const HistoryQuery = z.strictObject(pageQuery(wholeNumber(1, MAX_NUMBER)));

const past = z
  .strictObject({
    number: z.int().min(1).describe('Its number in the person’s history.'),
    choice: z.string().describe('Also `restricted` and `lifted`, of a restriction.'),
    types: z.array(z.string()).optional().describe('The types that it was about; absent: all.'),
    purposeVersion: z.int().min(0).describe('Of the purpose: what people were told then is readable there.'),
    means: z.string().describe('`recovered`: noted again by the vault, in a store that was put back.'),
    notice: z.string().optional().describe('Which notice, in which version.'),
    text: z.string().optional().describe('The words that the person agreed to or answered.'),
    textHash: z.string().optional().describe('SHA-256 of the text, in hexadecimal.'),
    hasReference: z.boolean().describe('Whether a paper, a recording or a case was named.'),
    by: z.string().describe('The principal that noted it.'),
    at: z.iso.datetime().describe('When it was noted, UTC.'),
    damaged: z.boolean().optional().describe('Its row was altered or damaged.'),
  })
  .meta({ id: 'PastChoice', description: 'A choice as it was made.' });

export const HistoryReply = z.strictObject({
  subject: SubjectIdSchema,
  purpose: PurposeSchema,
  choices: z.array(past).describe('The newest first.'),
  ...pageEnd(z.int().min(1)),
});

const FlatFilter = z
  .strictObject({
    purpose: PurposeSchema,
    type: TypeNameSchema.optional().describe('The data type that is to be used; absent: any.'),
    subjects: z.array(SubjectIdSchema).max(MAX_BATCH).optional().describe('People.'),
    tokens: z.array(TokenSchema).max(MAX_BATCH).optional().describe('Tokens, each of which has a data type.'),
  })
  .refine(({ subjects = [], tokens = [] }) => subjects.length > 0 !== tokens.length > 0, {
    path: ['subjects'],
    error: 'must name subjects or tokens, and not both',
  });
const { purpose, type, subjects, tokens } = FlatFilter.shape;
export const FilterBody = describedAs(
  FlatFilter,
  z
    .union([
      z
        .strictObject({ purpose, type, subjects: subjects.unwrap().min(1).describe('People.') })
        .meta({ id: 'FilterSubjects', description: 'Which of these people.' }),
      z
        .strictObject({ purpose, tokens: tokens.unwrap().min(1).describe('Tokens, each of which has a data type.') })
        .meta({ id: 'FilterTokens', description: 'Which of these tokens.' }),
    ])
    .meta({ id: 'FilterChoicesBody', description: 'A list for a campaign.' }),
);

export const FilterReply = z.strictObject({
  subjects: z.array(SubjectIdSchema).describe('Those of them that may be used, in the order sent.'),
  tokens: z.array(TokenSchema).describe('Those of them that may be used, in the order sent.'),
});

export const LinksBody = z.strictObject({
  purpose: PurposeSchema,
  subjects: z.array(SubjectIdSchema).min(1).max(MAX_BATCH).describe('Who is written to.'),
  url: z
    .url({ protocol: /^https$/ })
    .max(1_000)
    .regex(/^[^<>,\s?#]+\/$/)
    .describe('Where the app takes an unsubscription: an https URL that ends with a slash. The link is put behind it.')
    .meta({ examples: ['https://shop.example/unsubscribe/'] }),
});

export const LinksReply = z.strictObject({
  links: z
    .array(
      z
        .strictObject({
          subject: SubjectIdSchema,
          link: z.string().describe('What stands behind the URL. It tells nothing.'),
          listUnsubscribe: z.string().describe('The value of the header `List-Unsubscribe`.'),
        })
        .meta({ id: 'UnsubscribeLink', description: 'A person’s link.' }),
    )
    .describe('In the order sent.'),
  listUnsubscribePost: z.string().describe('The value of the header `List-Unsubscribe-Post`, for each of them.'),
});

export const UnsubscribeBody = z.strictObject({
  link: z
    .string()
    .regex(/^[A-Za-z0-9_-]{64,1024}$/)
    .describe('What stood behind the URL.'),
});

export const UnsubscribeReply = z.strictObject({
  purpose: PurposeSchema,
  at: z.iso.datetime().describe('From then on it holds, UTC.'),
});

export const RestrictBody = z.strictObject({
  except: z
    .array(PurposeSchema)
    .max(MAX_EXCEPT)
    .optional()
    .describe('The only purposes left, such as legal claims (GDPR Art. 18(2)); absent: none.'),
  evidence: EvidenceSchema,
});

export const RestrictionReply = z
  .strictObject({
    subject: SubjectIdSchema,
    restricted: z.boolean().describe('Whether a restriction stands now.'),
    except: z.array(PurposeSchema).optional().describe('The only purposes left.'),
    number: z.int().min(1).describe('Its number in the person’s history.'),
    at: z.iso.datetime().describe('From then on it holds, UTC.'),
  })
  .meta({ id: 'RestrictionState', description: 'Whether data of a person is restricted.' });
