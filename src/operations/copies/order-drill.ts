/**
 * Orders a drill of the newest copies in the folders that the operator has set: a long job (`background/copy-jobs.ts`).
 * If it is ordered again while it is unfinished, the answer is the same job.
 */
import { copyDirsOf } from '../../background/copy-jobs.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { type JobId, newId } from '../../ids.ts';
import { throughRaces } from '../../intake/races.ts';
import { orderJob } from '../../jobs/job-store.ts';
import { OrderDrillBody, OrderedJob } from '../../jobs/schema.ts';
import { ROTATION } from '../examples.ts';
import { operation } from '../operation.ts';

type Reply = { job: JobId };

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
  work: async (vault, caller, body) => {
    const idempotent = { body, remember: (reply: Reply) => reply, replay: (kept: Reply) => kept };
    const reply = await perform<Reply>(
      vault,
      caller,
      { action: 'drill', firstTenantOnly: true, idempotent },
      async (door) => {
        if (vault.recordStore.engine === 'postgres' || vault.keyStore.engine === 'postgres') {
          throw new VaultError('drill_needs_command');
        }
        copyDirsOf(vault, ['records', 'keys']);
        return throughRaces(() =>
          door.commit('exclusive', async (tx) => {
            const { job } = await orderJob(tx, {
              job: newId('job', vault.random, door.now),
              kind: 'drill',
              tenant: caller.tenant,
              params: {},
              by: caller.principal,
              at: door.now,
            });
            return { reply: { job: job as JobId }, entry: { target: job } };
          }),
        );
      },
    );
    vault.signals.emit('jobOrdered');
    return reply;
  },
});
