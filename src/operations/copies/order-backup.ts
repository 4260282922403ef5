/**
 * Orders a backup into the folders that the operator has set: a long job (`background/copy-jobs.ts`). If it is
 * ordered again while it is unfinished, the answer is the same job.
 */
import { copyDirsOf } from '../../background/copy-jobs.ts';
import { orderJob } from '../../calls/order-job.ts';
import { OrderBackupBody, OrderedJob } from '../../jobs/schema.ts';
import { ROTATION } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `backup_not_configured`: nothing is ordered then */
export const orderBackup = operation({
  operationId: 'orderBackup',
  action: 'backup',
  method: 'post',
  path: '/v1/backups',
  summary: 'Copy the stores into the folders of the server.',
  description:
    'For the first tenant alone. Orders a long job and answers at once; follow it with `GET /v1/jobs/{job}` or its ' +
    'events. Its `detail` names copies by their folders’ names, and no path. It goes into the folders that the operator ' +
    'has set on the server that does it, and into no others.',
  body: OrderBackupBody,
  reply: OrderedJob,
  status: 202,
  idempotent: true,
  problems: ['backup_not_configured', 'too_many_jobs', 'concurrent_change'],
  example: { request: {}, reply: { job: ROTATION.job } },
  work: (vault, caller, body) =>
    orderJob(vault, caller, { action: 'backup', firstTenantOnly: true }, body, async () => {
      const { prune } = body;
      const stores = [...new Set(body.stores)].sort();
      copyDirsOf(vault, prune ? [...stores, 'keys'] : stores);
      // What is copied and deleted, in the words of the command's entry.
      return { kind: 'backup', params: { stores, prune }, words: [...stores, ...(prune ? ['prune'] : [])] };
    }),
});
