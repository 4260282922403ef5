/** Approvals, and what a tenant says of them, as the API speaks of them. */
import { z } from 'zod';
import {
  ApprovalIdSchema,
  AudienceSchema,
  PrincipalIdSchema,
  PurposeSchema,
  pageEnd,
  pageQuery,
  ReasonSchema,
  SubjectIdSchema,
  TenantIdSchema,
  TypeNameSchema,
} from '../../schema.ts';
import { RoleNameSchema, StandingRulesSchema } from '../roles/rules.ts';
import { RoleDescriptionSchema } from '../roles/schema.ts';

export const MAX_APPROVERS = 5;
/** A batch names no more. */
const MAX_SUBJECTS = 1_000;
const MAX_HOURS = 168;
/** How many of them are named to whoever is to approve an erasure. */
export const NAMED_SUBJECTS = 100;

export const PolicyBody = z
  .strictObject({
    approvers: z
      .int()
      .min(1)
      .max(MAX_APPROVERS)
      .describe('How many others must approve; where fewer could, all of them must.')
      .meta({ examples: [1] }),
    erasureSubjects: z
      .int()
      .min(1)
      .max(MAX_SUBJECTS)
      .default(10)
      .describe('An erasure of more subjects than these, in one call, needs approval.')
      .meta({ examples: [10] }),
    hours: z
      .int()
      .min(1)
      .max(MAX_HOURS)
      .default(24)
      .describe('So long after it was asked for, an approval ends, given or not.')
      .meta({ examples: [24] }),
  })
  .meta({ id: 'ApprovalTerms', description: 'What a tenant asks for before what takes a second person is done.' });
export type PolicyTerms = Readonly<z.infer<typeof PolicyBody>>;

export const PolicyReply = z
  .strictObject({
    policy: z
      .strictObject({
        approvers: PolicyBody.shape.approvers,
        erasureSubjects: z.int().describe('An erasure of more subjects than these, in one call, needs approval.'),
        hours: z.int().describe('So long after it was asked for, an approval ends, given or not.'),
        changedAt: z.iso.datetime().describe('When it was set, UTC.'),
        changedBy: PrincipalIdSchema.describe('Who set it: a principal, or the vault itself after a restore.'),
      })
      .meta({ id: 'ApprovalPolicy', description: 'What the tenant asks for.' })
      .optional()
      .describe('Absent: nothing of the tenant needs approval.'),
    approvers: z.array(PrincipalIdSchema).describe('Who could approve at present, if it is not their own.'),
  })
  .meta({ id: 'ApprovalPolicyState', description: 'What needs a second person, and who could be one.' });

/** What is asked for, as far as it may be shown. No ref, reason or value. */
export const AboutSchema = z
  .strictObject({
    principal: PrincipalIdSchema.optional().describe('The principal that is to get an API key or purposes.'),
    name: z.string().optional().describe('Of the principal or the tenant.'),
    role: RoleNameSchema.optional(),
    audience: AudienceSchema.optional(),
    purposes: z.array(PurposeSchema).optional().describe('The purposes that it is to have.'),
    networks: z.array(z.string()).optional().describe('The only networks from which it is to call; absent: all.'),
    expiresAt: z
      .string()
      .nullable()
      .optional()
      .describe('When its API key is to end; null: never; absent: as the vault is set.'),
    description: RoleDescriptionSchema.optional(),
    rules: StandingRulesSchema.optional().describe('Of the role, as they would be. Absent in lists.'),
    purpose: PurposeSchema.optional().describe('The purpose that is to need more data types.'),
    types: z.array(TypeNameSchema).optional().describe('The data types that it is to need; absent: all.'),
    tenant: TenantIdSchema.optional().describe('The tenant to be erased.'),
    subjects: z.int().optional().describe('How many subjects would be erased, or lose records.'),
    records: z.int().optional().describe('How many records would be erased.'),
    named: z.array(SubjectIdSchema).optional().describe('The first 100 of these subjects.'),
    approvers: z.int().optional().describe('Of a policy as it would be; absent for its end.'),
    erasureSubjects: z.int().optional().describe('The same.'),
    hours: z.int().optional().describe('The same.'),
    shares: z.int().optional().describe('Into how many shares the new root key is to be split; absent: a file.'),
    threshold: z.int().optional().describe('How many of them are to open the vault.'),
  })
  .meta({ id: 'ApprovalAbout', description: 'What is asked for. Which of these are there depends on the kind.' });
export type About = z.infer<typeof AboutSchema>;

export const ApprovalSchema = z
  .strictObject({
    approval: ApprovalIdSchema,
    kind: z
      .string()
      .describe(
        '`key`: a new API key that may see values plain, or approve. `purposes`: a principal that may see values plain ' +
          'gets purposes. `role`: a role is to see more plain, or to approve. `purpose`: a purpose is to need more data ' +
          'types. `erasure`, `tenant`: an erasure. `root`: a new root key. `policy`: less approval than now.',
      ),
    action: z.string().describe('What is to be done; the word of the audit log.'),
    state: z
      .string()
      .describe(
        '`waiting`; `approved`: whoever asked can make the call again; `used`: it was done; `refused`; `withdrawn`; `expired`.',
      ),
    about: AboutSchema,
    orderedBy: PrincipalIdSchema.describe('Who asked.'),
    orderedAt: z.iso.datetime().describe('When, UTC.'),
    expiresAt: z.iso.datetime().describe('Until when it can be approved and used, UTC.'),
    needed: z.int().describe('How many must approve.'),
    approvedBy: z.array(PrincipalIdSchema).describe('Who has, as far as they still may.'),
    endedAt: z.iso.datetime().optional().describe('When it was used, refused or withdrawn, UTC.'),
    endedBy: PrincipalIdSchema.optional().describe('By whom.'),
    damaged: z.boolean().optional().describe('Its row was altered or damaged: it can be neither approved nor used.'),
  })
  .meta({ id: 'Approval', description: 'Something that takes a second person, and what has become of it.' });
export type ApprovalView = z.infer<typeof ApprovalSchema>;

export const ApprovalParams = z.strictObject({ approval: ApprovalIdSchema });
export const AnswerBody = z.strictObject({ reason: ReasonSchema.optional() });
export const ApprovalsQuery = z.strictObject(pageQuery(ApprovalIdSchema));
export const ApprovalsReply = z.strictObject({
  approvals: z.array(ApprovalSchema).describe('The newest first. Who may not approve is told of their own alone.'),
  ...pageEnd(ApprovalIdSchema),
});
