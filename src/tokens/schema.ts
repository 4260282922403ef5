/** Tokens as the API speaks of them. */
import { z } from 'zod';
import { TOKEN_FORMATS } from '../datatypes/datatype.ts';
import { RECORD_FACTS } from '../records/schema.ts';
import {
  AudienceSchema,
  CreatedAtSchema,
  ExpiresAtSchema,
  NAMED,
  RecordIdSchema,
  SubjectIdSchema,
  TokenSchema,
  UpdatedAtSchema,
  VersionSchema,
} from '../schema.ts';

export const TokenFormatSchema = z
  .enum(TOKEN_FORMATS)
  .describe('What the token looks like; GET /v1/types lists what each data type offers. Absent: `random`.')
  .meta({ id: 'TokenFormat', examples: ['random'] });

const MAX_TTL_SECONDS = 10 * 366 * 24 * 60 * 60;
export const TtlSchema = z
  .int()
  .min(1)
  .max(MAX_TTL_SECONDS)
  .describe('For how long the token can be used, from now.')
  .meta({ id: 'TtlSeconds', examples: [3600] });

export const UsesSchema = z
  .int()
  .min(1)
  .max(1_000_000)
  .describe('How often the token can be exchanged: each reveal takes one, of a masked view, too.')
  .meta({ id: 'Uses', examples: [1] });

export const tokenFacts = {
  token: TokenSchema,
  format: z
    .string()
    .describe('What it looks like, a format of tokens; `foreign`: it was brought along from another vault.')
    .meta({ examples: ['random'] }),
  audience: AudienceSchema.optional().describe('The system it is for; absent: none in particular.'),
  expiresAt: ExpiresAtSchema,
  usesLeft: z
    .int()
    .min(0)
    .optional()
    .describe('How often it can still be exchanged; absent: without limit.')
    .meta({ examples: [1] }),
};

export const TokenFactsSchema = z
  .strictObject({
    ...tokenFacts,
    state: z
      .string()
      .describe(
        'Whether it can be used (`live`), or why not (`expired`, `used_up`, `revoked`); one that has ended is listed until it is swept.',
      ),
  })
  .meta({ id: 'TokenFacts', description: 'A token of a record.' });

export const TokenDescriptionSchema = z
  .strictObject({
    ...tokenFacts,
    record: RecordIdSchema.optional().describe(NAMED),
    subject: SubjectIdSchema.optional().describe(NAMED),
    ...RECORD_FACTS,
    version: VersionSchema.optional().describe(`${VersionSchema.description} ${NAMED}`),
    createdAt: CreatedAtSchema.optional().describe(`${CreatedAtSchema.description} ${NAMED}`),
    updatedAt: UpdatedAtSchema.optional().describe(`${UpdatedAtSchema.description} ${NAMED}`),
  })
  .meta({ id: 'TokenDescription', description: 'What a token stands for, without its value.' });

/** No token is brought along here: whether it may stand for the stored value would tell of that value. */
export const MintTokenBody = z.strictObject({
  record: RecordIdSchema.describe('The record that the token is to stand for.'),
  format: TokenFormatSchema.optional(),
  audience: AudienceSchema.optional(),
  ttlSeconds: TtlSchema.optional(),
  uses: UsesSchema.optional(),
});
export const MintTokenReply = z
  .strictObject(tokenFacts)
  .meta({ id: 'MintedToken', description: 'A token of a record, and its limits.' });
export type MintedToken = z.infer<typeof MintTokenReply>;

export const ExtendTokenBody = z
  .strictObject({ ttlSeconds: TtlSchema.optional(), uses: UsesSchema.optional() })
  .refine(({ ttlSeconds, uses }) => ttlSeconds !== undefined || uses !== undefined, {
    error: 'must have ttlSeconds, uses or both',
  })
  .meta({ minProperties: 1, description: 'Another end: `ttlSeconds`, `uses` or both.' });

/** Why a token no longer answers: problems of the operations that name one. */
export const ENDED = ['token_not_found', 'token_expired', 'token_used_up', 'token_revoked', 'record_erased'] as const;
