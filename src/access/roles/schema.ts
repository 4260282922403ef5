/** Roles, and what they come to, as the API speaks of them. */
import { z } from 'zod';
import { holdsNoCardNumber, NO_CARD_NUMBER } from '../../card-like.ts';
import {
  AudienceSchema,
  PrincipalIdSchema,
  PurposeSchema,
  ReasonSchema,
  TicketSchema,
  TimeSchema,
  TypeNameSchema,
  ViewSchema,
} from '../../schema.ts';
import { CONDITIONS } from './conditions.ts';
import { NEEDS } from './explain.ts';
import {
  ActionSchema,
  EffectSchema,
  RoleNameSchema,
  RulesSchema,
  StandingRulesSchema,
  SubjectsSchema,
} from './rules.ts';

const VersionSchema = z
  .int()
  .min(1)
  .meta({ examples: [2] });

export { ActionSchema };

export const RoleDescriptionSchema = z
  .string()
  .max(500)
  .refine(holdsNoCardNumber, NO_CARD_NUMBER)
  .describe('What the role is for. It stands in lists and is not sealed: no name of a person.')
  .meta({ examples: ['The help desk: masked, with a ticket.'] });

export const RoleParams = z.strictObject({ role: RoleNameSchema });

const ofVersion = {
  version: VersionSchema.describe('Grows with each change.'),
  changedAt: z.iso.datetime().describe('When this version was made, UTC.'),
  changedBy: PrincipalIdSchema.describe('Who made it.'),
};

export const RoleSchema = z
  .strictObject({
    role: RoleNameSchema,
    builtIn: z.boolean().describe('Whether it is a role of the house: it can be copied, not changed.'),
    description: RoleDescriptionSchema,
    rules: StandingRulesSchema,
    version: ofVersion.version.optional(),
    changedAt: ofVersion.changedAt.optional(),
    changedBy: ofVersion.changedBy.optional(),
    damaged: z
      .boolean()
      .optional()
      .describe('Its row was altered or damaged: it allows nothing, and its rules are left out.'),
  })
  .meta({ id: 'RoleRules', description: 'A role with its rules. A role of the house has no versions.' });

export const RoleHistoryReply = z.strictObject({
  ...RoleSchema.shape,
  endedAt: z.iso.datetime().optional().describe('Since when the role is not in force; absent: it is.'),
  principals: z.array(PrincipalIdSchema).describe('The principals in force that have it.'),
  earlier: z
    .array(
      z
        .strictObject({ ...ofVersion, description: RoleDescriptionSchema, rules: StandingRulesSchema })
        .meta({ id: 'RoleVersion', description: 'A version that is no longer in force.' }),
    )
    .describe('Versions before this one, the newest first, at most 20; altered ones are left out.'),
});

export const RolesReply = z.strictObject({
  roles: z.array(RoleSchema).describe('Those of the house, then the tenant’s own by name.'),
});

export const RoleBody = z.strictObject({
  description: RoleDescriptionSchema.default(''),
  rules: RulesSchema,
  ifVersion: z
    .int()
    .min(0)
    .optional()
    .describe('Change it only if this is its version; 0: only if there was none. Absent: whatever stands.')
    .meta({ examples: [1] }),
});

export const CellSchema = z
  .strictObject({
    action: z.string().describe('What is done; the word of the audit log.'),
    type: TypeNameSchema.optional().describe('The data type; absent for what is not decided by type.'),
    purpose: z
      .string()
      .optional()
      .describe('The stated purpose; `*`: every one that no rule of the role names. Absent where none is stated.'),
    view: ViewSchema.optional(),
    subjects: z.string().optional().describe('Whose values or records: `granted` or `self`; absent: everybody’s.'),
    allowed: z.enum(['always', 'sometimes']).meta({
      id: 'Sight',
      description: '`sometimes`: it depends on the reason, ticket, network or hour of the call.',
    }),
  })
  .meta({ id: 'AccessCell', description: 'Something that a role allows.' });

