/** The key store's tables of keys; `migrations/keystore/` makes them. */
import { lookup, type Row, table } from '../storage/table.ts';

export const epochs = table('keys', 'epochs', { epoch: 'int', state: 'text', created_at: 'int', closed_at: 'int?' }, [
  'epoch',
]);

export const buckets = table(
  'keys',
  'buckets',
  {
    tenant: 'text',
    bucket: 'text',
    generation: 'int',
    epoch: 'int',
    wrapped: 'bytes',
    created_at: 'int',
    dirty_at: 'int?',
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
    tenant: 'text',
    record: 'text',
    generation: 'int',
    bucket: 'text',
    bucket_generation: 'int',
    wrapped: 'bytes',
  },
  ['tenant', 'record', 'generation'],
);
export type RecordKeyRow = Row<typeof recordKeys>;
export const recordKeyByGeneration = lookup(recordKeys, ['tenant', 'record', 'generation']);
export const recordKeysOf = lookup(recordKeys, ['tenant', 'record']);

export const indexKeys = table(
  'keys',
  'index_keys',
  {
    tenant: 'text',
    name: 'text',
    version: 'int',
    epoch: 'int',
    wrapped: 'bytes',
    created_at: 'int',
    bits: 'int?',
  },
  ['tenant', 'name', 'version'],
);
export type IndexKeyRow = Row<typeof indexKeys>;
export const indexKeysByName = lookup(indexKeys, ['tenant', 'name'], { orderBy: ['version'] });

/** Keys that live for minutes; `window` is a word of SQL's, so the column is not called that. */
export const windows = table(
  'keys',
  'windows',
  { tenant: 'text', window_id: 'text', epoch: 'int', wrapped: 'bytes', created_at: 'int' },
  ['tenant', 'window_id'],
);
export type WindowRow = Row<typeof windows>;
export const windowById = lookup(windows, ['tenant', 'window_id']);
/** For claiming a reveal: holds off the end of the window until the claim is committed. */
export const windowByIdShared = lookup(windows, ['tenant', 'window_id'], { share: true });

export const windowReveals = table('keys', 'window_reveals', { tenant: 'text', window_id: 'text', mark: 'bytes' }, [
  'tenant',
  'window_id',
  'mark',
]);
export const revealByMark = lookup(windowReveals, ['tenant', 'window_id', 'mark']);
