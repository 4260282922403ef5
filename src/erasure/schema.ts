/** Erasures and their receipts, as the API speaks of them. */
import { z } from 'zod';
import {
  ErasureIdSchema,
  MAX_BATCH,
  ReasonSchema,
  RecordIdSchema,
  RefSchema,
  SubjectIdSchema,
  TenantIdSchema,
  TokenSchema,
} from '../schema.ts';

const ConfirmSchema = z
  .string()
  .min(1)
  .max(100)
  .describe('The name of the tenant once more, to guard against slips.')
  .meta({ examples: ['shop-eu'] });

export const EraseBody = z
  .strictObject({
    subject: SubjectIdSchema.optional().describe('Erase everything about this subject.'),
    ref: RefSchema.optional().describe('Erase everything about the subject of this ref.'),
    records: z.array(RecordIdSchema).min(1).max(MAX_BATCH).optional().describe('Erase these records.'),
    tokens: z.array(TokenSchema).min(1).max(MAX_BATCH).optional().describe('Erase the records of these tokens.'),
    tenant: TenantIdSchema.optional().describe('Erase this tenant, with everything that is in it.'),
    confirm: ConfirmSchema.optional(),
    reason: ReasonSchema.optional(),
  })
  .refine(
    ({ reason: _, confirm: __, ...named }) => Object.values(named).filter((name) => name !== undefined).length === 1,
    { error: 'must have exactly one of subject, ref, records, tokens and tenant' },
  )
  .refine(({ tenant, confirm }) => (tenant === undefined) === (confirm === undefined), {
    error: 'must go with tenant, and only with it',
    path: ['confirm'],
  })
  .describe('What to erase: exactly one of `subject`, `ref`, `records`, `tokens` and, with `confirm`, `tenant`.');
type Erase = z.infer<typeof EraseBody>;
/** Of records. */
export type EraseRequest = Omit<Erase, 'tenant' | 'confirm'>;
/** Of a tenant; where its id is absent, of the one that is confirmed. */
export type EraseTenantRequest = Pick<Erase, 'tenant' | 'reason'> & { readonly confirm: string };

export const ReceiptSchema = z
  .strictObject({
    erasure: ErasureIdSchema,
    state: z
      .enum(['ordered', 'completed'])
      .describe('`ordered`: nothing opens it any more, and keys are being destroyed. `completed`: they are destroyed.'),
    records: z.int().min(0).describe('How many records were erased.'),
    tenant: TenantIdSchema.optional().describe(
      'The tenant, where one was erased as a whole; `records` then grows meanwhile.',
    ),
    subject: SubjectIdSchema.optional().describe('The subject, where one was erased as a whole.'),
    orderedAt: z.iso.datetime().describe('Since when nothing opens the values, UTC.'),
    shreddedAt: z.iso.datetime().optional().describe('When the keys were destroyed in the live key store.'),
    completedAt: z.iso.datetime().optional().describe('When ciphertext and index rows were gone, too.'),
  })
  .meta({ id: 'ErasureReceipt', description: 'What an erasure has done so far.' });
export type Receipt = z.infer<typeof ReceiptSchema>;
