/**
 * The rows of record keys and of their buckets, for callers that destroy, count or walk through them, or compare them
 * with other rows. Nothing is unwrapped here.
 */
import type { RecordId, TenantId } from '../../ids.ts';
import { change, count, first, pages, select } from '../../storage/queries.ts';
import type { KeyTx, Reader } from '../../storage/tx.ts';
import {
  type BucketRow,
  bucketById,
  bucketByIdShared,
  buckets,
  indexKeys,
  type RecordKeyRow,
  recordKeyByGeneration,
  recordKeyHeld,
  recordKeys,
  recordKeysOf,
} from '../tables.ts';

/** One generation of a record. */
export interface Generation {
  readonly record: string;
  readonly generation: number;
}
type Place = Generation & { readonly tenant: string };
const placeOf = ({ tenant, record, generation }: Place) => [tenant, record, generation];

/** @returns a row, or undefined, for each id in turn */
export async function findBuckets(
  reader: Reader<'keys'>,
  tenant: TenantId,
  ids: readonly string[],
): Promise<(BucketRow | undefined)[]> {
  const found = await reader.find(
    bucketById,
    ids.map((bucket) => [tenant, bucket]),
  );
  return found.map(([row]) => row);
}

/** Holds a bucket until the transaction ends; a process that wants to lock it waits. */
export async function holdBucket(tx: KeyTx, tenant: TenantId, bucket: string): Promise<void> {
  await tx.find(bucketByIdShared, [[tenant, bucket]]);
}

/** The keys of every generation of each of these records. */
export async function keysOf(
  reader: Reader<'keys'>,
  tenant: TenantId,
  records: readonly string[],
): Promise<RecordKeyRow[][]> {
  return reader.find(
    recordKeysOf,
    records.map((record) => [tenant, record]),
  );
}

/** @returns the key of each of these generations, or undefined */
export async function keysAt(reader: Reader<'keys'>, places: readonly Place[]): Promise<(RecordKeyRow | undefined)[]> {
  return (await reader.find(recordKeyByGeneration, places.map(placeOf))).map(([row]) => row);
}

/** Whether the key of each of these generations is there, held until the transaction ends. */
export async function areHeld(tx: KeyTx, places: readonly Place[]): Promise<boolean[]> {
  return (await tx.find(recordKeyHeld, places.map(placeOf))).map((rows) => rows.length > 0);
}

export async function removeKeysAt(tx: KeyTx, tenant: TenantId, places: readonly Generation[]): Promise<void> {
  await tx.remove(
    recordKeys,
    ['tenant', 'record', 'generation'],
    places.map((place) => placeOf({ tenant, ...place })),
  );
}

export async function removeKeysOf(tx: KeyTx, tenant: TenantId, records: readonly string[]): Promise<void> {
  await tx.remove(
    recordKeys,
    ['tenant', 'record'],
    records.map((record) => [tenant, record]),
  );
}

/** @returns those of these records that have a key */
export async function recordsWithKeys(
  reader: Reader<'keys'>,
  tenant: TenantId,
  records: readonly string[],
): Promise<Set<string>> {
  const where = { tenant, record: { in: records } };
  const rows = await select(reader, recordKeys, { columns: ['record'], where });
  return new Set(rows.map(({ record }) => record));
}

/** Records with a first key, in the order they were made, between these two (exclusive). */
export async function firstKeysBetween(
  reader: Reader<'keys'>,
  tenant: TenantId,
  { after, before, limit }: { readonly after: string; readonly before: string; readonly limit: number },
): Promise<RecordId[]> {
  const where = { tenant, generation: 1, record: { '>': after, '<': before } };
  const rows = await select(reader, recordKeys, { columns: ['record'], where, orderBy: ['record'], limit });
  return rows.map(({ record }) => record as RecordId);
}

/** The keys in a bucket whose record comes after this one. */
export async function keysInBucket(
  reader: Reader<'keys'>,
  tenant: TenantId,
  bucket: string,
  page: { readonly after: string; readonly limit: number },
): Promise<Generation[]> {
  const where = { tenant, bucket, record: { '>': page.after } };
  const columns = ['record', 'generation'] as const;
  return select(reader, recordKeys, { columns, where, orderBy: ['record'], limit: page.limit });
}

/** All keys in a bucket. */
export function pagesOfBucket(
  reader: Reader<'keys'>,
  tenant: TenantId,
  bucket: string,
  limit: number,
): AsyncGenerator<RecordKeyRow[]> {
  return pages(reader, recordKeys, { where: { tenant, bucket }, orderBy: ['record', 'generation'], limit });
}

/**
 * Locks buckets, in their order, and marks for a new key those that are not marked yet.
 * @param lock `skip`: only those that nobody holds
 * @returns for each bucket that is there the epoch under which it is wrapped now
 */
export async function markDirty(
  tx: KeyTx,
  tenant: TenantId,
  ids: readonly string[],
  now: Date,
  lock: 'wait' | 'skip' = 'wait',
): Promise<[bucket: string, epoch: number][]> {
  if (ids.length === 0) return [];
  const where = { tenant, bucket: { in: ids } };
  const columns = ['bucket', 'epoch', 'dirty_at'] as const;
  const locked = await select(tx, buckets, { columns, where, orderBy: ['bucket'], lock });
  if (locked.some((row) => row.dirty_at === null)) {
    const held = { tenant, bucket: { in: locked.map(({ bucket }) => bucket) } };
    await change(tx, buckets, { ...held, dirty_at: null }, { dirty_at: now.getTime() });
  }
  return locked.map(({ bucket, epoch }) => [bucket, epoch]);
}

/** How many buckets of the tenant wait for a new key, counted up to `limit`. */
export async function countDirty(reader: Reader<'keys'>, tenant: TenantId, limit: number): Promise<number> {
  return count(reader, buckets, { where: { tenant, dirty_at: { not: null } }, limit });
}

/** Whether the tenant has any bucket, record key or index key. */
export async function hasKeys(reader: Reader<'keys'>, tenant: string): Promise<boolean> {
  for (const one of [buckets, recordKeys, indexKeys]) {
    if ((await first(reader, one, { columns: ['tenant'], where: { tenant } })) !== undefined) return true;
  }
  return false;
}
