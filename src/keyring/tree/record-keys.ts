/**
 * Record keys (DEKs): 32 random bytes, one for each record and generation, wrapped by the record's bucket key.
 * They are never cached: a record whose key row is gone cannot be opened from that moment on.
 *
 * Guarantees: a wrapped record key opens only as this record and generation, in this bucket and bucket generation (K7).
 */
import { associatedData } from '../../crypto/associated-data.ts';
import { unwrapKey, wrapKey } from '../../crypto/envelope.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { IntegrityError } from '../../errors.ts';
import type { BucketId, RecordId, TenantId } from '../../ids.ts';
import { handOver, secret, secrets } from '../../secret.ts';
import { select } from '../../storage/queries.ts';
import type { KeyTx, Reader } from '../../storage/tx.ts';
import { AlteredKeysError, type NamedKeys } from '../epochs/altered-keys.ts';
import type { IndexKeys } from '../indexes/index-keys.ts';
import { type BucketRow, type RecordKeyRow, recordKeyByGeneration, recordKeys } from '../tables.ts';
import type { BucketKey, BucketKeys } from './bucket-keys.ts';

const KEY_BYTES = 32;
/** A bucket is given a new generation once an epoch: that it happens between two reads twice in a row is unheard of. */
const MAX_READS = 3;

export interface KeyPlace {
  readonly record: RecordId;
  readonly generation: number;
}

export class RecordKeys {
  readonly #buckets: BucketKeys;
  readonly #indexes: IndexKeys;
  readonly #random: RandomSource;

  constructor(buckets: BucketKeys, indexes: IndexKeys, random: RandomSource) {
    this.#buckets = buckets;
    this.#indexes = indexes;
    this.#random = random;
  }

