/** Long jobs, as the API speaks of them. */
import { z } from 'zod';
import { BucketIdSchema, JobIdSchema, pageEnd, pageQuery, RefSchema, SubjectIdSchema } from '../schema.ts';
import { JOB_KINDS } from './long-job.ts';

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
    subject: SubjectIdSchema.optional().describe('A subject whose records’ keys are in strange hands.'),
    ref: RefSchema.optional().describe('The subject of this ref, whose records’ keys are in strange hands.'),
  })
  .refine(
    ({ from, to, ...others }) => {
      const named = Object.values(others).filter((name) => name !== undefined).length;
      return (from === undefined) === (to === undefined) && named + (from === undefined ? 0 : 1) === 1;
    },
    { error: 'must have exactly one of epoch, both from and to, subject, and ref' },
  )
  .describe(
    'What is compromised: an epoch, in every tenant; a range of the caller’s own buckets; or the keys of one subject’s ' +
      'records, named by `subject` or `ref`.',
  );

export const OrderBackupBody = z
  .strictObject({
    stores: z
      .array(z.enum(['records', 'keys']))
      .min(1)
      .max(2)
      .default(['records', 'keys'])
      .describe('Which stores are copied: `records`, `keys`, or both.'),
    prune: z.boolean().default(false).describe('Then delete the copies of the key store that no key opens any more.'),
  })
  .describe('What is copied. The folders are the server’s settings: nobody names one over the API.');

export const OrderDrillBody = z
  .strictObject({})
  .describe('Nothing: the newest copies in the folders of the server’s settings are tried.');

export const OrderedJob = z.strictObject({ job: JobIdSchema });

export const JobReply = z
  .strictObject({
    job: JobIdSchema,
    kind: z
      .enum(JOB_KINDS)
      .describe(
        '`rotate_epoch`: an epoch is closed. `rotate_index`: an index key is replaced. `compromise`: what a ' +
          'compromised key protected is sealed anew. `erase_tenant`: a whole tenant is erased. `backup`: the stores are ' +
          'copied. `drill`: the newest copies are tried.',
      ),
    state: z
      .enum(JOB_STATES)
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
    detail: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
      .describe(
        'The outcome: ids, numbers and closed words, by the kind of job; empty until it is completed, or a copy or a ' +
          'drill has failed. Numbers over all tenants are told to the first tenant alone.',
      )
      .meta({ examples: [{ epoch: 3, buckets: 3907 }] }),
    damaged: z
      .literal(true)
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
