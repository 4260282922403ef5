/** Erasures and their receipts, as the API speaks of them. */
import { z } from 'zod';
import {
  BucketIdSchema,
  ErasureIdSchema,
  JobIdSchema,
  MAX_BATCH,
  ReasonSchema,
  RecordIdSchema,
  RefSchema,
  SubjectIdSchema,
  TokenSchema,
  TypeNameSchema,
} from '../schema.ts';

export const EraseBody = z
  .strictObject({
    subject: SubjectIdSchema.optional().describe('Erase everything about this subject.'),
    ref: RefSchema.optional().describe('Erase everything about the subject of this ref.'),
    records: z.array(RecordIdSchema).min(1).max(MAX_BATCH).optional().describe('Erase these records.'),
    tokens: z.array(TokenSchema).min(1).max(MAX_BATCH).optional().describe('Erase the records of these tokens.'),
    reason: ReasonSchema.optional(),
  })
  .refine(({ reason: _, ...named }) => Object.values(named).filter((name) => name !== undefined).length === 1, {
    error: 'must have exactly one of subject, ref, records and tokens',
  })
  .describe('What to erase: exactly one of `subject`, `ref`, `records` and `tokens`.');
export type EraseRequest = z.infer<typeof EraseBody>;

export const ReceiptSchema = z
  .strictObject({
    erasure: ErasureIdSchema,
    state: z
      .enum(['ordered', 'completed'])
      .describe('`ordered`: nothing opens it any more, and keys are being destroyed. `completed`: they are destroyed.'),
    records: z.int().min(0).describe('How many records were erased.'),
    subject: SubjectIdSchema.optional().describe('The subject, where one was erased as a whole.'),
    orderedAt: z.iso.datetime().describe('Since when nothing opens the values, UTC.'),
    shreddedAt: z.iso.datetime().optional().describe('When the keys were destroyed in the live key store.'),
    completedAt: z.iso.datetime().optional().describe('When ciphertext and index rows were gone, too.'),
  })
  .meta({ id: 'ErasureReceipt', description: 'What an erasure has done so far.' });
export type Receipt = z.infer<typeof ReceiptSchema>;

export const CompromiseBody = z
  .strictObject({
    epoch: z
      .int()
      .min(1)
      .optional()
      .describe('An epoch whose secret is in strange hands, with a copy of the key store of its time.')
      .meta({ examples: [11] }),
    from: BucketIdSchema.optional().describe('The first of a range of buckets whose keys are in strange hands.'),
    to: BucketIdSchema.optional().describe('The last of that range.'),
  })
  .refine(({ epoch, from, to }) => (epoch === undefined ? from !== undefined && to !== undefined : !from && !to), {
    error: 'must have either epoch, or both from and to',
  })
  .describe('What is compromised: an epoch, in every tenant, or a range of the caller’s own buckets.');

export const ExposedQuery = z.strictObject({
  job: JobIdSchema.optional().describe('What this job sealed anew; absent: what any did.'),
  after: z
    .string()
    .regex(/^bkt_[0-9a-z]{26}\/rec_[0-9a-z]{26}$/)
    .optional()
    .describe('The `next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(MAX_BATCH).default(100).describe('How many records a page holds at most.'),
});
export const ExposedReply = z.strictObject({
  exposed: z
    .array(
      z
        .strictObject({
          record: RecordIdSchema,
          subject: SubjectIdSchema.optional(),
          type: TypeNameSchema,
          tokens: z.array(TokenSchema).describe('The tokens that stand for it.'),
        })
        .meta({ id: 'Exposed', description: 'A value whose key was compromised, and that was sealed anew since.' }),
    )
    .describe('In the order in which they were sealed anew.'),
  next: z.string().optional().describe('Where the next page begins; absent on the last one.'),
});
