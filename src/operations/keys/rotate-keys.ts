/**
 * Orders a rotation: of the whole vault's epoch, or of one index key of the caller's tenant. The work is a long job;
 * the same, ordered again while it is unfinished, is that job.
 */
import { orderJob } from '../../calls/order-job.ts';
import { OrderedJob, RotateKeysBody } from '../../jobs/schema.ts';
import { assertRotatable } from '../../keyring/indexes/index-versions.ts';
import { ensurePartIndex } from '../../search/fill-part.ts';
import { ROTATION } from '../examples.ts';
import { operation } from '../operation.ts';

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
  work: (vault, caller, body) =>
    orderJob(vault, caller, { action: 'rotate_keys' }, body, async () => {
      const { index } = body;
      if (index !== undefined) {
        await ensurePartIndex(vault, caller.tenant, index);
        await assertRotatable(vault.keyStore.reader, caller.tenant, index);
        return { kind: 'rotate_index', params: { name: index } };
      }
      await vault.keyring.refresh();
      // Named in the order: a job that is gone on with after a crash closes this epoch, and not the one after it.
      return { kind: 'rotate_epoch', params: { epoch: vault.keyring.epochs.current } };
    }),
});
