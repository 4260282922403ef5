/**
 * The language of rules: what a role may do, as it is written, kept and shown.
 *
 *   { "effect": "allow", "actions": ["detokenize"], "types": ["email"], "views": ["masked", "narrow"],
 *     "purposes": ["support"], "when": { "ticket": "HELP-######", "networks": ["10.0.0.0/8"] } }
 *
 * Guarantees: a rule says everything it means: an unknown field is refused. `rule-faults.ts` finds what could never
 * match.
 */
import { z } from 'zod';
import { PurposeSchema, TypeNameSchema, ViewSchema } from '../../schema.ts';
import { ACTIONS, type Action } from '../actions.ts';
import { SUBJECTS } from '../relation.ts';
import { grantTermsSchema } from './grant-terms.ts';
import { MAX_PATTERN } from './ticket-pattern.ts';

/** What everyone with a valid API key may do, whatever the role. */
export const OF_EVERYONE = ['list_types', 'list_purposes', 'describe_caller'] as const satisfies readonly Action[];

/** Actions that show something of a value, or tell of it: a purpose is always stated for them, and checked. */
export const REVEALING: ReadonlySet<Action> = new Set(['detokenize', 'search', 'match']);
/** The actions that are decided for each data type. */
export const OF_TYPES: ReadonlySet<Action> = new Set([
  ...REVEALING,
  ...(['tokenize', 'verify', 'correct', 'order_grant', 'approve_grant', 'offer_code', 'redeem_code'] as const),
]);
/** The actions whose calls can state a reason, and those that can name a ticket. */
export const STATES_REASON: ReadonlySet<Action> = new Set([
  ...(['detokenize', 'search', 'match', 'correct', 'erase', 'order_grant'] as const),
]);
export const NAMES_TICKET: ReadonlySet<Action> = new Set(['detokenize', 'search', 'match', 'order_grant']);

/**
 * The actions on one person's record, or on the person, which is known before the answer. Only such a rule can be
 * restricted to some subjects: an answer to the others depends on the values of everybody.
 */
export const OF_ONE_PERSON: ReadonlySet<Action> = new Set([
  ...(['detokenize', 'describe_token', 'read_record', 'read_subject', 'correct'] as const),
]);

/** Views that stand for several: `narrow` is every view that a type has besides `plain` and `masked`. */
export type ViewKind = 'plain' | 'masked' | 'narrow';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;
/** The end of a day is 24:00. */
const CLOCK_END = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

export const EffectSchema = z
  .enum(['allow', 'deny'])
  .meta({ id: 'Effect', description: 'What a rule does where it matches. A denial wins.' });

/** What is sent and what is shown are told apart in the API's description: a reply may gain properties. */
type Of = '' | 'Standing';

export const ActionSchema = z
  .enum(ACTIONS)
  .meta({ id: 'Action', description: 'What a call does; the audit log’s word for it.' });
/** More actions may come, and a client must be able to read rules that name them. */
const actionOf = (of: Of) => (of === '' ? ActionSchema : (z.string() as unknown as typeof ActionSchema));

export const SubjectsSchema = z
  .enum(SUBJECTS)
  .meta({ id: 'Subjects', description: 'Whose values or records a rule reaches.' });
const subjectsOf = (of: Of) => (of === '' ? SubjectsSchema : (z.string() as unknown as typeof SubjectsSchema));

const hoursSchema = (of: Of) =>
  z
    .strictObject({
      zone: z
        .string()
        .max(64)
        .describe('A time zone of the IANA list.')
        .meta({ examples: ['Europe/Vienna'] }),
      days: z
        .array(z.enum(DAYS).meta({ id: 'Weekday', description: 'A day of the week.' }))
        .min(1)
        .max(DAYS.length)
        .optional()
        .describe('The days on which such hours begin; absent: all.'),
      from: z
        .string()
        .regex(CLOCK)
        .describe('From then on, in the time of the zone.')
        .meta({ examples: ['08:00'] }),
      to: z
        .string()
        .regex(CLOCK_END)
        .describe('Until then. Earlier than `from`: of the day after.')
        .meta({ examples: ['18:00'] }),
    })
    .meta({ id: `${of}Hours`, description: 'Hours of the day in a time zone.' });

const whenSchema = (of: Of) =>
  z
    .strictObject({
      reason: z.boolean().optional().describe('The call states a reason. It is true, or not there.'),
      ticket: z
        .string()
        .max(MAX_PATTERN)
        .optional()
        .describe('The call names a ticket of this shape: `#` a digit, `@` a capital letter, `+` once or more.')
        .meta({ examples: ['HELP-######'] }),
      networks: z
        .array(z.string().max(64))
        .min(1)
        .max(32)
        .optional()
        .describe('The call comes from one of these networks.')
        .meta({ examples: [['10.0.0.0/8']] }),
      hours: hoursSchema(of).optional().describe('The call comes within these hours.'),
    })
    .meta({ id: `${of}Conditions`, description: 'What must hold of a call besides. All that are named must hold.' });

const ruleSchema = (of: Of) =>
  z
    .strictObject({
      effect: EffectSchema,
      actions: z
        .array(actionOf(of))
        .min(1)
        .max(ACTIONS.length)
        .describe('What is done; the words of the audit log.')
        .meta({ examples: [['detokenize']] }),
      types: z
        .array(TypeNameSchema)
        .min(1)
        .max(100)
        .optional()
        .describe('The data types that it reaches; without `types` and `categories`: all.')
        .meta({ examples: [['email']] }),
      categories: z
        .array(z.string().regex(/^[a-z][a-z0-9_]{0,31}$/))
        .min(1)
        .max(20)
        .optional()
        .describe('The categories of data types that it reaches, besides `types`.')
        .meta({ examples: [['contact']] }),
      views: z
        .array(ViewSchema)
        .min(1)
        .max(20)
        .optional()
        .describe(
          'For what shows values: the views that it allows, or denies. `narrow` stands for every view of a type besides ' +
            '`plain` and `masked`. Who is denied a view is denied `plain`, too.',
        )
        .meta({ examples: [['masked', 'narrow']] }),
      purposes: z
        .array(PurposeSchema)
        .min(1)
        .max(50)
        .optional()
        .describe('The stated purposes for which it holds; absent: all.')
        .meta({ examples: [['support']] }),
      subjects: subjectsOf(of)
        .optional()
        .describe(
          'Whose values or records: `granted`, those of whom the caller has a grant, as far as it goes; `self`, the ' +
            'person whose session it is; `any` or absent: everybody’s.',
        )
        .meta({ examples: ['granted'] }),
      grant: grantTermsSchema(of).optional(),
      when: whenSchema(of).optional(),
    })
    .meta({ id: `${of}Rule`, description: 'What is allowed or denied, of what, how far, for what, and when.' });

export type Rule = z.infer<ReturnType<typeof ruleSchema>>;

export const MAX_RULES = 200;
export const RoleNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/)
  .describe('What a principal may do: a role of the house, or of the tenant’s own.')
  .meta({ id: 'Role', examples: ['app'] });

const rulesSchema = (of: Of) => z.array(ruleSchema(of)).max(MAX_RULES).describe('What no rule allows is refused.');
export const RulesSchema = rulesSchema('');
export const StandingRulesSchema = rulesSchema('Standing');

/** Whether the rule reaches some people's values or records only. */
export function isOfSome({ subjects }: Pick<Rule, 'subjects'>): boolean {
  return subjects !== undefined && subjects !== 'any';
}
