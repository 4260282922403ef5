/**
 * Replaces the keys of blind indexes on schedule, each when its cryptoperiod is over (`keyring/cryptoperiods.ts`). The
 * vault itself orders the rotation, as the security team does by hand, and the tenant's audit log says so.
 *
 * Guarantees: an index has at most one unfinished rotation, whichever nodes find it due and whoever else orders one.
 * What was replaced meanwhile is not ordered again. A key whose time is not over is left alone. Only a few of the
 * vault's orders are unfinished at a time, so that people's own jobs are neither refused nor kept waiting for all of
 * them. One process orders an index at most once in a week of its own running time, whatever happens to the clock and
 * however the rotation ended. So a clock that jumps a year ahead causes no loop: it replaces each key once, and once
 * more when it is right again, since a key that was made in the future is due at once.
 * Does not: order anything for a tenant whose erasure was ordered, nor for the keys of the vault's own MACs (`@…`).
 */
import { z } from 'zod';
import { THE_VAULT_ITSELF } from '../access/principal.ts';
import { livesUntilCommit } from '../access/store.ts';
import { appendOwnEntry } from '../audit/entries.ts';
import { codeOf, VaultError } from '../errors.ts';
import { newId, type TenantId } from '../ids.ts';
import { orderJob, unfinishedJobs } from '../jobs/job-store.ts';
import { type DueVersion, dueVersions, isDue } from '../keyring/indexes/index-versions.ts';
import { isRace } from '../storage/errors.ts';
import { storedJson } from '../stored-json.ts';
import type { Vault } from '../vault/vault.ts';

/** Unfinished orders of the vault's own, over all tenants: well below what one tenant may have. */
export const AT_ONCE = 4;
/** Versions looked at in one round. */
const PAGE = 100;
const AGAIN_MS = 7 * 24 * 60 * 60 * 1000;

type Index = Pick<DueVersion, 'tenant' | 'name'>;

/** @returns a function that orders some of the rotations that are due, and says how many it ordered */
export function scheduledIndexRotation(
  vault: Vault,
  elapsed: () => number = () => performance.now(),
): () => Promise<number> {
  /** The indexes for which an unfinished rotation was seen, or one was ordered, and when. */
  const seen = new Map<string, number>();
  let after: DueVersion | undefined;
  return async () => {
    const now = vault.clock();
    const due = await dueVersions(vault.keyStore.reader, now, after, PAGE);
    if (due.length === 0) {
      after = undefined;
      return 0;
    }
    for (const [index, at] of seen) if (elapsed() - at >= AGAIN_MS) seen.delete(index);
    const unfinished = await unfinishedRotations(vault);
    for (const { index } of unfinished) seen.set(index, elapsed());
    let room = AT_ONCE - unfinished.filter(({ isOwn }) => isOwn).length;
    let ordered = 0;
    for (const version of due) {
      if (room <= 0) return ordered;
      // The next round continues after this version, however this round ends.
      after = version;
      const index = nameOf(version);
      if (!seen.has(index) && (await order(vault, version, now))) {
        seen.set(index, elapsed());
        ordered += 1;
        room -= 1;
      }
    }
    return ordered;
  };
}

function nameOf({ tenant, name }: Index): string {
  return `${tenant}/${name}`;
}

const IndexParams = z.object({ name: z.string() });

async function unfinishedRotations({ recordStore }: Vault): Promise<{ index: string; isOwn: boolean }[]> {
  const rotations = (await unfinishedJobs(recordStore.reader)).filter(({ kind }) => kind === 'rotate_index');
  return rotations.flatMap(({ tenant, params, ordered_by }) => {
    // One that cannot be read fails as soon as it is run.
    const { name } = storedJson(IndexParams, params) ?? {};
    return name === undefined ? [] : { index: nameOf({ tenant, name }), isOwn: ordered_by === THE_VAULT_ITSELF };
  });
}

async function order(vault: Vault, { tenant: id, name }: Index, at: Date): Promise<boolean> {
  const tenant = id as TenantId;
  const fresh = newId('job', vault.random, at);
  const ordering = vault.recordStore.exclusive(async (tx) => {
    if (!(await livesUntilCommit(tx, tenant))) return false;
    const by = THE_VAULT_ITSELF;
    const { job } = await orderJob(tx, { job: fresh, kind: 'rotate_index', tenant, params: { name }, by, at });
    if (job !== fresh) return false;
    // From here on nobody else can order the same, and every earlier order has ended: only now is it certain to be due.
    if (!(await isDue(vault.keyStore.reader, tenant, name, at))) {
      throw new VaultError('concurrent_change', 'The key of the index has been replaced meanwhile.');
    }
    await appendOwnEntry(tx, { tenant, at, random: vault.random }, { action: 'rotate_keys', target: job });
    return true;
  });
  return ordering.catch((error: unknown) => {
    // Another node is ordering at this moment, or the tenant's own people have ordered as much as it may have.
    if (codeOf(error) === 'too_many_jobs' || isRace(error)) return false;
    throw error;
  });
}
