/**
 * Orders a long job that seals anew what compromised keys protect. From its beginning on, nothing more goes under those
 * keys. If the same order is still unfinished, its job is the answer. An epoch belongs to every tenant, so only the
 * first tenant orders one; buckets and subjects are the caller's own. A subject's ref goes no further than here: the
 * job has its id.
 */
import { assertOfFirstTenant } from '../../access/first-tenant.ts';
import { orderJob } from '../../calls/order-job.ts';
import { assertEnded } from '../../jobs/reseal-compromised.ts';
import { CompromiseBody, OrderedJob } from '../../jobs/schema.ts';
import { namedSubject } from '../../subjects/refs.ts';
import { liveSubject } from '../../subjects/subjects.ts';
import { operation } from '../operation.ts';

/** @throws `epoch_not_found`, `epoch_not_ended`, `subject_not_found`, `subject_erased`; nothing is ordered then */
export const compromiseKeys = operation({
  operationId: 'compromiseKeys',
  action: 'compromise_keys',
  method: 'post',
  path: '/v1/keys/compromise',
  summary: 'Seal anew what compromised keys protect.',
  description:
    'Orders a long job and answers at once. Every record whose key was in a key store copied in that epoch, or in those ' +
    'buckets, or that is about that subject, is sealed under a new key; values, versions and tokens stay. Close the epoch afterwards, so that the old ' +
    'keys die in copies of the key store, too. Copies of the record store from before stay readable to whoever has both ' +
    'one of them and the old keys. An epoch is named by the first tenant alone.',
  body: CompromiseBody,
  reply: OrderedJob,
  status: 202,
  idempotent: true,
  problems: [
    'epoch_not_found',
    'epoch_not_ended',
    'subject_not_found',
    'subject_erased',
    'too_many_jobs',
    'concurrent_change',
  ],
  example: { request: { epoch: 11 }, reply: { job: 'job_01m83s2p40e5v8kq1n3tq6x9yb' } },
  work: (vault, caller, body) =>
    orderJob(vault, caller, { action: 'compromise_keys' }, body, async () => {
      const { epoch, from = '', to = '' } = body;
      if (epoch !== undefined) {
        await assertOfFirstTenant(vault.recordStore.reader, caller.tenant);
        await assertEnded(vault.keyStore.reader, epoch);
      }
      const subject = await namedSubject(vault.keyStore.reader, vault.keyring, caller.tenant, body);
      if (subject === undefined) return { kind: 'compromise', params: epoch === undefined ? { from, to } : { epoch } };
      const field = body.ref === undefined ? 'subject' : 'ref';
      await liveSubject(vault.recordStore.reader, caller.tenant, subject, field);
      return { kind: 'compromise', params: { subject }, entry: { subject } };
    }),
});
