/**
 * Orders a long job in a call, and tells the background work that there is one.
 *
 * Guarantees: the job's row, its audit entry and the kept answer are one commit. If two callers order the same at the
 * same moment, one is second and finds the first one's job.
 */
import { type JobId, newId } from '../ids.ts';
import { throughRaces } from '../intake/races.ts';
import { type JobOrder, orderJob as orderRow } from '../jobs/job-store.ts';
import type { Vault } from '../vault/vault.ts';
import type { Caller } from './caller.ts';
import type { Call, Door, EntryDetails } from './door.ts';
import { perform } from './perform.ts';

/** What is to be done, and what the entry says besides the job. */
export interface Order extends Pick<JobOrder, 'kind' | 'params'> {
  readonly entry?: Pick<EntryDetails, 'subject'>;
  /** Words of the entry's target after the job's id. */
  readonly words?: readonly string[];
}

type Ordered = { job: JobId };

/**
 * @param prepare looks at what is asked before anything is ordered; what it throws, the call throws
 * @returns the job, or the unfinished one that does the same
 * @throws `too_many_jobs`
 */
export async function orderJob(
  vault: Vault,
  caller: Caller,
  call: Pick<Call<Ordered>, 'action' | 'firstTenantOnly'>,
  body: unknown,
  prepare: (door: Door) => Promise<Order>,
): Promise<Ordered> {
  const idempotent = { body, remember: (reply: Ordered) => reply, replay: (kept: Ordered) => kept };
  const reply = await perform<Ordered>(vault, caller, { ...call, idempotent }, async (door) => {
    const { kind, params, entry, words = [] } = await prepare(door);
    return throughRaces(() =>
      door.commit('exclusive', async (tx) => {
        const { job } = await orderRow(tx, {
          job: newId('job', vault.random, door.now),
          ...{ kind, params, tenant: caller.tenant, by: caller.principal, at: door.now },
        });
        return { reply: { job: job as JobId }, entry: { ...entry, target: [job, ...words].join(' ') } };
      }),
    );
  });
  vault.signals.emit('jobOrdered');
  return reply;
}
