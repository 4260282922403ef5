/** Grants as the API speaks of them. */
import { z } from 'zod';
import { MAX_GRANT_MINUTES } from '../access/roles/grant-terms.ts';
import { RoleNameSchema } from '../access/roles/rules.ts';
import {
  GrantIdSchema,
  PrincipalIdSchema,
  pageEnd,
  pageQuery,
  SubjectIdSchema,
  TicketSchema,
  TypeNameSchema,
  ViewSchema,
} from '../schema.ts';

export const MAX_GRANT_SUBJECTS = 50;
/** A code is told and used in one talk; what it opens is for that talk, too. */
export const MAX_CODE_MINUTES = 60;
const MAX_TYPES = 50;

/** Why, for the approver: it is sealed under the keys of the people concerned, and the log has its MAC. */
const GrantReasonSchema = z
  .string()
  .min(3)
  .max(500)
  .describe('Why, for those who approve. Sealed under the person’s key, and gone with them.')
  .meta({ id: 'GrantReason', examples: ['The invoice went to an address that she no longer has.'] });

const TypesSchema = z
  .array(TypeNameSchema)
  .min(1)
  .max(MAX_TYPES)
  .describe('The data types that it opens.')
  .meta({ examples: [['email', 'phone']] });

const minutes = (most: number) =>
  z
    .int()
    .min(1)
    .max(most)
    .describe('For how long, from when it is approved.')
    .meta({ examples: [30] });

export const OrderGrantBody = z.strictObject({
  subjects: z.array(SubjectIdSchema).min(1).max(MAX_GRANT_SUBJECTS).describe('Whose values.'),
  types: TypesSchema,
  view: ViewSchema,
  ticket: TicketSchema,
  reason: GrantReasonSchema,
  minutes: minutes(MAX_GRANT_MINUTES),
  breakGlass: z
    .boolean()
    .default(false)
    .describe('At once, without anybody’s approval; it is told to hooks, and somebody else has to review it.'),
});

const StateSchema = z
  .string()
  .describe('`offered`: a code nobody has told yet; `waiting` for approval; `in_force`; `over`.')
  .meta({ examples: ['waiting'] });

const ApprovedSchema = z
  .strictObject({ principal: PrincipalIdSchema, role: RoleNameSchema, at: z.iso.datetime().describe('When, UTC.') })
  .meta({ id: 'GrantApproved', description: 'Who agreed to a grant.' });

const time = (what: string) => z.iso.datetime().optional().describe(what);

export const GrantSchema = z
  .strictObject({
    grant: GrantIdSchema,
    kind: z.string().describe('`ordered`, `break_glass`, or `code`: given by the person.'),
    state: StateSchema,
    principal: PrincipalIdSchema.optional().describe('Who may use it; absent until a code is told.'),
    orderedBy: PrincipalIdSchema.describe('Who ordered it, or offered the code.'),
    subjects: z.array(SubjectIdSchema).describe('Whose values; people who were erased since are left out.'),
    types: z.array(TypeNameSchema).describe('The data types that it opens.'),
    view: ViewSchema,
    minutes: z.int().describe('For how long, from when it begins.'),
    approvals: z.array(ApprovedSchema).describe('Who has agreed.'),
    missing: z.int().min(0).describe('How many must still agree.'),
    orderedAt: z.iso.datetime().describe('When it was ordered, UTC.'),
    beginsAt: time('When it began; absent: it has not.'),
    endsAt: z.iso.datetime().describe('When it ends, or lapses if it has not begun.'),
    endedAt: time('When it ended before its time.'),
    endedAs: z
      .string()
      .optional()
      .describe('`refused`, `revoked`, `ticket_closed`, `principal_revoked`, `approver_revoked`, `erased`.'),
    endedBy: PrincipalIdSchema.optional(),
    reviewBy: time('Until when somebody else has to review it.'),
    reviewedAt: time('When it was reviewed.'),
    reviewedBy: PrincipalIdSchema.optional(),
    damaged: z.boolean().optional().describe('Its row was altered or damaged: it opens nothing.'),
  })
  .meta({ id: 'Grant', description: 'Somebody may see something of certain people, for a time.' });
export type GrantView = z.output<typeof GrantSchema>;

export const GrantParams = z.strictObject({ grant: GrantIdSchema });
export const GrantReply = z.strictObject({
  ...GrantSchema.shape,
  reason: GrantReasonSchema.optional().describe(
    'Why; for those who approve, and whoever ordered it. Gone once erased.',
  ),
  ticket: TicketSchema.optional().describe('The case; as the reason.'),
});

export const GrantsQuery = z.strictObject({
  ...pageQuery(GrantIdSchema),
  state: z
    .enum(['waiting', 'in_force', 'to_review'])
    .meta({ id: 'GrantState', description: 'Which grants are listed.' })
    .optional()
    .describe('Only those that wait for approval, are in force, or are to be reviewed.'),
});
export const GrantsReply = z.strictObject({
  grants: z.array(GrantSchema).describe('In the order they were ordered.'),
  ...pageEnd(GrantIdSchema),
});

export const TicketParams = z.strictObject({ ticket: TicketSchema });
export const CloseTicketReply = z.strictObject({
  grants: z.array(GrantIdSchema).describe('The grants that ended with it.'),
});

export const OfferCodeBody = z.strictObject({
  types: TypesSchema,
  view: ViewSchema,
  minutes: minutes(MAX_CODE_MINUTES).describe('How long the code can be told, and how long it then opens something.'),
});
export const OfferCodeReply = z.strictObject({
  grant: GrantIdSchema,
  code: z
    .string()
    .describe('To be shown to the person, and told by them. It is shown this once and kept as a digest.')
    .meta({ examples: ['7KQ2-M9XD'] }),
  endsAt: z.iso.datetime().describe('Until when it can be told, UTC.'),
});
export const RedeemCodeBody = z.strictObject({
  code: z
    .string()
    .min(8)
    .max(16)
    .describe('As the person said it; blanks, dashes and capitals do not matter.')
    .meta({ examples: ['7KQ2-M9XD'] }),
});
