/** The schemas that the API's shapes share: ids, and the words for values, views and people. */
import { z } from 'zod';
import { holdsNoCardNumber, NO_CARD_NUMBER } from './card-like.ts';
import { type Id, type IdKind, idPattern, isId, isTokenText, type Token } from './ids.ts';

const SHOWN = new WeakMap<z.ZodType, z.ZodType>();

/**
 * A schema that checks, and that the API's description shows as another one: where what excludes what is said by names
 * and unions to people and generators, and more shortly by code. A test holds that the two take the same.
 */
export function describedAs<S extends z.ZodType>(schema: S, as: z.ZodType): S {
  SHOWN.set(schema, as);
  return schema;
}

export function shownAs(schema: z.ZodType): z.ZodType | undefined {
  return SHOWN.get(schema);
}

/** Objects that carry a tag by which a reader knows which of them it has. */
export function taggedUnion(tag: string, variants: readonly z.ZodObject[], id: string, description: string): z.ZodType {
  return z.union(variants as [z.ZodObject, z.ZodObject]).meta({ id, description, tag });
}

/** The API calls it `RecordId`, and so on. */
function idSchema<K extends IdKind>(kind: K, example: string, description: string) {
  const id = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}Id`;
  const prefix = example.slice(0, 4);
  return z
    .custom<Id<K>>(
      (value) => isId(kind, value),
      `must be a whole id: ${prefix} and the ${example.length - prefix.length} characters behind it`,
    )
    .describe(description)
    .meta({ id, type: 'string', pattern: idPattern(kind), examples: [example] });
}

export const TokenSchema = z
  .custom<Token>(isTokenText, 'must be 1 to 512 visible ASCII characters')
  .describe('What an app stores in place of the value.')
  .meta({
    id: 'Token',
    type: 'string',
    minLength: 1,
    maxLength: 512,
    pattern: '^[!-~]+$',
    examples: ['tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh'],
  });
/** What another vault's token must look like to be kept here; `tokens/foreign.ts` says more. */
export const ForeignTokenSchema = z
  .string()
  .min(8)
  .max(255)
  .regex(/^[!#$()*+./0-9:?A-Z[\]^_a-z{|}~-][!#$()*+./0-9:=?@A-Z[\]^_a-z{|}~-]+$/)
  .meta({
    id: 'ForeignToken',
    description:
      'A token that stood for the value in another vault, to be kept; not from a caller that is tied to an audience.',
    examples: ['acme-7f3a9c2e'],
  });
export const RecordIdSchema = idSchema('record', 'rec_01m81j18g0e329asxkdep5tmtc', 'A stored value of one data type.');
export const SubjectIdSchema = idSchema('subject', 'sub_01m81j18g0ewqr325zy4z929z5', 'The person the data is about.');
export const ErasureIdSchema = idSchema('erasure', 'ers_01m83rdet0ehaadnnnnhek1nfv', 'An erasure that was ordered.');
export const BucketIdSchema = idSchema(
  'bucket',
  'bkt_01m81hw3c0e9qav3c1d5x2z7tk',
  'A bucket of record keys; buckets sort by the time they were made.',
);
export const PrincipalIdSchema = idSchema('principal', 'prn_01m6dqs9m0eeasnng3fhdnxktn', 'Who calls.');
export const ApiKeyIdSchema = idSchema(
  'apiKey',
  'key_01m6dqs9m0e8rrp3vs6gh8ye9k',
  'An API key; its id is not secret. It also stands in the API key itself, behind `lethe_`.',
);
export const TenantIdSchema = idSchema('tenant', 'ten_1fz07q9k3c', 'A division of the vault.');
export const AuditIdSchema = idSchema(
  'audit',
  'aud_01m81j9hb7e5p8ejh3e1fqyhkr',
  'An entry of the audit log; entries sort by it.',
);
export const JobIdSchema = idSchema('job', 'job_01m83rdet0ehaadnnnnhek1nfv', 'A long job that was ordered.');

export const HookIdSchema = idSchema(
  'hook',
  'whk_01m81j18g0e329asxkdep5tmtc',
  'A hook: where the vault tells what happens.',
);
export const ApprovalIdSchema = idSchema(
  'approval',
  'apr_01m83rdet0ehaadnnnnhek1nfv',
  'What was asked for and takes a second person.',
);
export const EventIdSchema = idSchema(
  'event',
  'evt_01m83rdet0ehaadnnnnhek1nfv',
  'What a hook is told; the header `webhook-id` of the message, the same at each try.',
);

export const MAX_BATCH = 1_000;

/** A whole number in a URL: digits alone. `Number` would also read `1e1`, `0x1` and blanks. */
function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^[1-9]\d{0,9}$/)
    .transform(Number)
    .refine((number) => number >= min && number <= max)
    .meta({ type: 'integer', minimum: min, maximum: max });
}

/** Every list has this style: `after` and `limit` ask for a page, and its `next` is the `after` of the next one. */
export const LimitSchema = wholeNumber(1, MAX_BATCH);

/** @param place what names a place in the list */
export const pageQuery = <P extends z.ZodType>(place: P) => ({
  after: place.optional().describe('The `next` of the page before.'),
  limit: LimitSchema.default(100).describe('How many a page holds at most.').meta({ default: 100 }),
});
/** Added to the rows of a page. */
export const pageEnd = <P extends z.ZodType>(place: P) => ({
  next: place.optional().describe('Where the next page begins: send it as `after`. Absent on the last page.'),
});

/** Any JSON. Its data type decides whether it is a value. */
export const JsonSchema = z
  .unknown()
  .describe('A value as its data type takes it; GET /v1/types describes each.')
  .meta({ examples: ['jane.doe@example.com'] });

/** What a view shows of a value. Every data type's masked view is text. */
export const MaskedSchema = z
  .string()
  .describe('The masked view of the value, to show to people.')
  .meta({ examples: ['j***@example.com'] });

export const VersionSchema = z
  .int()
  .min(1)
  .describe('1 for a value as first stored; grows with each correction.')
  .meta({ examples: [1] });

/** RFC 3339: a date and a time of day with seconds, in UTC or with an offset. */
export const TimeSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i)
  .refine((text) => z.iso.datetime({ offset: true }).safeParse(text.toUpperCase()).success, {
    error: 'must be a time such as 2027-11-02T09:00:00Z or 2027-11-02T10:00:00+01:00',
  })
  .transform((text) => new Date(text.toUpperCase()).toISOString())
  .meta({ type: 'string', format: 'date-time' });

export const CreatedAtSchema = z.iso.datetime().describe('When the value was first stored, UTC.');
export const UpdatedAtSchema = z.iso.datetime().describe('When the value was stored or last corrected, UTC.');

/** Characters that nobody sees or that look like a space, more than one space in a row, and a space at either end. */
const LOOKS_LIKE_LESS = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\s|^ | $| {2}/u;

/**
 * Whether a ref looks like no other. Two refs that nobody can tell apart would be two people, and erasing one would
 * leave the other. Texts that differ in Unicode composition alone are one ref. A form that Unicode keeps for old
 * systems, such as a full-width letter, is refused. No store is asked, so the answer does not tell which refs exist.
 */
function looksLikeNoOther(ref: string): boolean {
  return ref.isWellFormed() && !LOOKS_LIKE_LESS.test(ref) && ref.normalize('NFC') === ref.normalize('NFKC');
}

export const RefSchema = z
  .string()
  .min(1)
  .max(256)
  .refine(looksLikeNoOther, {
    error:
      'must look like no other ref: no space at an end, two in a row or of another kind, nothing invisible, no full-width forms',
  })
  .describe(
    'The app’s own name for a subject, such as a customer number. Kept as a MAC only. Without spaces at its ends, two in a ' +
      'row or of another kind than the ASCII one, without what nobody sees, and without full-width and other compatibility forms.',
  )
  .meta({ id: 'Ref', examples: ['cust_42'] });

export const LabelSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_.-]{0,63}$/)
  .refine(holdsNoCardNumber, NO_CARD_NUMBER)
  .describe('The app’s word for this value among a subject’s values, such as `billing`. Stored in the clear.')
  .meta({ id: 'Label', examples: ['billing'] });

export const ViewSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,31}$/)
  .describe('How much to show: `plain`, `masked`, or a narrower view of the data type.')
  .meta({ id: 'View', examples: ['masked'] });

export const CountrySchema = z
  .string()
  .regex(/^[A-Z]{2}$/)
  .describe('ISO 3166-1 alpha-2: by whose rules a telephone number in its national form is read. For `phone` alone.')
  .meta({ id: 'Country', examples: ['DE'] });

export const ReasonSchema = z
  .string()
  .min(1)
  .max(500)
  .describe('Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.')
  .meta({ id: 'Reason', examples: ['case 4711'] });

/** The number of a case in the helpdesk's system; never words of somebody's own. */
export const TicketSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/)
  .refine(holdsNoCardNumber, NO_CARD_NUMBER)
  .describe('The case that the call belongs to. Kept as a MAC only, as a reason is.')
  .meta({ id: 'Ticket', examples: ['HELP-004711'] });

export const TypeNameSchema = z
  .string()
  .describe('Name of a data type.')
  .meta({ examples: ['email'] });

export const OwnTypeNameSchema = z
  .string()
  .regex(/^x_[a-z0-9_]{1,29}$/)
  .describe('Name of a data type of the tenant’s own.')
  .meta({ examples: ['x_staff_badge'] });
export const OwnValueSchema = z
  .unknown()
  .describe('What its definition says: text, or any JSON.')
  .meta({ examples: ['AB123456'] });

export const KeptSchema = z
  .string()
  .describe('The lesser form that was stored, where the tenant keeps no more of this data type.')
  .meta({ examples: ['network'] });

export const ExpiresAtSchema = z.iso.datetime().optional().describe('When the token ends, UTC; absent: never.');

/** Describes ids and times by which a caller that is tied to an audience could join its tokens with another's. */
export const NAMED = 'Not told to a caller that is tied to an audience.';

/** A purpose is a word, not a sentence. A word can be checked against a list, and logged without any personal data. */
export const PurposeSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/)
  .refine(holdsNoCardNumber, NO_CARD_NUMBER)
  .describe('Why the values are asked for: a word in lower case, such as `billing`.')
  .meta({ id: 'Purpose', examples: ['billing'] });

/** A word for a receiving system. A principal that is tied to an audience can use only that system's tokens. */
export const AudienceSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/)
  .refine(holdsNoCardNumber, NO_CARD_NUMBER)
  .describe('The system that tokens are for, such as `crm`: each has tokens of its own for the same record.')
  .meta({ id: 'Audience', examples: ['crm'] });
