/**
 * Buckets under the close of an epoch. A bucket that lost a record gets a new key and its survivors' record keys are
 * rewrapped under that (K1): the old bucket key, which older copies of the key store lead to, opens nothing that is
 * stored from now on, and nothing stored from now on leads to it. Every other bucket keeps its key, wrapped anew.
 *
 * Guarantees: a page is one transaction, in which the buckets are held against whoever adds or destroys keys in them;
 * no record key changes its value (K3); a record key that was destroyed meanwhile does not come back; one that was
 * altered is named first, and then set aside (decision 42): it holds up nobody's erasures.
 */
import type { RandomSource } from '../../crypto/random.ts';
import { secret } from '../../secret.ts';
import { select } from '../../storage/queries.ts';
import type { KeyTx } from '../../storage/tx.ts';
import type { NamedKeys } from '../epochs/altered-keys.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';
import { KeysUnderEpoch } from '../epochs/keys-under-epoch.ts';
import { type BucketRow, buckets } from '../tables.ts';
import { BUCKET_RECORDS, bucketKeyKind } from './bucket-keys.ts';
import { rewrapRecordKeys } from './record-keys.ts';

const KEY_BYTES = 32;

export class BucketRotation extends KeysUnderEpoch<BucketRow> {
  protected override readonly renewed = ['generation', 'dirty_at'];
  readonly #random: RandomSource;

  constructor(epochs: EpochKeys, random: RandomSource) {
    super(bucketKeyKind, epochs, random);
    this.#random = random;
  }

  protected override async affordable(tx: KeyTx, from: number, limit: number): Promise<number> {
    const next = await select(tx, buckets, {
      ...{ columns: ['dirty_at'], where: { epoch: from } },
      ...{ orderBy: ['tenant', 'bucket'], limit },
    });
    let work = 0;
    const fits = next.filter(({ dirty_at }) => {
      const fit = work < limit;
      work += dirty_at === null ? 1 : BUCKET_RECORDS;
      return fit;
    });
    return fits.length;
  }

  /** Gives a bucket that lost a record its next generation. */
  protected override async renew(tx: KeyTx, row: BucketRow, key: Buffer, named: NamedKeys): Promise<number> {
    if (row.dirty_at === null) return 0;
    using fresh = secret(this.#random(KEY_BYTES));
    const next = row.generation + 1;
    const count = await rewrapRecordKeys(tx, row, { from: key, to: fresh, next, random: this.#random }, named);
    fresh.copy(key);
    row.generation = next;
    row.dirty_at = null;
    return count;
  }
}
