/** Purposes as the API speaks of them. */
import { z } from 'zod';
import { holdsNoCardNumber, NO_CARD_NUMBER } from '../../card-like.ts';
import { PurposeSchema } from '../../schema.ts';
import { BASES, takesObjections, UNDECLARED } from '../legal-basis.ts';

const MAX_TOLD = 1_000;
const MAX_NAMED_TYPES = 300;
/** Control characters, ends of lines, and what turns the order of writing: a text must read as it lies. */
const NOT_PLAIN = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

const told = z
  .string()
  .trim()
  .min(1)
  .max(MAX_TOLD)
  .refine((text) => text.isWellFormed() && !NOT_PLAIN.test(text), {
    error: 'must be one paragraph of plain text, without control characters',
  })
  .refine(holdsNoCardNumber, NO_CARD_NUMBER)
  .describe('What people are told: what their data is used for.')
  .meta({ examples: ['To charge what you have ordered, and to send you the invoice.'] });

const types = z
  .array(
    z
      .string()
      .max(64)
      .meta({ examples: ['card'] }),
  )
  .min(1)
  .max(MAX_NAMED_TYPES);

const mayObject = z.boolean();

export const PurposeParams = z.strictObject({ purpose: PurposeSchema });

export const DeclarePurposeBody = z
  .strictObject({
    told,
    basis: z
      .enum(BASES)
      .describe('The legal basis: GDPR Art. 6(1).')
      .meta({ id: 'LegalBasis', examples: ['contract'] }),
    mayObject: mayObject
      .optional()
      .describe(
        'Whether a person may object (GDPR Art. 21): by default to `legitimate_interests` and `public_task`. Of these, ' +
          '`false` says that compelling grounds stand against it.',
      ),
    // A generated client sends an empty list for one that was not set, unless the list may be null.
    types: types.nullable().optional().describe('The data types that it needs; absent or null: all.'),
  })
  .refine(({ basis, mayObject: may }) => may !== true || takesObjections(basis), {
    path: ['mayObject'],
    error: 'can be true only for legitimate_interests and public_task (GDPR Art. 21(1))',
  });

export const PurposeReply = z
  .strictObject({
    purpose: PurposeSchema,
    told: z.string().optional().describe('What people are told; absent: nobody has said it yet.'),
    basis: z
      .string()
      .describe(
        `The legal basis, as it was declared; \`${UNDECLARED}\`: the word is older than the registry, and nobody has said it.`,
      )
      .meta({ examples: ['contract'] }),
    mayObject: mayObject.describe('Whether a person may object.'),
    mayWithdraw: z.boolean().describe('Whether a person may withdraw: from consent alone.'),
    types: z.array(z.string()).optional().describe('The data types that it needs; absent: all.'),
    version: z.int().min(0).describe('Goes up with every change.'),
    declaredAt: z.iso.datetime().describe('When it was first declared, UTC.'),
    changedAt: z.iso.datetime().describe('Since when it is as it is now, UTC.'),
    endedAt: z.iso.datetime().optional().describe('Since when it can be given to nobody; absent: it is in use.'),
    damaged: z
      .boolean()
      .optional()
      .describe('Its row was altered or damaged: what it said is left out. Declare it again.'),
  })
  .meta({ id: 'PurposeDescription', description: 'Why values may be asked for.' });

export const PurposeHistoryReply = z.strictObject({
  present: PurposeReply.describe('As it stands.'),
  earlier: z.array(PurposeReply).describe('What stood before, the newest first; at most 100 versions.'),
});

export const PurposesReply = z.strictObject({
  purposes: z.array(PurposeReply).describe('In the order of their words.'),
});
