/**
 * Replaces a record's value; its tokens stay. The new value is sealed under a new key, and the old key is destroyed
 * like any other (K6): a backup's old ciphertext opens no longer than an erased one.
 *
 * Order: the new key is made and noted as a correction under way; the record store then decides; the old key is
 * destroyed. A crash after any of these is completed, or taken back, by a job.
 */

import type { z } from 'zod';
import { Plaintext } from '../crypto/plaintext.ts';
import type { DataType, Json } from '../datatypes/datatype.ts';
import { clearCorrection, noteCorrection } from '../erasure/corrections.ts';
import { completeErasure, type ErasureRow, orderErasure } from '../erasure/erasures.ts';
import { codeOf, VaultError } from '../errors.ts';
import { type BucketId, newId, type RecordId, type TenantId } from '../ids.ts';
import { recordKeysOf } from '../keyring/tables.ts';
import { findRecord, openRecords, RecordErasedError, typeOf } from '../records/open-records.ts';
import { sealValue } from '../records/sealing.ts';
import { type RecordRow, replaceSealed } from '../records/store.ts';
import { areErased } from '../records/tombstones.ts';
import { indexRow, insertIndexRows } from '../search/blind-index.ts';
import { DuplicateRowError } from '../storage/errors.ts';
import type { Caller } from './caller.ts';
import { perform } from './perform.ts';
import type { CorrectReply } from './schema.ts';
import type { Vault } from './vault.ts';

/** Somebody else changed the record at the same time. Nothing has been changed by this call. */
export class ConcurrentChangeError extends VaultError {
  readonly kind = 'conflict';
  readonly code = 'concurrent_change';

  constructor() {
    super('The record was changed at the same time by another call. Read it again, then repeat the call.');
  }
}

type Reply = z.infer<typeof CorrectReply>;

/** @throws {RecordNotFoundError} @throws {RecordErasedError} @throws {ConcurrentChangeError} */
export async function correct(
  vault: Vault,
  caller: Caller,
  record: RecordId,
  body: { readonly value?: unknown; readonly reason?: string | undefined },
): Promise<Reply> {
  const idempotent = {
    body: { record, ...body },
    remember: (reply: Reply) => ({ version: reply.version }),
    replay: async (kept: { version: number }): Promise<Reply> => {
      const row = await findRecord(vault.recordStore.reader, caller.tenant, record);
      const type = typeOf(row);
      return {
        record,
        version: kept.version,
        masked: type.views.masked(type.parse(body.value, { now: vault.clock() })),
      };
    },
  };
  const call = { action: 'correct' as const, reason: body.reason, idempotent };
  return perform<Reply>(vault, caller, call, async (door) => {
    door.decide();
    const row = await findRecord(vault.recordStore.reader, caller.tenant, record);
    const type = typeOf(row);
    door.decide({ type: { name: type.name, views: Object.keys(type.views) } });
    await assertUnaltered(vault, row);
    const value = type.parse(body.value, { now: door.now });
    const next = await sealNext(vault, row, type, value, door.now);
    let order!: ErasureRow;
    const reply = await door.commit<Reply>('exclusive', async (tx) => {
      const erasure = newId('erasure', vault.random, door.now);
      const keys = [{ record, generation: row.generation }];
      if (!(await replaceSealed(tx, row, next))) {
        await findRecord(tx, caller.tenant, record);
        throw new ConcurrentChangeError();
      }
      // An erasure may have been ordered since; its tombstone, once committed, is seen here.
      const [erased] = await areErased(tx, caller.tenant, [record]);
      if (erased) throw new RecordErasedError();
      const by = caller.principal;
      order = await orderErasure(tx, caller.tenant, {
        erasure,
        cause: 'corrected',
        subject: undefined,
        keys,
        by,
        at: door.now,
      });
      const done = { record, version: next.version, masked: type.views.masked(value) };
      return { reply: done, entry: { records: [record] } };
    });
    await destroyOld(vault, order, next);
    return reply;
  });
}

/** The new value is sealed in the row's place, so the row is believed only once the old value has opened in it. */
async function assertUnaltered({ recordStore, keyStore, keyring }: Vault, row: RecordRow): Promise<void> {
  const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
  const [opened] = await openRecords(from, row.tenant as TenantId, [row]);
  if (opened instanceof VaultError) throw opened;
  opened?.value.wipe();
}

async function sealNext(vault: Vault, row: RecordRow, type: DataType, value: Json, now: Date): Promise<RecordRow> {
  const { keyring, keyStore, random } = vault;
  const tenant = row.tenant as TenantId;
  const record = row.record as RecordId;
  const indexKey = type.spread !== 'none' ? await keyring.indexes.current(tenant, type.name) : undefined;
  const { key, generation } = await keyStore
    .exclusive(async (tx) => {
      const [held = []] = await tx.find(recordKeysOf, [[tenant, record]]);
      const current = held.find((entry) => entry.generation === row.generation);
      if (current === undefined) throw new ConcurrentChangeError();
      const generation = Math.max(...held.map((entry) => entry.generation)) + 1;
      const place = { record, generation, bucket: current.bucket as BucketId };
      const [key] = await keyring.records.create(tx, tenant, [place]);
      await noteCorrection(tx, { tenant, record, generation, created_at: now.getTime() });
      if (indexKey !== undefined) {
        await insertIndexRows(tx, [indexRow(indexKey, tenant, type, value, record, generation)]);
      }
      return { key: key as Buffer, generation };
    })
    .catch((error: unknown) => {
      throw error instanceof DuplicateRowError ? new ConcurrentChangeError() : error;
    });
  const place = {
    tenant,
    record,
    subject: row.subject,
    type: type.name,
    type_version: type.version,
    generation,
    version: row.version + 1,
  };
  const plain = Plaintext.of(value);
  const sealed = sealValue(place, plain, key, random);
  plain.wipe();
  key.fill(0);
  return { ...place, label: row.label, sealed, created_at: row.created_at, updated_at: now.getTime() };
}

/** The correction is committed: should this fail, a job finishes it, and the caller's answer stands. */
async function destroyOld(vault: Vault, order: ErasureRow, next: RecordRow): Promise<void> {
  try {
    await completeErasure(vault, order, vault.clock);
    await vault.keyStore.exclusive((tx) => clearCorrection(tx, next));
  } catch (error) {
    vault.signals.emit('job', { name: 'complete_erasures', failed: codeOf(error), changed: 0 });
  }
}
