/** The latest jobs that the caller may see, the newest first. */
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { listJobs as listRows, viewOf } from '../../jobs/job-store.ts';
import type { JobView } from '../../jobs/schema.ts';
import type { Vault } from '../../vault/vault.ts';
import { commandOperation } from '../operation.ts';
import { keepsKeys } from './read-job.ts';

const LISTED = 50;

export const listJobs = commandOperation({
  operationId: 'listJobs',
  action: 'read_job',
  work: (vault: Vault, caller: Caller): Promise<JobView[]> =>
    perform(vault, caller, { action: 'read_job' }, (door) =>
      door.commit('shared', async (tx) => {
        // The query itself keeps to what the caller may see: filtered afterwards, others' jobs would displace the
        // caller's own.
        const page = { wholeVault: keepsKeys(caller), before: undefined, limit: LISTED };
        return { reply: (await listRows(tx, caller.tenant, page)).map(viewOf), entry: {} };
      }),
    ),
});
