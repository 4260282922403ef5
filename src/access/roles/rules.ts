/**
 * The language of rules: what a role may do, as it is written, kept and shown.
 *
 *   { "effect": "allow", "actions": ["detokenize"], "types": ["email"], "views": ["masked", "narrow"],
 *     "purposes": ["support"], "when": { "ticket": "HELP-######", "networks": ["10.0.0.0/8"] } }
 *
 * Guarantees: a rule says everything it means. An unknown field is refused. So is a rule that could never match, as far
 * as the rule itself tells: `check.ts` asks the tenant's data types about the rest.
 */
import { z } from 'zod';
import { readNetwork } from '../../network-address.ts';
import { PurposeSchema, TypeNameSchema, ViewSchema } from '../../schema.ts';
import { ACTIONS, type Action } from '../actions.ts';
import { readTicketPattern } from './ticket-pattern.ts';

/** What everyone with a valid API key may do, whatever the role. */
export const OF_EVERYONE = ['list_types', 'list_purposes', 'describe_caller'] as const satisfies readonly Action[];

/** Actions that show something of a value, or tell of it: a purpose is always stated for them, and checked. */
export const REVEALING: ReadonlySet<Action> = new Set(['detokenize', 'search', 'match']);
/** The actions that are decided for each data type. */
export const OF_TYPES: ReadonlySet<Action> = new Set([...REVEALING, 'tokenize', 'verify', 'correct']);
/** The actions whose calls can state a reason, and those that can name a ticket. */
export const STATES_REASON: ReadonlySet<Action> = new Set(['detokenize', 'search', 'match', 'correct', 'erase']);
export const NAMES_TICKET: ReadonlySet<Action> = new Set(['detokenize', 'search', 'match']);

/** Views that stand for several: `narrow` is every view that a type has besides `plain` and `masked`. */
export type ViewKind = 'plain' | 'masked' | 'narrow';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;
/** The end of a day is 24:00. */
const CLOCK_END = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** What is sent and what is shown are told apart in the API's description: a reply may gain properties. */
type Of = '' | 'Standing';

const hoursSchema = (of: Of) =>
  z
    .strictObject({
      zone: z
        .string()
        .max(64)
        .refine(isZone, { error: 'must be a time zone of the IANA list, such as Europe/Vienna' })
        .describe('A time zone of the IANA list.')
        .meta({ examples: ['Europe/Vienna'] }),
      days: z
        .array(z.enum(DAYS).meta({ id: 'Weekday', description: 'A day of the week.' }))
        .min(1)
        .max(DAYS.length)
        .refine(isSet, { error: 'must name no day twice' })
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
    .refine(({ from, to }) => from !== to, { error: 'must differ from `from`', path: ['to'] })
    .meta({ id: `${of}Hours`, description: 'Hours of the day in a time zone.' });

const whenSchema = (of: Of) =>
  z
    .strictObject({
      reason: z.literal(true).optional().describe('The call states a reason.'),
      ticket: z
        .string()
        .refine((pattern) => readTicketPattern(pattern) !== undefined, {
          error:
            'must be a pattern with a digit in it, such as HELP-######: # a digit, @ a capital letter, + once or more',
        })
        .optional()
        .describe('The call names a ticket of this shape: `#` a digit, `@` a capital letter, `+` once or more.')
        .meta({ examples: ['HELP-######'] }),
      networks: z
        .array(
          z.string().refine((text) => readNetwork(text) !== undefined, {
            error: 'must be an address or a network such as 10.0.0.0/8, not everybody’s',
          }),
        )
        .min(1)
        .max(32)
        .optional()
        .describe('The call comes from one of these networks.')
        .meta({ examples: [['10.0.0.0/8']] }),
      hours: hoursSchema(of).optional().describe('The call comes within these hours.'),
    })
    .refine((when) => Object.keys(when).length > 0, { error: 'must name a condition' })
    .meta({ id: `${of}Conditions`, description: 'What must hold of a call besides. All that are named must hold.' });

const ruleSchema = (of: Of) =>
  z
    .strictObject({
      effect: z.enum(['allow', 'deny']).describe('What the rule does where it matches. A denial wins.'),
      actions: z
        .array(z.enum(ACTIONS))
        .min(1)
        .max(ACTIONS.length)
        .refine(isSet, { error: 'must name no action twice' })
        .describe('What is done; the words of the audit log.')
        .meta({ examples: [['detokenize']] }),
      types: z
        .array(TypeNameSchema)
        .min(1)
        .max(100)
        .refine(isSet, { error: 'must name no type twice' })
        .optional()
        .describe('The data types that it reaches; without `types` and `categories`: all.')
        .meta({ examples: [['email']] }),
      categories: z
        .array(z.string().regex(/^[a-z][a-z0-9_]{0,31}$/))
        .min(1)
        .max(20)
        .refine(isSet, { error: 'must name no category twice' })
        .optional()
        .describe('The categories of data types that it reaches, besides `types`.')
        .meta({ examples: [['contact']] }),
      views: z
        .array(ViewSchema)
        .min(1)
        .max(20)
        .refine(isSet, { error: 'must name no view twice' })
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
        .refine(isSet, { error: 'must name no purpose twice' })
        .optional()
        .describe('The stated purposes for which it holds; absent: all.')
        .meta({ examples: [['support']] }),
      when: whenSchema(of).optional(),
    })
    .superRefine((rule, context) => {
      const say = (path: string, message: string) =>
        context.addIssue({ code: 'custom', path: path.split('.'), message });
      const lacks = (may: ReadonlySet<Action>) => rule.actions.filter((action) => !may.has(action)).join(', ');
      const [notShown, notReasoned, noTicket, notTyped] = [REVEALING, STATES_REASON, NAMES_TICKET, OF_TYPES].map(lacks);
      if ((rule.types ?? rule.categories) !== undefined && notTyped) {
        say(rule.types ? 'types' : 'categories', `does not go with ${notTyped}, which is not decided by data type`);
      }
      const always = rule.actions.filter((action) => OF_EVERYONE.some((one) => one === action)).join(', ');
      if (always) say('actions', `must not name ${always}: every API key may do that`);
      if (rule.views === undefined) {
        if (rule.effect === 'allow' && rule.actions.some((action) => REVEALING.has(action))) {
          say('views', 'must be named where values are shown');
        }
      } else if (notShown) say('views', `does not go with ${notShown}, which shows no value`);
      if (rule.purposes !== undefined && notShown) say('purposes', `does not go with ${notShown}, which states none`);
      const { reason, ticket } = rule.when ?? {};
      if (rule.effect === 'deny' && (reason ?? ticket) !== undefined) {
        say('when', 'must not ask for a reason or a ticket in a denial: it would refuse only those who give one');
      } else {
        if (reason !== undefined && notReasoned)
          say('when.reason', `does not go with ${notReasoned}, which states none`);
        if (ticket !== undefined && noTicket) say('when.ticket', `does not go with ${noTicket}, which names none`);
      }
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

function isSet(words: readonly string[]): boolean {
  return new Set(words).size === words.length;
}

/** A fixed offset is no zone: it does not follow the law of a place. */
function isZone(zone: string): boolean {
  if (!/^[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*$/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}
