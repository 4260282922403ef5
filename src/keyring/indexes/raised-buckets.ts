/**
 * Between two changes of an index key's versions, every bucket of the tenant is raised to its generation: from then on
 * the bucket takes no index rows from a writer that knows less (`IndexKeys.admit`).
 *
 * Guarantees: a bucket that others hold is waited for alone, so that nobody waits for two.
 */
import type { TenantId } from '../../ids.ts';
import { change, pages, select } from '../../storage/queries.ts';
import type { KeyStore, KeyTx } from '../../storage/tx.ts';
import { buckets } from '../tables.ts';
import type { IndexKeys } from './index-keys.ts';

/** Buckets raised in one transaction. */
const PAGE = 256;

/**
 * Lets no bucket of the tenant take index rows any more from a writer that knows less than its generation now.
 * @param fence first in each transaction
 */
export async function raiseBuckets(
  store: KeyStore,
  indexes: IndexKeys,
  tenant: TenantId,
  fence: (tx: KeyTx) => Promise<void>,
  progress: (done: number) => Promise<void>,
): Promise<void> {
  const generation = await indexes.generation(store.reader, tenant);
  const columns = ['bucket', 'index_generation'] as const;
  const all = { columns, where: { tenant }, orderBy: ['bucket'], after: { bucket: '' }, limit: PAGE } as const;
  let done = 0;
  for await (const page of pages(store.reader, buckets, all)) {
    const behind = page.filter((row) => row.index_generation < generation).map(({ bucket }) => bucket);
    const raised = new Set(behind.length === 0 ? [] : await raise(store, tenant, generation, behind, fence, true));
    for (const bucket of behind) {
      if (!raised.has(bucket)) await raise(store, tenant, generation, [bucket], fence, false);
    }
    done += page.length;
    await progress(done);
  }
  if (done === 0) await progress(done);
}

/** @returns the buckets that were raised; with `skip`, only those that nobody held */
async function raise(
  store: KeyStore,
  tenant: TenantId,
  generation: number,
  wanted: readonly string[],
  fence: (tx: KeyTx) => Promise<void>,
  skip: boolean,
): Promise<string[]> {
  return store.exclusive(async (tx) => {
    await fence(tx);
    const where = { tenant, bucket: { in: wanted } };
    const lock = skip ? 'skip' : 'wait';
    const rows = await select(tx, buckets, { columns: ['bucket'], where, orderBy: ['bucket'], lock });
    const held = rows.map(({ bucket }) => bucket);
    if (held.length > 0) {
      const behind = { tenant, bucket: { in: held }, index_generation: { '<': generation } };
      await change(tx, buckets, behind, { index_generation: generation });
    }
    return held;
  });
}
