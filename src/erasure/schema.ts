/** Erasures and their receipts, as the API speaks of them. */
import { z } from 'zod';
import {
  ErasureIdSchema,
  MAX_BATCH,
  ReasonSchema,
  RecordIdSchema,
  RefSchema,
  SubjectIdSchema,
  TokenSchema,
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
