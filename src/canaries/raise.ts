/**
 * Tries to open what an old copy of the key store would hold of shredded canaries. None opens once its epoch is closed.
 * Guarantees: names each canary whose key opens nevertheless; changes nothing.
 */
import { VAULT_TENANT } from '../access/store.ts';
import { IntegrityError, UnavailableError } from '../errors.ts';
import type { Parts } from '../intake/parts.ts';
import { findEpoch } from '../keyring/epochs/epoch-states.ts';
import { findBuckets } from '../keyring/tree/key-rows.ts';
import { unwrapRecordKey } from '../keyring/tree/record-keys.ts';
import { secret, wipe } from '../secret.ts';
import { select } from '../storage/queries.ts';
import { type CanaryRow, canaries } from './canaries.ts';

/** How many shredded canaries are tried: one for each of the epochs closed last. */
const TRIED = 100;

export interface Raising {
  /** Shredded canaries of closed epochs that were tried. */
  readonly tried: number;
  /** Those whose key could be opened: each is a broken promise. */
  readonly raised: readonly string[];
}

/**
 * Tries to open the kept keys of shredded canaries whose epoch is closed, like an attacker with an old copy of the key
 * store and all of today's keys: without asking for tombstones.
 */
export async function raise(parts: Pick<Parts, 'keyStore' | 'keyring'>): Promise<Raising> {
  const where = { shredded_at: { not: null }, wrapped: { not: null } };
  const newest = { where, orderBy: ['record'], descending: true, limit: TRIED } as const;
  const rows = await select(parts.keyStore.reader, canaries, newest);
  const raised: string[] = [];
  let tried = 0;
  for (const row of rows) {
    const epoch = await findEpoch(parts.keyStore.reader, row.epoch as number);
    if (epoch?.state !== 'destroyed') continue;
    tried += 1;
    if (await opens(parts, row)) raised.push(row.record);
  }
  return { tried, raised };
}

async function opens({ keyStore, keyring }: Pick<Parts, 'keyStore' | 'keyring'>, row: CanaryRow): Promise<boolean> {
  const found = await keyring.epochs.slots
    .get(row.epoch as number, () => true)
    .catch((error: unknown) => {
      if (error instanceof UnavailableError) return undefined;
      throw error;
    });
  wipe(found);
  // The secret opens the bucket key of that time, and that opens the record key.
  if (found !== undefined) return true;
  // Without the secret: either the bucket has another key by now (K1), or this one opens what it wrapped.
  const [bucket] = await findBuckets(keyStore.reader, VAULT_TENANT, [row.bucket as string]);
  if (bucket === undefined) return false;
  using today = secret(await keyring.buckets.underEpochs.open(bucket));
  const kept = { ...row, bucket: row.bucket as string, bucket_generation: row.bucket_generation as number };
  try {
    wipe(unwrapRecordKey({ ...kept, wrapped: row.wrapped as Buffer }, today));
    return true;
  } catch (error) {
    if (error instanceof IntegrityError) return false;
    throw error;
  }
}