  /**
   * Makes and stores a key for each place, in the bucket named for it.
   * @param indexedAt the generation of the index keys under which the index rows were made that go with these keys
   * @returns the keys in the order of the places; the caller wipes them
   * @throws {StaleIndexKeysError} where such rows would not be found; made again, they will be
   */
  async create(
    tx: KeyTx,
    tenant: TenantId,
    places: readonly (KeyPlace & { readonly bucket: BucketId })[],
    indexedAt: number,
  ): Promise<Buffer[]> {
    // In order, so that two that hold the same buckets do not wait for each other.
    const ids = [...new Set(places.map(({ bucket }) => bucket))].sort();
    const bucketKeys = await this.#buckets.current(tx, tenant, ids);
    using _bucketKeys = secrets(bucketKeys.map(({ key }) => key));
    await this.#indexes.admit(tenant, indexedAt, bucketKeys);
    const byId = new Map(bucketKeys.map((entry) => [entry.bucket, entry]));
    using keys = secrets<Buffer>([]);
    const rows: RecordKeyRow[] = [];
    for (const place of places) {
      const bucketKey = byId.get(place.bucket) as BucketKey;
      const key = this.#random(KEY_BYTES);
      const ad = recordKeyAd(tenant, place.bucket, bucketKey.generation, place.record, place.generation);
      keys.push(key);
      rows.push({
        tenant,
        record: place.record,
        generation: place.generation,
        bucket: place.bucket,
        bucket_generation: bucketKey.generation,
        wrapped: wrapKey(key, bucketKey.key, ad, this.#random),
      });
    }
    await tx.insert(recordKeys, rows);
    return handOver(keys);
  }

  /**
   * @returns for each place its key, which the caller wipes, or undefined where there is none (any more)
   * @throws {IntegrityError} naming the record, for a key row that was altered or moved
   */
  async find(reader: Reader<'keys'>, tenant: TenantId, places: readonly KeyPlace[]): Promise<(Buffer | undefined)[]> {
    using keys = secrets(await this.findEach(reader, tenant, places));
    const broken = keys.find((key) => key instanceof IntegrityError);
    if (broken !== undefined) throw broken;
    return handOver(keys) as (Buffer | undefined)[];
  }

  /**
   * The same as `find`, but each place has its own answer.
   * @returns in the place of a key whose row, or whose bucket's, was altered or moved, the error that names the record
   */
  async findEach(
    reader: Reader<'keys'>,
    tenant: TenantId,
    places: readonly KeyPlace[],
  ): Promise<(Buffer | IntegrityError | undefined)[]> {
    using keys = secrets(await this.#findOnce(reader, tenant, places));
    for (let attempt = 1; attempt < MAX_READS && keys.includes('moved'); attempt += 1) {
      const moved = places.filter((_, i) => keys[i] === 'moved');
      const again = await this.#findOnce(reader, tenant, moved);
      for (const [i, key] of keys.entries()) if (key === 'moved') keys[i] = again.shift();
    }
    return handOver(keys).map((key) => (key === 'moved' ? undefined : key));
  }

  /**
   * @returns `moved` where the key row and its bucket are not of one generation: the two are read one after the other
   */
  async #findOnce(
    reader: Reader<'keys'>,
    tenant: TenantId,
    places: readonly KeyPlace[],
  ): Promise<(Buffer | IntegrityError | 'moved' | undefined)[]> {
    const found = await reader.find(
      recordKeyByGeneration,
      places.map(({ record, generation }) => [tenant, record, generation]),
    );
    const rows = found.map(([row]) => row);
    const present = rows.filter((row) => row !== undefined);
    const wanted = new Map(
      present.map((row) => [
        `${row.bucket}/${row.bucket_generation}`,
        { bucket: row.bucket as BucketId, generation: row.bucket_generation },
      ]),
    );
    using bucketKeys = secrets(await this.#buckets.at(reader, tenant, [...wanted.values()]));
    const byName = new Map([...wanted.keys()].map((name, i) => [name, bucketKeys[i]]));
    return rows.map((row) => {
      if (row === undefined) return undefined;
      const bucketKey = byName.get(`${row.bucket}/${row.bucket_generation}`);
      if (bucketKey === undefined) return 'moved';
      return bucketKey instanceof IntegrityError ? broken(row, bucketKey) : keyOrError(row, bucketKey);
    });
  }
}

function keyOrError(row: RecordKeyRow, bucketKey: Buffer): Buffer | IntegrityError {
  try {
    return unwrapRecordKey(row, bucketKey);
  } catch (error) {
    if (error instanceof IntegrityError) return error;
    throw error;
  }
}

/** What is left of a key that was altered: its row stays, so that its record is an alarm and not an absence. */
const SET_ASIDE = Buffer.alloc(0);

/** The key of a bucket, the one of its next generation, and that generation. */
interface Renewal {
  readonly from: Buffer;
  readonly to: Buffer;
  readonly next: number;
  readonly random: RandomSource;
}

/**
 * Wraps all record keys of a bucket under the key of its next generation; their values stay (K3). An altered key that
 * has been named is set aside: nothing is left of what was wrapped, and no key opens it ever again. The bucket's own
 * key is authentic here, so the fault is that row's alone.
 * @param place the bucket as it is, held by this transaction
 * @returns how many there are
 * @throws {AlteredKeysError} naming every record whose key was altered or moved, and has not been named yet
 */
export async function rewrapRecordKeys(
  tx: KeyTx,
  place: Pick<BucketRow, 'tenant' | 'bucket' | 'generation'>,
  { from, to, next, random }: Renewal,
  named: NamedKeys,
): Promise<number> {
  const { tenant, bucket, generation } = place;
  const rows = await select(tx, recordKeys, { where: { tenant, bucket } });
  const altered: RecordKeyRow[] = [];
  for (const row of rows) {
    const opened = row.bucket_generation === generation ? keyOrError(row, from) : broken(row, undefined);
    if (opened instanceof IntegrityError) {
      if (!named.has(row)) altered.push(row);
      row.wrapped = SET_ASIDE;
    } else {
      using key = secret(opened);
      row.wrapped = wrapKey(key, to, recordKeyAd(tenant, bucket, next, row.record, row.generation), random);
    }
    row.bucket_generation = next;
  }
  if (altered.length > 0) throw new AlteredKeysError(altered.map(({ record }) => ({ tenant, record })));
  await tx.update(recordKeys, ['bucket_generation', 'wrapped'], rows);
  return rows.length;
}

/**
 * @returns 32 bytes owned by the caller.
 * @throws {IntegrityError} naming the record, for a row this key does not open
 */
export function unwrapRecordKey(row: RecordKeyRow, bucketKey: Buffer): Buffer {
  try {
    const ad = recordKeyAd(row.tenant, row.bucket, row.bucket_generation, row.record, row.generation);
    return unwrapKey(row.wrapped, bucketKey, ad);
  } catch (cause) {
    throw broken(row, cause);
  }
}

function broken({ record }: RecordKeyRow, cause: unknown): IntegrityError {
  return new IntegrityError({ cause, record });
}

function recordKeyAd(tenant: string, bucket: string, bucketGeneration: number, record: string, generation: number) {
  return associatedData('lethe/record-key/1', tenant, bucket, bucketGeneration, record, generation);
}
