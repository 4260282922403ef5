/**
 * Orders a rotation: of the whole vault's epoch, or of one index key of the caller's tenant. The work is a long job;
 * the same, ordered again while it is unfinished, is that job.
 */
import { perform } from '../../calls/perform.ts';
import { type JobId, newId } from '../../ids.ts';
import { throughRaces } from '../../intake/races.ts';
import { orderJob } from '../../jobs/job-store.ts';
import { OrderedJob, RotateKeysBody } from '../../jobs/schema.ts';
import { assertRotatable } from '../../keyring/indexes/index-versions.ts';
import { ROTATION } from '../examples.ts';
import { operation } from '../operation.ts';

type Reply = { job: JobId };

/** @throws `unknown_index`, `index_not_rotatable` for an index that there is not, or that stays */
export const rotateKeys = operation({
  operationId: 'rotateKeys',
  action: 'rotate_keys',
  method: 'post',
  path: '/v1/keys/rotate',
  summary: 'Close the epoch, or replace an index key.',
  description:
    'Orders a long job and answers at once; follow it with `GET /v1/jobs/{job}` or its events. While the same job is ' +
    'unfinished, ordering it again answers with that one. Reads and writes go on all the while.',
  body: RotateKeysBody,
  reply: OrderedJob,
  status: 202,
  idempotent: true,
  problems: ['unknown_index', 'index_not_rotatable', 'too_many_jobs', 'concurrent_change'],
  example: { request: {}, reply: { job: ROTATION.job } },
  work: async (vault, caller, body) => {
    const idempotent = { body, remember: (reply: Reply) => reply, replay: (kept: Reply) => kept };
    const reply = await perform<Reply>(vault, caller, { action: 'rotate_keys', idempotent }, async (door) => {
      const { index } = body;
      if (index !== undefined) await assertRotatable(vault.keyStore.reader, caller.tenant, index);
      // Named in the order: a job that is gone on with after a crash closes this epoch, and not the one after it.
      if (index === undefined) await vault.keyring.refresh();
      const params = index === undefined ? { epoch: vault.keyring.epochs.current } : { name: index };
      // Whoever orders the same at the same moment is first or second; the second finds the first's job.
      return throughRaces(() =>
        door.commit('exclusive', async (tx) => {
          const { job } = await orderJob(tx, {
            job: newId('job', vault.random, door.now),
            kind: index === undefined ? 'rotate_epoch' : 'rotate_index',
            tenant: caller.tenant,
            params,
            by: caller.principal,
            at: door.now,
          });
          return { reply: { job: job as JobId }, entry: { target: job } };
        }),
      );
    });
    vault.signals.emit('jobOrdered');
    return reply;
  },
});
