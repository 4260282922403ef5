/** What the vault's metrics show of its keys and jobs: ages and counts, nothing of a tenant's. */
import { unfinishedJobs } from '../jobs/job-store.ts';
import { nodeRows } from '../keyring/nodes.ts';
import type { Vault } from './vault.ts';

export interface Measures {
  /** Since the current epoch began. */
  readonly epochAgeSeconds: number;
  /** Since an epoch's last slot confirmed its destruction; undefined: none was ever closed. */
  readonly sinceCloseSeconds: number | undefined;
  /** Epochs that ended more than an hour ago and whose secret is not destroyed everywhere, or not forgotten by every node: erasures wait for them. */
  readonly destructionPending: number;
  readonly unfinishedJobs: number;
}

const PENDING_AFTER_MS = 60 * 60 * 1000;

/** @throws {UnavailableError} when a store does not answer */
export async function measure(vault: Vault): Promise<Measures> {
  const now = vault.clock().getTime();
  const { reader } = vault.keyStore;
  // An epoch a day: few, of which all but the last one or two are destroyed.
  const live = await reader.query<{ state: string; began: number; ended: number | null }>((sql) =>
    sql('epochs')
      .select('state', sql.raw('coalesce(activated_at, created_at) AS began'), 'deactivated_at AS ended')
      .whereNot({ state: 'destroyed' }),
  );
  const [closed] = await reader.query<{ closed_at: number }>((sql) =>
    sql('epochs').select('closed_at').whereNotNull('closed_at').orderBy('closed_at', 'desc').limit(1),
  );
  // Destroyed in every slot, and not yet forgotten by every node.
  const forgotten = vault.keyring.nodes.forgottenThrough(await nodeRows(reader));
  const [late] = await reader.query<{ n: number }>((sql) =>
    sql('epochs')
      .count('* as n')
      .where({ state: 'destroyed' })
      .andWhere('epoch', '>', forgotten)
      .andWhere('closed_at', '<', now - PENDING_AFTER_MS),
  );
  const pending = live.filter(({ ended }) => ended !== null && now - ended > PENDING_AFTER_MS).length;
  const began = live.find(({ state }) => state === 'active')?.began ?? now;
  return {
    epochAgeSeconds: seconds(now - Number(began)),
    sinceCloseSeconds: closed && seconds(now - closed.closed_at),
    destructionPending: pending + Number(late?.n ?? 0),
    unfinishedJobs: (await unfinishedJobs(vault.recordStore.reader)).length,
  };
}

function seconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1000));
}
