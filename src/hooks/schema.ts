/** Hooks and what they are told, as the API speaks of them. */
import { z } from 'zod';
import { EventIdSchema, HookIdSchema, pageEnd, pageQuery } from '../schema.ts';
import { EVENT_NAMES, EVENTS } from './events.ts';
import { PAUSES } from './hook-rows.ts';

const NAMES = EVENT_NAMES.filter((name) => name !== 'hook.test');
/** What one may ask for. A test goes to its hook anyway. */
const EventNameSchema = z.enum(NAMES as [string, ...string[]]).meta({
  id: 'EventName',
  description: `What may be told: ${NAMES.map((name) => `\`${name}\`: ${EVENTS[name].says}`).join(' ')} More may come.`,
});

const EventsSchema = z
  .array(EventNameSchema)
  .max(NAMES.length)
  .describe('What the hook is told; absent: everything, also what later releases add.')
  .meta({ examples: [['integrity.failed', 'guesses.locked_out']] });

/** Checked further where it is used: a message about an address says which rule it broke. */
const UrlSchema = z
  .string()
  .describe('Where messages go: https, to a public address, or into the networks of `LETHE_HOOK_NETWORKS`.')
  .meta({ examples: ['https://alarms.example.com/lethe'] });

const SecretSchema = z
  .string()
  .describe('The secret by which messages are signed (`whsec_…`), as libraries of Standard Webhooks take it.');

export const HookSchema = z
  .strictObject({
    hook: HookIdSchema,
    url: UrlSchema.optional().describe('Where messages go; absent where the row is damaged.'),
    events: z.array(z.string()).optional().describe('What it is told; absent: everything.'),
    damaged: z.boolean().optional().describe('Its row was altered or damaged: it is told nothing. Add another one.'),
    state: z
      .string()
      .describe(
        '`active`; `failing`: the last try failed and is repeated; `paused`: it is told nothing until it is resumed.',
      )
      .meta({ examples: ['active'] }),
    paused: z
      .string()
      .optional()
      .describe(
        `Why it is paused, one of ${PAUSES.join(', ')}: somebody asked for it; it failed for three days; its receiver answered 410; its row is damaged.`,
      ),
    failure: z
      .string()
      .optional()
      .describe(
        'Why the last try failed: `http_` and a status, `timed_out`, `not_reached`, `not_resolved`, `address_refused` or `damaged`.',
      ),
    attempts: z
      .int()
      .describe('Failed tries of what is told next.')
      .meta({ examples: [0] }),
    pending: z
      .int()
      .describe('What it is still to be told; at most 1,000 are counted.')
      .meta({ examples: [0] }),
    createdAt: z.iso.datetime().describe('When it was added, UTC.'),
    secretSince: z.iso.datetime().describe('When its secret was made, UTC.'),
    earlierSecretUntil: z.iso.datetime().optional().describe('Until when messages carry a second, earlier signature.'),
    failingSince: z.iso.datetime().optional().describe('Since when its tries fail, UTC.'),
    nextTryAt: z.iso.datetime().optional().describe('When the next try is due, UTC.'),
    deliveredAt: z.iso.datetime().optional().describe('When its receiver last took a message, UTC.'),
  })
  .meta({ id: 'Hook', description: 'Where the vault tells what happens, and how it gets on.' });
export type HookView = z.infer<typeof HookSchema>;

export const AddHookBody = z.strictObject({
  url: UrlSchema,
  events: EventsSchema.transform((events) => (events.length > 0 ? events : undefined)).optional(),
});
export const AddHookReply = z.strictObject({
  hook: HookIdSchema,
  secret: SecretSchema.describe(
    'The secret by which messages are signed. Shown this once; only the same call, under its idempotency key, shows it again.',
  ),
});

export const HooksReply = z.strictObject({ hooks: z.array(HookSchema).describe('The oldest first; at most 20.') });

export const ChangeHookBody = z
  .strictObject({
    events: EventsSchema.nullable().optional().describe('What it is told from now on; null: everything.'),
    paused: z
      .boolean()
      .optional()
      .describe('Whether it is paused. Once resumed, it is told what it missed, as far as it is kept: for 30 days.'),
  })
  .refine(({ events, paused }) => events !== undefined || paused !== undefined, {
    error: 'must say what changes: events, paused, or both',
  })
  .meta({ minProperties: 1, description: 'What changes: `events`, `paused` or both.' });

export const MAX_OVERLAP_SECONDS = 30 * 86_400;
export const RotateHookBody = z.strictObject({
  overlapSeconds: z
    .int()
    .min(0)
    .max(MAX_OVERLAP_SECONDS)
    .default(86_400)
    .describe('How long messages are signed with the secret of before, too. 0 ends it at once, as after a leak.')
    .meta({ examples: [86_400] }),
});
export const RotateHookReply = z.strictObject({
  hook: HookIdSchema,
  secret: SecretSchema.describe('The new secret. Shown this once.'),
  earlierSecretUntil: z.iso.datetime().optional().describe('Until when messages carry the earlier signature, too.'),
});

export const TestHookReply = z.strictObject({ hook: HookIdSchema, event: EventIdSchema });

export const DeliverySchema = z
  .strictObject({
    event: EventIdSchema,
    name: z
      .string()
      .describe('What happened.')
      .meta({ examples: ['erasure.final'] }),
    at: z.iso.datetime().describe('When it happened, UTC.'),
    state: z
      .string()
      .describe('`delivered`, once the receiver has taken it; `pending` until then.')
      .meta({ examples: ['delivered'] }),
  })
  .meta({ id: 'Delivery', description: 'What a hook was told, or is to be told.' });

export const DeliveriesQuery = z.strictObject(pageQuery(EventIdSchema));
export const DeliveriesReply = z.strictObject({
  deliveries: z.array(DeliverySchema).describe('The newest first; a page may hold fewer than asked for, or none.'),
  ...pageEnd(EventIdSchema),
});
