/** The shape in which an audit entry leaves the vault. */
import { z } from 'zod';
import { ACTIONS } from '../access/actions.ts';
import { AuditIdSchema, pageEnd, pageQuery } from '../schema.ts';
import { OUTCOMES } from './entries.ts';

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
