/** Erasures as the API speaks of them: orders and receipts; and what a compromise exposed. */
import { z } from 'zod';
import {
  describedAs,
  ErasureIdSchema,
  JobIdSchema,
  MAX_BATCH,
  pageEnd,
  pageQuery,
  ReasonSchema,
  RecordIdSchema,
  RefSchema,
  SubjectIdSchema,
  TenantIdSchema,
  TokenSchema,
  TypeNameSchema,
} from '../schema.ts';

const ConfirmSchema = z
  .string()
  .min(1)
  .max(100)
  .describe('The name of the tenant once more, to guard against slips.')
  .meta({ examples: ['shop-eu'] });

const FlatErase = z
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
  });
const reason = { reason: ReasonSchema.optional() };
const named = (id: string, description: string, shape: z.ZodRawShape) =>
  z.strictObject({ ...shape, ...reason }).meta({ id, description });
const { subject, ref, records, tokens, tenant, confirm } = FlatErase.shape;
export const EraseBody = describedAs(
  FlatErase,
  z
    .union([
      named('EraseSubject', 'Erase everything about a subject.', { subject: subject.unwrap() }),
      named('EraseRef', 'Erase everything about the subject of a ref.', { ref: ref.unwrap() }),
      named('EraseRecords', 'Erase records.', { records: records.unwrap().describe('The records.') }),
      named('EraseTokens', 'Erase the records of tokens.', { tokens: tokens.unwrap().describe('The tokens.') }),
      named('EraseTenant', 'Erase a whole tenant.', { tenant: tenant.unwrap(), confirm: confirm.unwrap() }),
    ])
    .meta({ id: 'EraseBody', description: 'What to erase.' }),
);
type Erase = z.infer<typeof FlatErase>;
/** An order for records. */
export type EraseRequest = Omit<Erase, 'tenant' | 'confirm'>;
/** An order for a tenant; without its id, for the one that is confirmed. */
export type EraseTenantRequest = Pick<Erase, 'tenant' | 'reason'> & { readonly confirm: string };

export const ReceiptSchema = z
  .strictObject({
    erasure: ErasureIdSchema,
    state: z
      .enum(['ordered', 'completed', 'final'])
      .meta({ id: 'ErasureState', description: 'How far an erasure is.' })
      .describe(
        '`ordered`: nothing opens it any more, and keys are being destroyed. `completed`: they are destroyed in the live ' +
          'key store. `final`: the epoch they were wrapped under is destroyed, too, and there is a certificate.',
      ),
    records: z.int().min(0).describe('How many records were erased.'),
    tenant: TenantIdSchema.optional().describe(
      'The tenant, where one was erased as a whole; `records` then grows meanwhile.',
    ),
    subject: SubjectIdSchema.optional().describe('The subject, where one was erased as a whole.'),
    orderedAt: z.iso.datetime().describe('Since when nothing opens the values, UTC.'),
    shreddedAt: z.iso.datetime().optional().describe('When the keys were destroyed in the live key store.'),
    completedAt: z.iso.datetime().optional().describe('When ciphertext and index rows were gone, too.'),
    finalAt: z.iso.datetime().optional().describe('Since when copies of the key store made before are of no use.'),
  })
  .meta({ id: 'ErasureReceipt', description: 'What an erasure has done so far.' });
export type Receipt = z.infer<typeof ReceiptSchema>;

const ExposedPlaceSchema = z.string().regex(/^bkt_[0-9a-z]{26}\/rec_[0-9a-z]{26}$/);
export const ExposedQuery = z.strictObject({
  job: JobIdSchema.optional().describe('What this job sealed anew; absent: what any did.'),
  ...pageQuery(ExposedPlaceSchema),
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
  ...pageEnd(ExposedPlaceSchema),
});
