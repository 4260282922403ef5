/**
 * Bucket keys: 32 random bytes that wrap the record keys of about 256 records. A bucket is the unit of forgetting:
 * when an epoch closes, a bucket that lost a record gets a new key (K1), so a bucket is kept small and one subject's
 * records stay together in it.
 *
 * Guarantees: a record key is wrapped under the generation of the bucket key that is current in that transaction,
 * whatever this process remembers; a wrapped bucket key opens only as this bucket, generation and epoch (K7).
 */

import type { Clock } from '../../clock.ts';
import { associatedData } from '../../crypto/associated-data.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { IntegrityError, VaultError } from '../../errors.ts';
import { type BucketId, type JobId, newId, type TenantId } from '../../ids.ts';
import { handOver, secrets } from '../../secret.ts';
import { count } from '../../storage/queries.ts';
import type { KeyStore, KeyTx, Reader } from '../../storage/tx.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';
import { type KeyKindUnderEpoch, KeysUnderEpoch } from '../epochs/keys-under-epoch.ts';
import {
  type BucketRow,
  bucketById,
  bucketByIdShared,
  buckets,
  indexGenerationShared,
  indexGenerations,
  recordKeys,
} from '../tables.ts';
import { assertNotBuried } from '../tenant-tombstones.ts';
import { KeyCache } from './key-cache.ts';

/** Records a bucket takes before new subjects go to the next one. */
export const BUCKET_RECORDS = 256;
/** Records a bucket takes at most from the subjects it has; beyond, they move on to another bucket. */
export const BUCKET_RECORDS_MAX = 2 * BUCKET_RECORDS;
/** 32 bytes each and the map around them: the buckets of about five million records in some 10 MB. */
const CACHE_CAPACITY = 20_000;

/** The bucket is compromised and takes no more keys. Nothing has been changed; the next try goes to another one. */
export class BucketRetiredError extends VaultError {
  constructor() {
    super('concurrent_change', 'The keys of the record are being replaced. Repeat the call.');
  }
}

/** How bucket keys are wrapped under epoch keys. */
export const bucketKeyKind: KeyKindUnderEpoch<BucketRow> = {
  table: buckets,
  ownerOf: ({ tenant }) => tenant as TenantId,
  bindingOf: ({ tenant, bucket, generation, epoch }) =>
    associatedData('lethe/bucket-key/1', tenant, bucket, generation, epoch),
  assertMayMake: (tx, { tenant }) => assertNotBuried(tx, tenant as TenantId),
};

/** A bucket key with what a record key wrapped under it is bound to. The holder wipes `key`. */
export interface BucketKey {
  readonly bucket: BucketId;
  readonly generation: number;
  /** See `IndexKeys.admit`. */
  readonly index_generation: number;
  readonly key: Buffer;
}

export class BucketKeys {
  readonly underEpochs: KeysUnderEpoch<BucketRow>;
  readonly #store: KeyStore;
  readonly #random: RandomSource;
  readonly #clock: Clock;
  readonly #cache = new KeyCache(CACHE_CAPACITY);
  /** The bucket each tenant's new subjects go to; a process has its own, so that two never contend for one. */
  readonly #open = new Map<TenantId, Promise<BucketId>>();
  /** Records per bucket as far as this process knows them; a hint, never relied on for correctness. */
  readonly #fill = new Map<BucketId, number>();

  constructor(store: KeyStore, epochs: EpochKeys, random: RandomSource, clock: Clock) {
    this.#store = store;
    this.underEpochs = new KeysUnderEpoch(bucketKeyKind, epochs, random);
    this.#random = random;
    this.#clock = clock;
  }

