/**
 * Between two changes of an index key's versions, every bucket of the tenant is raised to its generation: from then on
 * the bucket takes no index rows from a writer that knows less (`IndexKeys.admit`).
 *
 * Guarantees: a bucket that others hold is waited for alone, so that nobody waits for two.
 */
import type { TenantId } from '../../ids.ts';
import type { KeyStore, KeyTx } from '../../storage/tx.ts';
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
  for (let after = '', done = 0; ; ) {
    const page = await store.reader.query<{ bucket: string; index_generation: number }>((sql) =>
      sql('buckets')
        .select('bucket', 'index_generation')
        .where({ tenant })
        .andWhere('bucket', '>', after)
        .orderBy('bucket')
        .limit(PAGE),
    );
    const behind = page.filter((row) => row.index_generation < generation).map(({ bucket }) => bucket);
    const raised = new Set(behind.length === 0 ? [] : await raise(store, tenant, generation, behind, fence, true));
    for (const bucket of behind) {
      if (!raised.has(bucket)) await raise(store, tenant, generation, [bucket], fence, false);
    }
    done += page.length;
    await progress(done);
    if (page.length < PAGE) return;
    after = page.at(-1)?.bucket ?? '';
  }
}

/** @returns those that were raised: with `skip`, those that nobody held */
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
    const rows = await tx.query<{ bucket: string }>((sql) => {
      const held = sql('buckets').select('bucket').where({ tenant }).whereIn('bucket', wanted).orderBy('bucket');
      if (sql.client.config.client !== 'pg') return held;
      return skip ? held.forUpdate().skipLocked() : held.forUpdate();
    });
    const buckets = rows.map(({ bucket }) => bucket);
    if (buckets.length > 0) {
      await tx.execute((sql) =>
        sql('buckets')
          .where({ tenant })
          .whereIn('bucket', buckets)
          .andWhere('index_generation', '<', generation)
          .update({ index_generation: generation }),
      );
    }
    return buckets;
  });
}
