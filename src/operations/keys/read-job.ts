/**
 * A long job as it stands now. Jobs are their tenant's own. One of the whole vault, such as the closing of an epoch,
 * names nothing of a tenant's. It is shown to those who keep the keys, of whichever tenant; its numbers, which count
 * over all tenants, to the first tenant alone (`jobs/job-view.ts`).
 */

import { isOfFirstTenant } from '../../access/first-tenant.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import type { JobId } from '../../ids.ts';
import { type JobRow, readJob as readRow, VAULT_WIDE } from '../../jobs/job-store.ts';
import { type Audience, damageIn, viewOf } from '../../jobs/job-view.ts';
import type { JobView } from '../../jobs/schema.ts';
import type { Reader } from '../../storage/tx.ts';
import type { Vault } from '../../vault/vault.ts';

/** @throws `job_not_found` for another tenant's, too */
export function readJob(vault: Vault, caller: Caller, { job }: { readonly job: JobId }): Promise<JobView> {
  return perform(vault, caller, { action: 'read_job' }, (door) =>
    door.commit('shared', async (tx) => {
      const row = await readRow(tx, job);
      if (!maySee(caller, row)) throw new VaultError('job_not_found');
      const reply = viewOf(row, await audienceOf(tx, caller));
      return { reply, entry: { target: job, damaged: damageIn([reply]) } };
    }),
  );
}

/** A job that the caller has been shown, as it stands now; no call of its own, and so without an audit entry. */
export async function lookAgain(vault: Vault, caller: Pick<Caller, 'tenant'>, job: JobId): Promise<JobView> {
  const { reader } = vault.recordStore;
  return viewOf(await readRow(reader, job), await audienceOf(reader, caller));
}

export async function audienceOf(reader: Reader<'records'>, { tenant }: Pick<Caller, 'tenant'>): Promise<Audience> {
  return { isFirstTenant: await isOfFirstTenant(reader, tenant) };
}

function maySee(caller: Caller, row: JobRow): boolean {
  return row.tenant === caller.tenant || (VAULT_WIDE.has(row.kind) && keepsKeys(caller));
}

/** Who is shown the jobs of the whole vault. */
export function keepsKeys({ role }: Caller): boolean {
  return role === 'security';
}