  /** Reserves room for records of a new subject in a committed bucket of the tenant. */
  async withRoom(tenant: TenantId, records = 1): Promise<BucketId> {
    const open = this.#open.get(tenant);
    if (open !== undefined) {
      const bucket = await open;
      const fill = this.#fill.get(bucket) ?? 0;
      if (fill < BUCKET_RECORDS) {
        this.#remember(bucket, fill + records);
        return bucket;
      }
      if (this.#open.get(tenant) !== open) return this.withRoom(tenant, records);
    }
    const created = this.#create(tenant);
    this.#open.set(tenant, created);
    created.catch(() => this.#open.delete(tenant));
    const bucket = await created;
    this.#remember(bucket, (this.#fill.get(bucket) ?? 0) + records);
    return bucket;
  }

  /** Reserves room for further records of a subject in its bucket. @returns whether there was room */
  async reserve(tenant: TenantId, bucket: BucketId, records: number): Promise<boolean> {
    let fill = this.#fill.get(bucket);
    if (fill === undefined) {
      // A LIMIT inside keeps the count's cost bounded by the bucket's capacity.
      fill = await count(this.#store.reader, recordKeys, { where: { tenant, bucket }, limit: BUCKET_RECORDS_MAX });
    }
    if (fill >= BUCKET_RECORDS_MAX) {
      this.#remember(bucket, fill);
      return false;
    }
    this.#remember(bucket, fill + records);
    return true;
  }

  /** A bucket for what a job re-seals; nothing else begins there. */
  async forResealing(tenant: TenantId, job: JobId): Promise<BucketId> {
    return this.#create(tenant, job);
  }

  /**
   * The current keys of buckets, for wrapping, in the order asked; held against rotation until `tx` ends.
   * @throws {BucketRetiredError} for a bucket that is compromised
   */
  async current(tx: KeyTx, tenant: TenantId, ids: readonly BucketId[]): Promise<BucketKey[]> {
    const found = await tx.find(
      bucketByIdShared,
      ids.map((id) => [tenant, id]),
    );
    // A bucket that is gone is an alarm, unless all of them are.
    if (found.some(([row]) => row === undefined)) await assertNotBuried(tx, tenant);
    using held = secrets<Buffer>([]);
    const keys: BucketKey[] = [];
    for (const [row] of found) {
      if (row === undefined) throw new IntegrityError();
      if (row.compromised_at !== null) {
        this.#remember(row.bucket as BucketId, BUCKET_RECORDS_MAX);
        throw new BucketRetiredError();
      }
      const key = await this.#keyOf(row);
      held.push(key);
      const { bucket, generation, index_generation } = row;
      keys.push({ bucket: bucket as BucketId, generation, index_generation, key });
    }
    handOver(held);
    return keys;
  }

  /**
   * Keys under which stored record keys were wrapped, in the order asked.
   * @returns undefined for a generation that is no more, the error for a bucket that was altered or moved
   */
  async at(
    reader: Reader<'keys'>,
    tenant: TenantId,
    wanted: readonly { bucket: BucketId; generation: number }[],
  ): Promise<(Buffer | IntegrityError | undefined)[]> {
    using keys = secrets(wanted.map(({ bucket, generation }) => this.#cache.get(cacheName(bucket, generation))));
    const missing = wanted.filter((_, i) => keys[i] === undefined);
    if (missing.length === 0) return handOver(keys);
    const rows = await reader.find(
      bucketById,
      missing.map(({ bucket }) => [tenant, bucket]),
    );
    using fetched = secrets<Buffer | IntegrityError | undefined>([]);
    for (const [i, [row]] of rows.entries()) {
      // A generation that is no more has no key: what is still wrapped under it cannot be opened, by design (K1).
      const isThere = row !== undefined && row.generation === missing[i]?.generation;
      fetched.push(isThere ? await this.#keyOrError(row) : undefined);
    }
    handOver(fetched);
    return handOver(keys).map((key) => key ?? fetched.shift());
  }

  /** Drops what is held of an erased tenant. The cache does not know whose its keys are: all of them go. */
  forget(tenant: TenantId): void {
    this.#open.delete(tenant);
    this.#cache.wipe();
  }

  wipe(): void {
    this.#cache.wipe();
  }

  async #create(tenant: TenantId, job: JobId | null = null): Promise<BucketId> {
    const now = this.#clock();
    const bucket = newId('bucket', this.#random, now);
    const fresh = { generation: 1, index_generation: 0, dirty_at: null, compromised_at: null, resealed_for: job };
    await this.underEpochs.making(tenant, async ({ key, rowFor }) => {
      await this.#store.shared(async (tx) => {
        const row = await rowFor(tx, { tenant, bucket, ...fresh, created_at: now.getTime() });
        await tx.insert(buckets, [{ ...row, index_generation: await indexGeneration(tx, tenant) }]);
      });
      this.#cache.set(cacheName(bucket, 1), key);
    });
    this.#remember(bucket, 0);
    return bucket;
  }

  /** @returns a copy that the caller wipes */
  async #keyOf(row: BucketRow): Promise<Buffer> {
    const name = cacheName(row.bucket as BucketId, row.generation);
    const known = this.#cache.get(name);
    if (known !== undefined) return known;
    const key = await this.underEpochs.open(row);
    this.#cache.set(name, key);
    return key;
  }

  /** An epoch whose key is not at hand is no fault of the row: that is thrown. */
  async #keyOrError(row: BucketRow): Promise<Buffer | IntegrityError> {
    try {
      return await this.#keyOf(row);
    } catch (error) {
      if (error instanceof IntegrityError) return error;
      throw error;
    }
  }

  #remember(bucket: BucketId, fill: number): void {
    this.#fill.delete(bucket);
    this.#fill.set(bucket, fill);
    if (this.#fill.size > CACHE_CAPACITY) {
      const oldest = this.#fill.keys().next().value;
      if (oldest !== undefined) this.#fill.delete(oldest);
    }
  }
}

/** Held until the bucket is committed: a rotation of an index key finds every bucket that was made before it. */
async function indexGeneration(tx: KeyTx, tenant: TenantId): Promise<number> {
  const [[held] = []] = await tx.find(indexGenerationShared, [[tenant]]);
  if (held !== undefined) return held.generation;
  const [first] = await tx.insertOrGet(indexGenerations, [{ tenant, generation: 0 }]);
  return first?.generation ?? 0;
}

function cacheName(bucket: BucketId, generation: number): string {
  return `${bucket}/${generation}`;
}
