/**
 * Puts a new value in a record's place. The new value is sealed under a new key, and the old key is destroyed like any
 * other (K6): a backup's old ciphertext opens no longer than that of an erased value.
 *
 * Order: `prepare` makes the new key and notes a correction under way; the record store then decides (`decideFor`);
 * `finish` destroys the old key. After a crash at any of these, a job completes the correction or takes it back.
 */

import { completeDestruction } from '../erasure/complete-destruction.ts';
import { clearCorrection, noteCorrection, takeBackCorrection } from '../erasure/corrections.ts';
import { type DestructionRow, orderDestruction } from '../erasure/destructions.ts';
import { codeOf, VaultError } from '../errors.ts';
import { type BucketId, newId, type PrincipalId, type RecordId, type TenantId } from '../ids.ts';
import { throughStaleKeys } from '../keyring/indexes/index-key.ts';
import { BucketRetiredError } from '../keyring/tree/bucket-keys.ts';
import { holdBucket, keysOf } from '../keyring/tree/key-rows.ts';
import { findRecord, RecordErasedError } from '../records/open-records.ts';
import { sealValue } from '../records/sealing.ts';
import { type RecordRow, replaceSealed } from '../records/store.ts';
import { areErased } from '../records/tombstones.ts';
import { type Form, formsOf, indexRows } from '../search/blind-index.ts';
import { insertIndexRows } from '../search/index-rows.ts';
import { type ClaimOf, claimFor } from '../search/value-claims.ts';
import { secrets } from '../secret.ts';
import type { RecordTx } from '../storage/tx.ts';
import type { Accepted } from './accept.ts';
import type { Parts } from './parts.ts';
import { throughRaces } from './races.ts';
import { assertUniqueFor } from './unique-values.ts';

/**
 * Makes the new key and index rows and seals the value.
 * @param row as it is now; trusted only because the caller has opened it
 * @returns the row to put in its place
 * @throws `concurrent_change` @throws {ValueNotUniqueError}
 */
export async function prepare(parts: Parts, row: RecordRow, accepted: Accepted, now: Date): Promise<RecordRow> {
  const { type, value, kept } = accepted;
  const forms = formsOf(type, value, kept);
  using made = secrets<Buffer>([]);
  const tenant = row.tenant as TenantId;
  const record = row.record as RecordId;
  const make = async () => {
    const claim = await assertUniqueFor(parts, tenant, accepted, now, record);
    return throughStaleKeys(() => makeKey(parts, row, forms, claim, now, made));
  };
  // Another call that has claimed the value is found on the next try.
  const { key, generation } = await (accepted.unique === undefined ? make() : throughRaces(make));
  const place = {
    tenant,
    record,
    subject: row.subject,
    type: type.name,
    type_version: type.version,
    generation,
    version: row.version + 1,
  };
  const sealed = sealValue(place, value, key, parts.random);
  return { ...place, label: row.label, sealed, created_at: row.created_at, updated_at: now.getTime() };
}

/** @param made takes every key that is made here, also by a try that fails; the caller wipes them */
async function makeKey(
  { keyring, keyStore, indexer }: Parts,
  row: RecordRow,
  forms: readonly Form[],
  claim: ClaimOf | undefined,
  now: Date,
  made: Buffer[],
): Promise<{ key: Buffer; generation: number }> {
  const tenant = row.tenant as TenantId;
  const record = row.record as RecordId;
  // With generation 0: the generation is known only in the transaction.
  const index = await indexRows(indexer, tenant, forms, record, 0);
  const make = (elsewhere?: BucketId) =>
    keyStore.exclusive(async (tx) => {
      const [held = []] = await keysOf(tx, tenant, [record]);
      const current = held.find((entry) => entry.generation === row.generation);
      if (current === undefined) throw new VaultError('concurrent_change');
      const generation = Math.max(...held.map((entry) => entry.generation)) + 1;
      const place = { record, generation, bucket: elsewhere ?? (current.bucket as BucketId) };
      const [key] = await keyring.records.create(tx, tenant, [place], index.indexedAt);
      made.push(key as Buffer);
      // An erasure locks the bucket before its last look at the keys: it sees this key, or there is none by now.
      if (elsewhere !== undefined) await holdBucket(tx, tenant, current.bucket);
      const [still = []] = await keysOf(tx, tenant, [record]);
      if (still.every((entry) => entry.generation !== row.generation)) throw new VaultError('concurrent_change');
      const isClaimed = claim === undefined || (await claimFor(tx, { ...claim, record, generation }));
      if (!isClaimed) throw new VaultError('concurrent_change');
      await noteCorrection(tx, { tenant, record, generation, created_at: now.getTime(), resealed_from: null });
      await insertIndexRows(
        tx,
        index.rows.map((entry) => ({ ...entry, generation })),
      );
      return { key: key as Buffer, generation };
    });
  return make()
    .catch(async (error: unknown) => {
      if (!(error instanceof BucketRetiredError)) throw error;
      return make(await keyring.buckets.withRoom(tenant));
    })
    .catch((error: unknown) => {
      throw codeOf(error) === 'already_exists' ? new VaultError('concurrent_change') : error;
    });
}

/**
 * Decides for the new value, in the caller's transaction, and orders the old key destroyed.
 * @returns the order, for `finish`
 * @throws `concurrent_change` @throws {RecordErasedError} @throws `record_not_found`
 */
export async function decideFor(
  tx: RecordTx,
  { random }: Parts,
  from: RecordRow,
  to: RecordRow,
  by: PrincipalId,
  at: Date,
): Promise<DestructionRow> {
  const tenant = from.tenant as TenantId;
  const record = from.record as RecordId;
  if (!(await replaceSealed(tx, from, to))) {
    await findRecord(tx, tenant, record);
    throw new VaultError('concurrent_change');
  }
  // An erasure may have been ordered since; its tombstone, once committed, is seen here.
  const [erased] = await areErased(tx, tenant, [record]);
  if (erased) throw new RecordErasedError();
  const keys = [{ record, generation: from.generation }];
  const erasure = newId('erasure', random, at);
  return orderDestruction(tx, tenant, { erasure, cause: 'corrected', subject: undefined, keys, by, at });
}

/**
 * Destroys the old key. If this fails, a job does it, and the new value stands.
 * @param noted as `completeDestruction` has it
 */
export async function finish(
  parts: Parts,
  order: DestructionRow,
  to: RecordRow,
  clock: () => Date,
  noted?: () => void,
): Promise<void> {
  await completeDestruction(parts, order, clock, noted);
  await parts.keyStore.exclusive((tx) => clearCorrection(tx, to));
}

/** Takes back what `prepare` has made, once it is certain that the record store has not taken the new value. */
export async function takeBack({ recordStore, keyStore, keyring }: Parts, to: RecordRow): Promise<void> {
  await takeBackCorrection({ recordStore, keyStore }, keyring.indexes, to);
}
