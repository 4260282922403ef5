/** Long jobs, as the API speaks of them. */
import { z } from 'zod';
import {
  BucketIdSchema,
  describedAs,
  ErasureIdSchema,
  JobIdSchema,
  pageEnd,
  pageQuery,
  RefSchema,
  SubjectIdSchema,
  TenantIdSchema,
} from '../schema.ts';

export const JOB_STATES = ['waiting', 'running', 'completed', 'failed'] as const;
export type JobState = (typeof JOB_STATES)[number];

export const RotateKeysBody = z
  .strictObject({
    index: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,31}(\.[a-z][a-z0-9_]{0,31})?$/)
      .optional()
      .describe('Replace the key of this index, a data type or a part of one; absent: close the epoch.')
      .meta({ examples: ['email'] }),
  })
  .describe('What to rotate: an index key, or, where nothing is named, the epoch.');

const FlatCompromise = z
  .strictObject({
    epoch: z
      .int()
      .min(1)
      .optional()
      .describe('An epoch whose secret is in strange hands, with a copy of the key store of its time.')
      .meta({ examples: [11] }),
    from: BucketIdSchema.optional().describe('The first of a range of buckets whose keys are in strange hands.'),
    to: BucketIdSchema.optional().describe('The last of that range.'),
    subject: SubjectIdSchema.optional().describe('A subject whose records’ keys are in strange hands.'),
    ref: RefSchema.optional().describe('The subject of this ref, whose records’ keys are in strange hands.'),
  })
  .refine(
    ({ from, to, ...others }) => {
      const named = Object.values(others).filter((name) => name !== undefined).length;
      return (from === undefined) === (to === undefined) && named + (from === undefined ? 0 : 1) === 1;
    },
    { error: 'must have exactly one of epoch, both from and to, subject, and ref' },
  );
const { epoch, from, to, subject, ref } = FlatCompromise.shape;
export const CompromiseBody = describedAs(
  FlatCompromise,
  z
    .union([
      z
        .strictObject({ epoch: epoch.unwrap().describe('An epoch that has ended.') })
        .meta({ id: 'CompromisedEpoch', description: 'The keys of an epoch, in every tenant.' }),
      z
        .strictObject({ from: from.unwrap(), to: to.unwrap() })
        .meta({ id: 'CompromisedBuckets', description: 'The keys of a range of the caller’s own buckets.' }),
      z
        .strictObject({ subject: subject.unwrap() })
        .meta({ id: 'CompromisedSubject', description: 'The keys of one subject’s records.' }),
      z
        .strictObject({ ref: ref.unwrap() })
        .meta({ id: 'CompromisedRef', description: 'The keys of the records of a ref’s subject.' }),
    ])
    .meta({ id: 'CompromiseKeysBody', description: 'What is compromised.' }),
);

export const OrderBackupBody = z
  .strictObject({
    stores: z
      .array(z.enum(['records', 'keys']).meta({ id: 'StoreName', description: 'One of the two stores.' }))
      .max(2)
      .transform((stores) => (stores.length > 0 ? stores : (['records', 'keys'] as const)))
      .default(['records', 'keys'])
      .describe('Which stores are copied: `records`, `keys`, or both; an empty list is as none: both.'),
    prune: z.boolean().default(false).describe('Then delete the copies of the key store that no key opens any more.'),
  })
  .describe('What is copied. The folders are the server’s settings: nobody names one over the API.');

export const OrderDrillBody = z
  .strictObject({})
  .describe('Nothing: the newest copies in the folders of the server’s settings are tried.');

export const OrderedJob = z
  .strictObject({ job: JobIdSchema })
  .meta({ id: 'OrderedJob', description: 'The long job that does what was ordered.' });

const word = (meaning: string) => z.string().optional().describe(meaning);
const number = (meaning: string) => z.int().min(0).optional().describe(meaning);
const words = (meaning: string) => z.array(z.string()).optional().describe(meaning);
const copyOf = (of: string) => ({
  folder: word(`The folder of the copy of the ${of}, without its path.`),
  bytes: number('Its size.'),
  ms: number('How long it took, in milliseconds.'),
  takenAt: z.iso.datetime().optional().describe('Of a drill: when the copy was taken, UTC.'),
  epoch: number('Of a drill: the epoch in which the copy was taken.'),
});
const [recordsCopy, keysCopy] = [copyOf('record store'), copyOf('key store')];

