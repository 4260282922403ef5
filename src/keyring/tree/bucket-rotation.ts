/**
 * Buckets under the close of an epoch. A bucket that lost a record gets a new key and its survivors' record keys are
 * rewrapped under that (K1): the old bucket key, which older copies of the key store lead to, opens nothing that is
 * stored from now on, and nothing stored from now on leads to it. Every other bucket keeps its key, wrapped anew.
 *
 * Guarantees: a page is one transaction, in which the buckets are held against whoever adds or destroys keys in them;
 * no record key changes its value (K3); a record key that was destroyed meanwhile does not come back.
 */
import type { RandomSource } from '../../crypto/random.ts';
import type { TenantId } from '../../ids.ts';
import { count, select } from '../../storage/queries.ts';
import type { KeyTx, Reader } from '../../storage/tx.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';
import type { EpochWrapped } from '../epochs/epoch-wrapped.ts';
import { type BucketRow, buckets } from '../tables.ts';
import { BUCKET_RECORDS, unwrapBucketKey, wrapBucketKey } from './bucket-keys.ts';
import { rewrapRecordKeys } from './record-keys.ts';

const KEY_BYTES = 32;

export class BucketRotation implements EpochWrapped {
  readonly kind = 'buckets';
  readonly #epochs: EpochKeys;
  readonly #random: RandomSource;

  constructor(epochs: EpochKeys, random: RandomSource) {
    this.#epochs = epochs;
    this.#random = random;
  }

  async rewrap(tx: KeyTx, from: number, to: number, limit: number): Promise<number> {
    const fitting = await this.#affordable(tx, from, limit);
    const rows = await select(tx, buckets, { ...nextUnder(from, fitting), lock: 'wait' });
    const moved: BucketRow[] = [];
    let work = 0;
    for (const row of rows) {
      if (work >= limit) break;
      const tenant = row.tenant as TenantId;
      const key = unwrapBucketKey(row, await this.#epochs.keyOf(from, tenant));
      const place = { ...row, epoch: to };
      try {
        if (row.dirty_at !== null) work += await this.#renew(tx, place, key);
        const wrapped = wrapBucketKey(key, await this.#epochs.keyOf(to, tenant), place, this.#random);
        moved.push({ ...place, dirty_at: null, wrapped });
      } finally {
        key.fill(0);
      }
      work += 1;
    }
    await tx.update(buckets, ['generation', 'epoch', 'wrapped', 'dirty_at'], moved);
    return moved.length;
  }

  countUnder(reader: Reader<'keys'>, epoch: number): Promise<number> {
    return count(reader, buckets, { where: { epoch } });
  }

  /** How many of the next buckets one transaction can move; so many are held, and no more. */
  async #affordable(tx: KeyTx, from: number, limit: number): Promise<number> {
    const next = await select(tx, buckets, { ...nextUnder(from, limit), columns: ['dirty_at'] });
    let work = 0;
    const fits = next.filter(({ dirty_at }) => {
      const fit = work < limit;
      work += dirty_at === null ? 1 : BUCKET_RECORDS;
      return fit;
    });
    return fits.length;
  }

  /** Gives a bucket its next generation. @param key becomes the new key. @returns how many record keys were rewrapped */
  async #renew(tx: KeyTx, place: BucketRow, key: Buffer): Promise<number> {
    const fresh = this.#random(KEY_BYTES);
    const next = place.generation + 1;
    const count = await rewrapRecordKeys(tx, place, key, fresh, next, this.#random);
    fresh.copy(key);
    fresh.fill(0);
    place.generation = next;
    return count;
  }
}

function nextUnder(epoch: number, limit: number) {
  return { where: { epoch }, orderBy: ['tenant', 'bucket'], limit } as const;
}
