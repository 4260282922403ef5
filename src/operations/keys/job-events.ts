/** A long job as it goes on: sends the answer of `get-job.ts` again at each change, until the job has ended. */
import { z } from 'zod';
import { JobReply } from '../../jobs/schema.ts';
import { JobIdSchema } from '../../schema.ts';
import { ROTATION } from '../examples.ts';
import { operation } from '../operation.ts';
import { lookAgain, readJob } from './read-job.ts';

export const jobEvents = operation({
  operationId: 'jobEvents',
  action: 'read_job',
  method: 'get',
  path: '/v1/jobs/{job}/events',
  summary: 'How a long job goes, as it goes.',
  description:
    'Server-sent events (WHATWG HTML 9.2): `progress` whenever the job has moved, each with the whole job as data, and ' +
    '`done` with the same when it is completed or has failed, which ends the stream. A comment every 15 seconds shows ' +
    'that the stream lives. It also ends when the API key is revoked or the server stops; ask again then. Works on ' +
    'every node, whichever does the job.',
  params: z.strictObject({ job: JobIdSchema }),
  reply: JobReply,
  problems: ['job_not_found'],
  example: { reply: ROTATION },
  work: readJob,
  events: {
    look: (vault, caller, { job }) => lookAgain(vault, caller, job),
    isLast: (reply) => ['completed', 'failed'].includes((reply as z.infer<typeof JobReply>).state),
  },
});
