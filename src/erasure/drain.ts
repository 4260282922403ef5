/**
 * Empties the tables of one tenant, page by page. Each page is a transaction of its own and finds its rows by the
 * primary key. So the whole costs what the tenant holds, and a crash between two pages loses nothing.
 */

import { approvalPolicies } from '../access/approvals/policy.ts';
import { approvals } from '../access/approvals/rows.ts';
import { apiKeys } from '../access/key-rows.ts';
import { purposes, purposeVersions } from '../access/purposes/rows.ts';
import { keyRevocations, revocations } from '../access/revocations.ts';
import { roles } from '../access/roles/rows.ts';
import { customTypes, typeSettings } from '../catalogue/store.ts';
import { guessBudgets, verifyAttempts } from '../guesses/store.ts';
import { hooks } from '../hooks/hook-rows.ts';
import type { TenantId } from '../ids.ts';
import { buckets, indexGenerations, indexKeys, recordKeys, windowReveals, windows } from '../keyring/tables.ts';
import { records } from '../records/store.ts';
import { blindIndexes } from '../search/index-rows.ts';
import { valueClaims } from '../search/value-claims.ts';
import { select } from '../storage/queries.ts';
import { packedColumns, packingsOf, type StoreName, type Table, unpackRows } from '../storage/table.ts';
import type { Tx } from '../storage/tx.ts';
import { subjectRefs } from '../subjects/refs.ts';
import { subjects } from '../subjects/subjects.ts';
import { deadTokens } from '../tokens/dead-tokens.ts';
import { reuses } from '../tokens/reuse.ts';
import { tokens } from '../tokens/tokens.ts';
import { correctionKeys } from './corrections.ts';

const PAGE = 1_000;

/** What is kept of repeated calls, as far as it is needed to remove it. */
const IDEMPOTENCY_COLUMNS = { tenant: 'id:tenant', principal: 'id:principal', key_mac: 'bytes' } as const;
const IDEMPOTENCY_KEYS: Table<'records'> = {
  store: 'records',
  name: 'idempotency_keys',
  columns: IDEMPOTENCY_COLUMNS,
  primaryKey: ['tenant', 'principal', 'key_mac'],
  packings: packingsOf(IDEMPOTENCY_COLUMNS),
};

/**
 * Every table of the key store that holds something of a tenant, except its buckets, which go first, and its
 * tombstones, which stay. Keys come before what was made under them.
 */
export const TABLES_OF_KEYS: readonly Table<'keys'>[] = [
  ...[recordKeys, indexKeys, indexGenerations, windows],
  ...[windowReveals, blindIndexes, valueClaims, reuses, subjectRefs, correctionKeys, keyRevocations],
];

/**
 * The same for the record store. The rows of erasures, tombstones, certificates, jobs and the audit log stay; so do
 * those of what hooks were to be told, for 30 days.
 */
export const TABLES_OF_RECORDS: readonly Table<'records'>[] = [
  ...[records, tokens, deadTokens, subjects, guessBudgets, verifyAttempts],
  ...[IDEMPOTENCY_KEYS, customTypes, typeSettings, revocations, roles, apiKeys],
  ...[purposes, purposeVersions, hooks, approvals, approvalPolicies],
];

/** What a page has removed. */
export interface Drained {
  readonly rows: number;
  /** The highest epoch under which one of them was wrapped; undefined where none was. */
  readonly epoch: number | undefined;
  /** How many records had these keys. */
  readonly records: number;
  readonly more: boolean;
}

/** Removes a page of the tenant's rows of a table. Must be called in an exclusive transaction. */
export async function drain<S extends StoreName>(tx: Tx<S>, of: Table<S>, tenant: TenantId): Promise<Drained> {
  const wrapped = 'epoch' in of.columns;
  const rows = await tx.query<Record<string, unknown>>((sql) => {
    const page = sql(of.name)
      .select([...of.primaryKey, ...(wrapped ? ['epoch'] : [])])
      .where(packedColumns(of, { tenant }))
      // In the order of the index, so that the next page is found where this one ended.
      .orderBy(of.primaryKey[0] === 'tenant' ? [...of.primaryKey] : ['tenant', 'principal'])
      .limit(PAGE);
    // Locked. Otherwise a close could move them between this look and their end, under an epoch that nobody notes.
    return wrapped ? page.forUpdate() : page;
  });
  unpackRows(of, rows);
  await tx.remove(
    of,
    of.primaryKey as never,
    rows.map((row) => of.primaryKey.map((name) => row[name])),
  );
  return {
    rows: rows.length,
    epoch: wrapped ? highest(rows) : undefined,
    records: of.name === recordKeys.name ? new Set(rows.map((row) => row.record)).size : 0,
    more: rows.length === PAGE,
  };
}

/** A bucket holds some hundreds of record keys. */
const BUCKETS_A_PAGE = 8;

/**
 * Removes some of the tenant's buckets with the record keys they wrap. The bucket's row is locked first, and goes
 * first. So this waits for a process that is adding a key to the bucket or moving it, and later processes find no
 * bucket.
 */
export async function drainBuckets(tx: Tx<'keys'>, tenant: TenantId): Promise<Drained> {
  const next = { where: { tenant }, orderBy: ['bucket'], limit: BUCKETS_A_PAGE, lock: 'wait' } as const;
  const rows = await select(tx, buckets, { columns: ['bucket', 'epoch'], ...next });
  const keys = rows.map(({ bucket }) => [tenant, bucket]);
  await tx.remove(buckets, ['tenant', 'bucket'], keys);
  let records = 0;
  for (const { bucket } of rows) {
    const held = await select(tx, recordKeys, { columns: ['record'], where: { tenant, bucket } });
    records += new Set(held.map(({ record }) => record)).size;
  }
  await tx.remove(recordKeys, ['tenant', 'bucket'], keys);
  return { rows: rows.length, epoch: highest(rows), records, more: rows.length === BUCKETS_A_PAGE };
}

function highest(rows: readonly { readonly epoch?: unknown }[]): number | undefined {
  return rows.length === 0 ? undefined : Math.max(...rows.map(({ epoch }) => Number(epoch)));
}
