/** Rotation, and the long jobs that do it. */
import { z } from 'zod';
import { JobReply, OrderedJob, RotateKeysBody } from '../../jobs/schema.ts';
import { lookAgain, readJob } from '../../operations/keys/read-job.ts';
import { rotateKeys } from '../../operations/keys/rotate-keys.ts';
import { JobIdSchema } from '../../schema.ts';
import { route } from '../route.ts';

const params = z.strictObject({ job: JobIdSchema });

export const postRotateKeys = route({
  method: 'post',
  path: '/v1/keys/rotate',
  operationId: 'rotateKeys',
  summary: 'Close the epoch, or replace an index key.',
  description:
    'Orders a long job and answers at once; follow it with `GET /v1/jobs/{job}` or its events. While the same job is ' +
    'unfinished, ordering it again answers with that one. Reads and writes go on all the while.',
  action: 'rotate_keys',
  body: RotateKeysBody,
  reply: OrderedJob,
  status: 202,
  idempotent: true,
  problems: ['unknown_index', 'index_not_rotatable', 'too_many_jobs', 'concurrent_change'],
  handle: (vault, caller, { body }) => rotateKeys(vault, caller, body),
});

export const getJob = route({
  method: 'get',
  path: '/v1/jobs/{job}',
  operationId: 'getJob',
  summary: 'How far a long job is.',
  description:
    'Jobs of the caller’s own tenant; those of the whole vault, such as the closing of an epoch, also for the role ' +
    '`security` of any tenant.',
  action: 'read_job',
  params,
  reply: JobReply,
  problems: ['job_not_found'],
  handle: (vault, caller, { params: { job } }) => readJob(vault, caller, job),
});

export const getJobEvents = route({
  method: 'get',
  path: '/v1/jobs/{job}/events',
  operationId: 'jobEvents',
  summary: 'How a long job goes, as it goes.',
  description:
    'Server-sent events (WHATWG HTML 9.2): `progress` whenever the job has moved, each with the whole job as data, and ' +
    '`done` with the same when it is completed or has failed, which ends the stream. A comment every 15 seconds shows ' +
    'that the stream lives. It also ends when the API key is revoked or the server stops; ask again then. Works on ' +
    'every node, whichever does the job.',
  action: 'read_job',
  params,
  reply: JobReply,
  problems: ['job_not_found'],
  handle: (vault, caller, { params: { job } }) => readJob(vault, caller, job),
  events: {
    look: (vault, { params: { job } }) => lookAgain(vault, job),
    isLast: (reply) => ['completed', 'failed'].includes((reply as z.infer<typeof JobReply>).state),
  },
});
