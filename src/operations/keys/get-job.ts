/** A long job as it stands now (`read-job.ts`). */
import { z } from 'zod';
import { JobReply } from '../../jobs/schema.ts';
import { JobIdSchema } from '../../schema.ts';
import { ROTATION } from '../examples.ts';
import { operation } from '../operation.ts';
import { readJob } from './read-job.ts';

export const getJob = operation({
  operationId: 'getJob',
  action: 'read_job',
  method: 'get',
  path: '/v1/jobs/{job}',
  summary: 'How far a long job is.',
  description:
    'Jobs of the caller’s own tenant; those of the whole vault, such as the closing of an epoch, also for the role ' +
    '`security` of any tenant, without numbers over other tenants.',
  params: z.strictObject({ job: JobIdSchema }),
  reply: JobReply,
  problems: ['job_not_found'],
  example: { reply: ROTATION },
  work: readJob,
});
