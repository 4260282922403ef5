/** The latest jobs that the caller may see, the newest first. */
import { nextOf } from '../../calls/page.ts';
import { perform } from '../../calls/perform.ts';
import { listJobs as listRows } from '../../jobs/job-store.ts';
import { damageIn, viewOf } from '../../jobs/job-view.ts';
import { JobsQuery, JobsReply } from '../../jobs/schema.ts';
import { ROTATION } from '../examples.ts';
import { operation } from '../operation.ts';
import { audienceOf, keepsKeys } from './read-job.ts';

export const listJobs = operation({
  operationId: 'listJobs',
  action: 'read_job',
  method: 'get',
  path: '/v1/jobs',
  summary: 'The latest long jobs, the newest first.',
  description:
    'Those of the caller’s own tenant; those of the whole vault, such as the closing of an epoch, also for the role ' +
    '`security` of any tenant, without numbers over other tenants.',
  query: JobsQuery,
  reply: JobsReply,
  problems: [],
  example: { reply: { jobs: [ROTATION] } },
  work: (vault, caller, { after, limit }) =>
    perform(vault, caller, { action: 'read_job' }, (door) =>
      door.commit('shared', async (tx) => {
        // The query itself keeps to what the caller may see: filtered afterwards, others' jobs would displace the
        // caller's own.
        const page = { wholeVault: keepsKeys(caller), before: after, limit: limit + 1 };
        const rows = await listRows(tx, caller.tenant, page);
        const audience = await audienceOf(tx, caller);
        const jobs = rows.slice(0, limit).map((row) => viewOf(row, audience));
        return { reply: { jobs, ...nextOf(jobs, rows.length > limit, 'job') }, entry: { damaged: damageIn(jobs) } };
      }),
    ),
});