/** Ids, numbers and closed words. A kind of job has those that say something of it. */
const JobDetail = z
  .object({
    epoch: number('The epoch that was closed.'),
    moved: number('How many keys were wrapped anew.'),
    without: words('Root slots that the new epoch is not in.'),
    waitsFor: words('Root slots that have not destroyed the old secret.'),
    waitsForNodes: words('Nodes that have not said that they have forgotten it.'),
    returned: words('Secrets that had come back and were destroyed again.'),
    certified: number('How many certificates were signed.'),
    name: word('The index whose key was replaced.'),
    from: words('The versions of its key before.'),
    to: number('The version of its key now.'),
    rows: number('How many rows were made again.'),
    removed: z.boolean().optional().describe('Whether the old versions are gone.'),
    waiting: number('How many old rows are still to be removed.'),
    records: number('How many records were sealed anew, or erased.'),
    tokens: number('How many tokens stand for them.'),
    buckets: number('How many buckets got new keys.'),
    complete: z.boolean().optional().describe('Whether nothing is left under an old key.'),
    damaged: number('How many records could not be opened.'),
    underWay: number('How many are being changed by other calls.'),
    closeEpoch: z.boolean().optional().describe('Whether the epoch is to be closed next.'),
    tenant: TenantIdSchema.optional().describe('The tenant that was erased.'),
    erasure: ErasureIdSchema.optional(),
    recordsFolder: recordsCopy.folder,
    recordsBytes: recordsCopy.bytes,
    recordsMs: recordsCopy.ms,
    recordsTakenAt: recordsCopy.takenAt,
    recordsEpoch: recordsCopy.epoch,
    keysFolder: keysCopy.folder,
    keysBytes: keysCopy.bytes,
    keysMs: keysCopy.ms,
    keysTakenAt: keysCopy.takenAt,
    keysEpoch: keysCopy.epoch,
    pruned: words('Copies that no key opens any more, and that were deleted.'),
    swept: words('Copies that were left half done, and were deleted.'),
    at: z.iso.datetime().optional().describe('Of a drill: when it was, UTC.'),
    ok: z.boolean().optional().describe('Whether everything opened that must, and nothing that must not.'),
    steps: words('Of a drill: each step, whether it went well, its milliseconds, and what it found.'),
    nextDueAt: z.iso.datetime().optional().describe('When the next drill is due, UTC.'),
    why: word('Why it failed: a code.'),
  })
  .meta({
    id: 'JobDetail',
    description:
      'The outcome, by the kind of job; empty until it is completed, or a copy or a drill has failed. More may come.',
    examples: [{}],
  });

export const JobReply = z
  .strictObject({
    job: JobIdSchema,
    kind: z
      .string()
      .describe(
        '`rotate_epoch`: an epoch is closed. `rotate_index`: an index key is replaced. `compromise`: what a ' +
          'compromised key protected is sealed anew. `erase_tenant`: a whole tenant is erased. `backup`: the stores are ' +
          'copied. `drill`: the newest copies are tried.',
      ),
    state: z
      .enum(JOB_STATES)
      .meta({ id: 'JobState', description: 'How far a long job is.' })
      .describe(
        '`waiting`: not begun, or interrupted; with a `code`, that is why, and it is tried again. `running`: a process ' +
          'does it, or one that died did and another will go on. `completed`. `failed`: not tried again; see `code`.',
      ),
    step: z
      .string()
      .describe('What is being done, a closed word; empty before the first step.')
      .meta({ examples: ['rewrap'] }),
    done: z
      .int()
      .min(0)
      .describe('How much of the step is done, in units of the step; 0 where `total` is 0 because it is not told.'),
    total: z
      .int()
      .min(0)
      .describe(
        'How much the step has to do; 0 where that is not known. Of a job of the whole vault it counts over all ' +
          'tenants, and is told to the first tenant alone: others are told 0.',
      ),
    ratePerSecond: z
      .number()
      .min(0)
      .optional()
      .describe('Units a second over the last half minute of the step, while the job is running.'),
    secondsLeft: z.int().min(0).optional().describe('What is left of the step at that rate; later steps not counted.'),
    orderedAt: z.iso.datetime().describe('When it was ordered, UTC.'),
    startedAt: z.iso.datetime().optional().describe('When a process first began it.'),
    updatedAt: z.iso.datetime().describe('When it last told how far it is.'),
    finishedAt: z.iso.datetime().optional().describe('When it was completed, or failed.'),
    code: z
      .string()
      .optional()
      .describe('Why it failed or waits, a code as problems have it.')
      .meta({ examples: ['key_unavailable'] }),
    detail: JobDetail,
    damaged: z
      .boolean()
      .optional()
      .describe('Its row was altered or damaged: the detail cannot be read, and is left out. An alarm was raised.'),
  })
  .meta({ id: 'Job', description: 'A long job and how far it is.' });
export type JobView = z.infer<typeof JobReply>;

export const JobsQuery = z.strictObject(pageQuery(JobIdSchema));

export const JobsReply = z.strictObject({
  jobs: z.array(JobReply).describe('The newest first.'),
  ...pageEnd(JobIdSchema),
});
