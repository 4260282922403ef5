/** The shape in which an audit entry leaves the vault. */
import { z } from 'zod';
import { ACTIONS } from '../access/actions.ts';
import { PrincipalSchema } from '../access/schema.ts';
import { AuditIdSchema, PrincipalIdSchema, pageEnd, pageQuery, TimeSchema } from '../schema.ts';
import { OUTCOMES } from './entries.ts';

const LookSchema = z
  .strictObject({
    type: z.string().describe('The data type.'),
    view: z.string().optional().describe('The view shown; absent: the rules refused it.'),
    asked: z
      .string()
      .optional()
      .describe('The view asked for; absent: the widest; `?`: one that the data type does not have.'),
    subjects: z.array(z.string()).describe('Whose values they were (`sub_…`), each once.'),
    values: z.int().min(0).describe('How many values.'),
    unnamed: z.int().min(0).describe('How many of them are of nobody whom the vault knows.'),
  })
  .meta({ id: 'AuditLook', description: 'Values of one data type that one call showed, or was refused, in one view.' });

export const AuditEntrySchema = z
  .strictObject({
    entry: AuditIdSchema,
    at: z.iso.datetime().describe('When the call was decided, UTC.'),
    principal: z.string().describe('Who called (`prn_…`). The vault itself is a principal, too.'),
    action: z
      .string()
      .describe(`What was asked for: ${ACTIONS.map((action) => `\`${action}\``).join(', ')}; more may come.`),
    outcome: z.enum(OUTCOMES).meta({ id: 'Outcome', description: 'What came of a call.' }).describe('What came of it.'),
    code: z.string().optional().describe('Why it was refused or failed.'),
    purpose: z.string().optional().describe('The purpose stated, where it was one of the caller’s own.'),
    view: z.string().optional().describe('The views shown: `plain`, or all that were, such as `masked,last4`.'),
    records: z.array(z.string()).describe('The records concerned (`rec_…`).'),
    damaged: z
      .boolean()
      .optional()
      .describe('The entry’s row was altered or damaged: its records cannot be read, and are left out.'),
    subject: z.string().optional().describe('The subject concerned (`sub_…`).'),
    looks: z
      .array(LookSchema)
      .optional()
      .describe('What was shown or compared, or refused by the rules; absent where no value was asked for.'),
    erasure: z.string().optional().describe('The erasure ordered (`ers_…`).'),
    target: z
      .string()
      .optional()
      .describe(
        'What an administrative call was about: a principal, tenant, data type, job, root slot, node, store or set of ' +
          'shares; `begun` or `completed` for the replacement of the root key. For a job, a copy or a check of slots, ' +
          'words or places may follow.',
      ),
    guesses: z
      .int()
      .min(1)
      .optional()
      .describe(
        'How many guesses at stored values counted, being wrong; with `too_many_guesses`, how many were not made.',
      )
      .meta({ examples: [1] }),
    reasonStated: z.boolean().describe('Whether a reason was stated. Its text is never stored.'),
    ticketNamed: z.boolean().optional().describe('Present where a ticket was named. It is never stored.'),
    request: z.string().describe('Id of the request (`req_…`), as in the `X-Request-Id` header of the reply.'),
  })
  .meta({
    id: 'AuditEntry',
    description: 'One decided call: who asked for what, why, and what came of it. Ids and closed words only.',
  });

export const AuditQuery = z.strictObject(pageQuery(AuditIdSchema));
export const AuditReply = z.strictObject({
  entries: z.array(AuditEntrySchema).describe('The newest first.'),
  ...pageEnd(AuditIdSchema),
});

export const ExposureQuery = z.strictObject({
  principal: PrincipalIdSchema,
  since: TimeSchema.optional().describe('From when on; absent: since the log begins.'),
  ...pageQuery(AuditIdSchema),
});
export const ExposureReply = z.strictObject({
  principal: PrincipalIdSchema,
  logBegins: z.iso.datetime().describe('When the tenant’s log begins, UTC. Of the time before, nothing is known.'),
  entries: z.int().min(0).describe('How many entries of the log this page has read.'),
  unclear: z
    .array(AuditIdSchema)
    .describe('Entries of values shown that do not say which: their rows were altered. Their `records` may tell.'),
  seen: z
    .array(
      z
        .strictObject({
          action: z
            .string()
            .describe('`detokenize` or `search`: it was shown. `match`: it was told whether a value was theirs.'),
          type: z.string().describe('The data type.'),
          view: z.string().describe('The view shown.'),
          subject: z.string().optional().describe('Whose (`sub_…`); absent: of nobody whom the vault knows.'),
          calls: z.int().min(1).describe('In how many calls of this page.'),
          first: z.iso.datetime().describe('In the first of them, UTC.'),
          last: z.iso.datetime().describe('In the last of them, UTC.'),
        })
        .meta({ id: 'Exposure', description: 'Values of one data type of one subject that a principal was shown.' }),
    )
    .describe('In the order first seen. Another page may have more of the same.'),
  ...pageEnd(AuditIdSchema),
});

const ReviewedSchema = PrincipalSchema.omit({ expiresAt: true, revokedAt: true })
  .extend({
    endless: z.boolean().describe('Whether an API key of it that works has no end.'),
    undeclared: z.array(z.string()).describe('Its purposes of which nobody has said what they rest on.'),
    lastCall: z.iso.datetime().optional().describe('When it last called, UTC; absent: never.'),
    usedSince: z.iso
      .datetime()
      .describe('What is not used since then, UTC, has no `lastUsed`: the log was looked at back to here.'),
    rights: z
      .array(
        z
          .strictObject({
            action: z.string().describe('What it may do; the word of the audit log.'),
            type: z.string().optional().describe('With values of this data type; absent for what shows none.'),
            purpose: z.string().optional().describe('For this purpose.'),
            views: z.array(z.string()).describe('The views that it may see, the widest first.'),
            sometimes: z.boolean().describe('Whether that depends on the reason, ticket, network or hour of the call.'),
            rules: z.array(z.int().min(1)).describe('By which rules of its role: their places, from 1.'),
            lastUsed: z.iso.datetime().optional().describe('When it last did so, UTC; absent: not since `usedSince`.'),
          })
          .meta({ id: 'AccessRight', description: 'Something that a principal may do.' }),
      )
      .describe('In the order of actions; empty for one whose row, or role, was altered.'),
  })
  .meta({ id: 'AccessReviewed', description: 'A principal in force, what it may do, and what of that it does.' });

export const AccessReviewQuery = z.strictObject(pageQuery(PrincipalIdSchema));
export const AccessReviewReply = z.strictObject({
  principals: z.array(ReviewedSchema).describe('Those in force, in the order they were added.'),
  ...pageEnd(PrincipalIdSchema),
});
