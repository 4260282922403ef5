/**
 * Closes epochs on schedule, which makes erasures final without anybody's action. The vault itself orders the job, and
 * the audit log says so.
 *
 * Guarantees: one process orders at most once in each period of its own running time, whatever happens to the clock: a
 * clock that jumps a day ahead closes one more epoch and causes no loop. An epoch that began in the future, under a
 * clock that was wrong, is due at once and not only when that time has come.
 */
import { firstTenant } from '../access/first-tenant.ts';
import { THE_VAULT_ITSELF } from '../access/principal.ts';
import { appendOwnEntry } from '../audit/entries.ts';
import { dueAfter } from '../clock.ts';
import { newId } from '../ids.ts';
import { orderJob } from '../jobs/job-store.ts';
import { findEpoch } from '../keyring/epochs/epoch-states.ts';
import { isRace } from '../storage/errors.ts';
import type { Vault } from '../vault/vault.ts';

/** When the current epoch is due to be closed. */
export async function rotationDueAt(vault: Vault, everyMs: number): Promise<Date> {
  await vault.keyring.refresh();
  const epoch = vault.keyring.epochs.current;
  const row = await findEpoch(vault.keyStore.reader, epoch);
  const now = vault.clock();
  return dueAfter(row?.activated_at ?? row?.created_at ?? now.getTime(), everyMs, now);
}

/** @returns a function that orders a rotation if one is due, and says whether it did */
export function scheduledRotation(
  vault: Vault,
  everyMs: number,
  elapsed: () => number = () => performance.now(),
): () => Promise<boolean> {
  let orderedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (elapsed() - orderedAt < everyMs) return false;
    const now = vault.clock();
    if ((await rotationDueAt(vault, everyMs)).getTime() > now.getTime()) return false;
    const ordered = await order(vault, now).catch((error: unknown) => {
      // Another node is ordering at this moment.
      if (isRace(error)) return false;
      throw error;
    });
    orderedAt = elapsed();
    return ordered;
  };
}

async function order(vault: Vault, at: Date): Promise<boolean> {
  const fresh = newId('job', vault.random, at);
  return vault.recordStore.exclusive(async (tx) => {
    const tenant = await firstTenant(tx);
    if (tenant === undefined) return false;
    const params = { epoch: vault.keyring.epochs.current };
    const { job } = await orderJob(tx, { job: fresh, kind: 'rotate_epoch', tenant, params, by: THE_VAULT_ITSELF, at });
    if (job !== fresh) return false;
    await appendOwnEntry(tx, { tenant, at, random: vault.random }, { action: 'rotate_keys', target: job });
    return true;
  });
}
