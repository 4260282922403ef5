/** The key store's tables of keys; `migrations/keystore/` makes them. */
import { lookup, type Row, table } from '../storage/table.ts';

export const epochs = table(
  'keys',
  'epochs',
  {
    epoch: 'int',
    /** `pre_activation`, `active`, `deactivated` or `destroyed` (NIST SP 800-57 part 1, 7). */
    state: 'text',
    created_at: 'int',
    /** When the last slot confirmed that the secret is destroyed. */
    closed_at: 'int?',
    secret_check: 'bytes?',
    activated_at: 'int?',
    deactivated_at: 'int?',
    compromised_at: 'int?',
    /** When all that must be before its secret is destroyed had been found to be. */
    verified_at: 'int?',
    /** For a destroyed epoch: see `epoch-ledger.ts`. */
    tag: 'bytes?',
  },
  ['epoch'],
);
export type EpochRow = Row<typeof epochs>;
export const epochByNumber = lookup(epochs, ['epoch']);
/** For wrapping under an epoch: holds off its deactivation until what was wrapped is committed. */
export const epochByNumberShared = lookup(epochs, ['epoch'], { share: true });

/** The places that hold epoch secrets; `tag` is a MAC of the row, and of all rows in the row `@list`. */
export const rootSlots = table(
  'keys',
  'root_slots',
  {
    slot: 'text',
    kind: 'text',
    settings: 'text',
    required: 'int',
    added_at: 'int',
    removed_at: 'int?',
    tag: 'bytes',
  },
  ['slot'],
);
export type RootSlotRow = Row<typeof rootSlots>;

/** Which slot was given which epoch's secret, and what it stated when it destroyed it. */
export const epochSlots = table(
  'keys',
  'epoch_slots',
  {
    epoch: 'int',
    slot: 'text',
    stored_at: 'int',
    /** What a slot that keeps no bytes of its own has others keep: a ciphertext that only the slot can open. */
    envelope: 'bytes?',
    destroyed_at: 'int?',
    statement: 'text?',
    /** For a slot that has confirmed: see `epoch-ledger.ts`. */
    tag: 'bytes?',
  },
  ['epoch', 'slot'],
);
export type EpochSlotRow = Row<typeof epochSlots>;
export const epochSlotByName = lookup(epochSlots, ['epoch', 'slot']);
export const slotsOfEpoch = lookup(epochSlots, ['epoch'], { orderBy: ['slot'] });

/** Notes that a slot is about to be given an epoch's secret. */
export function givenTo(slot: string, epoch: number, at: number): EpochSlotRow {
  return { epoch, slot, stored_at: at, envelope: null, destroyed_at: null, statement: null, tag: null };
}

export const buckets = table(
  'keys',
  'buckets',
  {
    tenant: 'id:tenant',
    bucket: 'id:bucket',
    generation: 'small',
    epoch: 'int',
    wrapped: 'bytes',
    created_at: 'int',
    dirty_at: 'int?',
    /** Takes index rows only from a writer that knows the tenant's index keys of this generation, or later ones. */
    index_generation: 'int',
    /** Since when the bucket takes no more keys, and the keys it has must be replaced. */
    compromised_at: 'int?',
    /** The job that re-sealed the records which are in this bucket. */
    resealed_for: 'id:job?',
  },
  ['tenant', 'bucket'],
);
export type BucketRow = Row<typeof buckets>;
export const bucketById = lookup(buckets, ['tenant', 'bucket']);
/** For wrapping under the current generation: holds off a rotation until the new keys are committed. */
export const bucketByIdShared = lookup(buckets, ['tenant', 'bucket'], { share: true });

export const recordKeys = table(
  'keys',
  'record_keys',
  {
    tenant: 'id:tenant',
    record: 'id:record',
    generation: 'small',
    bucket: 'id:bucket',
    bucket_generation: 'small',
    wrapped: 'bytes',
  },
  ['tenant', 'record', 'generation'],
);
export type RecordKeyRow = Row<typeof recordKeys>;
export const recordKeyByGeneration = lookup(recordKeys, ['tenant', 'record', 'generation']);
/** Held against an erasure, which removes the key before the index rows. */
export const recordKeyHeld = lookup(recordKeys, ['tenant', 'record', 'generation'], { share: true });
export const recordKeysOf = lookup(recordKeys, ['tenant', 'record']);

export const indexKeys = table(
  'keys',
  'index_keys',
  {
    tenant: 'id:tenant',
    name: 'text',
    version: 'small',
    epoch: 'int',
    wrapped: 'bytes',
    created_at: 'int',
    bits: 'int?',
    /** See `index-versions.ts`; null: active. */
    state: 'text?',
    /** The job that made this version. */
    made_by: 'id:job?',
    removed_at: 'int?',
    /** The epoch under which a removed version was last; its `epoch` is 0. */
    removed_epoch: 'int?',
  },
  ['tenant', 'name', 'version'],
);
export type IndexKeyRow = Row<typeof indexKeys>;
export const indexKeysByName = lookup(indexKeys, ['tenant', 'name'], { orderBy: ['version'] });

/** Grows whenever a version of any index key of the tenant's comes, goes or changes its state; no row: 0. */
export const indexGenerations = table('keys', 'index_generations', { tenant: 'id:tenant', generation: 'small' }, [
  'tenant',
]);
export const indexGenerationOf = lookup(indexGenerations, ['tenant']);
/** Holds off the next generation until what was made under this one is committed. */
export const indexGenerationShared = lookup(indexGenerations, ['tenant'], { share: true });

/** Keys that live for minutes; `window` is a word of SQL's, so the column is not called that. */
export const windows = table(
  'keys',
  'windows',
  { tenant: 'id:tenant', window_id: 'id:window', epoch: 'int', wrapped: 'bytes', created_at: 'int' },
  ['tenant', 'window_id'],
);
export type WindowRow = Row<typeof windows>;
export const windowById = lookup(windows, ['tenant', 'window_id']);
/** For claiming a reveal: holds off the end of the window until the claim is committed. */
export const windowByIdShared = lookup(windows, ['tenant', 'window_id'], { share: true });

export const windowReveals = table(
  'keys',
  'window_reveals',
  { tenant: 'id:tenant', window_id: 'id:window', mark: 'bytes' },
  ['tenant', 'window_id', 'mark'],
);
export const revealByMark = lookup(windowReveals, ['tenant', 'window_id', 'mark']);

export const signingKeys = table(
  'keys',
  'signing_keys',
  {
    /** RFC 7638 thumbprint of the public key. */
    key_id: 'text',
    public_key: 'bytes',
    epoch: 'int',
    wrapped: 'bytes',
    created_at: 'int',
    retired_at: 'int?',
  },
  ['key_id'],
);
export type SigningKeyRow = Row<typeof signingKeys>;