export const RoleChangeReply = z
  .strictObject({
    role: RoleNameSchema,
    version: VersionSchema.describe('The version that stands, or would be made.'),
    changed: z.boolean().describe('Whether the rules or the description differ from those that stood.'),
    opened: z.array(CellSchema).describe('What the change allows, or allows more often.'),
    closed: z.array(CellSchema).describe('What it no longer allows, or less often.'),
    principals: z.array(PrincipalIdSchema).describe('The principals in force whom it concerns.'),
    replayed: z
      .strictObject({
        since: z.iso.datetime().describe('From when on the log was looked at, UTC.'),
        entries: z.int().min(0).describe('How many entries of those principals were looked at.'),
        complete: z.boolean().describe('Whether those were all; otherwise the newest.'),
        closed: z.int().min(0).describe('Values that were shown, and would be refused.'),
        opened: z.int().min(0).describe('Values that were refused, and would be shown.'),
        otherView: z.int().min(0).describe('Values that were shown, and would be in another view.'),
        untold: z.int().min(0).describe('Values of which that depends on what the log does not tell.'),
      })
      .meta({ id: 'RoleReplayed', description: 'What would have come of the last 30 days’ calls.' })
      .optional()
      .describe('Only in a preview of rules that change.'),
  })
  .meta({ id: 'RoleChange', description: 'What a change of a role does, or would do.' });

export const EndRoleReply = z.strictObject({
  role: RoleNameSchema,
  endedAt: z.iso.datetime().describe('Since when it is not in force, UTC.'),
});

export const MatrixQuery = z.strictObject({ role: RoleNameSchema.optional() });
export const MatrixReply = z.strictObject({
  roles: z
    .array(
      z
        .strictObject({ role: RoleNameSchema, cells: z.array(CellSchema).describe('What it allows.') })
        .meta({ id: 'RoleCells', description: 'All that a role allows. What is in no cell is refused.' }),
    )
    .describe('Roles of the house, then the tenant’s own by name.'),
});

const asked = {
  action: ActionSchema,
  value: z
    .strictObject({ type: TypeNameSchema, view: ViewSchema.optional() })
    .meta({ id: 'AskedValue', description: 'What kind of value it is about, and how much of it would be shown.' })
    .optional(),
  purpose: PurposeSchema.optional(),
  reason: ReasonSchema.optional(),
  ticket: TicketSchema.optional(),
  subjects: SubjectsSchema.optional().describe(
    'Whose value it would be: `granted`, of somebody of whom there is a grant; absent: of nobody in particular.',
  ),
  address: z
    .string()
    .max(64)
    .optional()
    .describe('Where the call would come from.')
    .meta({ examples: ['10.1.2.3'] }),
  at: TimeSchema.optional().describe('When it would come; absent: now.'),
};
const ExplainPrincipal = z
  .strictObject({
    principal: PrincipalIdSchema.describe('Of whom it is asked: with its role, purposes and audience.'),
    ...asked,
  })
  .meta({ id: 'ExplainPrincipal', description: 'Of a principal.' });
const ExplainRole = z
  .strictObject({
    role: RoleNameSchema.describe('Of anybody with this role.'),
    purposes: z.array(PurposeSchema).max(50).optional().describe('The purposes that it has.'),
    audience: AudienceSchema.optional().describe('Whom it is tied to; absent: nobody.'),
    ...asked,
  })
  .meta({ id: 'ExplainRole', description: 'Of anybody with a role.' });
export const ExplainBody = z.union([ExplainPrincipal, ExplainRole]);

const ConditionNameSchema = z
  .string()
  .describe(`A condition: ${CONDITIONS.map((name) => `\`${name}\``).join(', ')}; more may come.`);
export const ExplainReply = z.strictObject({
  allowed: z.boolean().describe('Whether the call would be allowed.'),
  view: ViewSchema.optional().describe('The view it would show.'),
  code: z.string().optional().describe('The code of the refusal. The caller itself learns no more than this.'),
  role: RoleNameSchema,
  rules: z
    .array(
      z
        .strictObject({
          rule: z.int().min(0).describe('Its place in the role, from 1; 0: what every API key may do.'),
          effect: EffectSchema,
          counts: z.boolean().describe('Whether it counts: an allowance that matches, a denial that may.'),
          unmet: z.array(ConditionNameSchema).describe('The conditions that do not hold.'),
          untold: z.array(ConditionNameSchema).describe('Those that cannot be told from what is known.'),
        })
        .meta({ id: 'RuleFound', description: 'A rule of the role that speaks of the action.' }),
    )
    .describe('In the order of the role.'),
  needs: z
    .array(z.string())
    .describe(
      `What would be needed: ${NEEDS.map((word) => `\`${word}\``).join(', ')}; more may come. Empty for what is allowed.`,
    ),
});
