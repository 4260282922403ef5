/**
 * Orders a drill of the newest copies in the folders that the operator has set: a long job (`background/copy-jobs.ts`).
 * If it is ordered again while it is unfinished, the answer is the same job.
 */
import { copyDirsOf } from '../../background/copy-jobs.ts';
import { orderJob } from '../../calls/order-job.ts';
import { VaultError } from '../../errors.ts';
import { OrderDrillBody, OrderedJob } from '../../jobs/schema.ts';
import { ROTATION } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `backup_not_configured`, `drill_needs_command`: nothing is ordered then */
export const orderDrill = operation({
  operationId: 'orderDrill',
  action: 'drill',
  method: 'post',
  path: '/v1/drills',
  summary: 'Try the newest copies of the stores.',
  description:
    'For the first tenant alone. Orders a long job and answers at once; follow it with `GET /v1/jobs/{job}` or its ' +
    'events. Its `detail` names copies by their folders’ names, and no path. A drill of stores on PostgreSQL needs empty ' +
    'databases, and is run by the command.',
  body: OrderDrillBody,
  reply: OrderedJob,
  status: 202,
  idempotent: true,
  problems: ['backup_not_configured', 'drill_needs_command', 'too_many_jobs', 'concurrent_change'],
  example: { request: {}, reply: { job: ROTATION.job } },
  work: (vault, caller, body) =>
    orderJob(vault, caller, { action: 'drill', firstTenantOnly: true }, body, async () => {
      if (vault.recordStore.engine === 'postgres' || vault.keyStore.engine === 'postgres') {
        throw new VaultError('drill_needs_command');
      }
      copyDirsOf(vault, ['records', 'keys']);
      return { kind: 'drill', params: {} };
    }),
});
