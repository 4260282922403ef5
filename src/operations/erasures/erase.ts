/**
 * Erases records, which the caller names by id, by token, or by the subject they are about. Nothing opens them from the
 * first commit on. Keys, index rows and ciphertext are destroyed before the receipt is returned; if that is
 * interrupted, a job does it.
 */

import type { Caller } from '../../calls/caller.ts';
import { receiptFor } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { completeDestruction } from '../../erasure/complete-destruction.ts';
import { type DestructionRow, findErasure, orderDestruction } from '../../erasure/destructions.ts';
import { EraseBody, type EraseRequest, type Receipt, ReceiptSchema } from '../../erasure/schema.ts';
import { codeOf, VaultError } from '../../errors.ts';
import { type ErasureId, newId, type RecordId, type SubjectId, type TenantId, type Token } from '../../ids.ts';
import { lockRecords, pageOfSubject } from '../../records/store.ts';
import { type TombstoneRow, tombstonesOf } from '../../records/tombstones.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { namedSubject } from '../../subjects/refs.ts';
import { liveSubject, markErased } from '../../subjects/subjects.ts';
import { ENDED } from '../../tokens/schema.ts';
import { type Asking, findTokens } from '../../tokens/tokens.ts';
import type { Vault } from '../../vault/vault.ts';
import { RECEIPT } from '../examples.ts';
import { operation } from '../operation.ts';
import { eraseWholeTenant } from './whole-tenant.ts';

const PAGE = 1_000;

type Doomed = { readonly record: RecordId; readonly generation: number };

export const erase = operation({
  operationId: 'erase',
  action: 'erase',
  alsoActions: ['erase_tenant'],
  method: 'post',
  path: '/v1/erasures',
  summary: 'Erase records, by themselves, by tokens, or by subject; or a whole tenant.',
  description:
    'Name exactly one of `subject`, `ref`, `records`, `tokens` and `tenant`. From the reply on, nothing opens the values. ' +
    'It cannot be taken back. Records that were erased before are not counted again. A tenant is erased by its ' +
    'administrator, or by an administrator or the security team of the first tenant, who repeat its name in `confirm`; ' +
    'none of its API keys works from then on, and the receipt is read by those of the first tenant.',
  body: EraseBody,
  reply: ReceiptSchema,
  status: 201,
  idempotent: true,
  problems: [
    ...(['subject_not_found', 'subject_erased', 'record_not_found'] as const),
    ...ENDED,
    ...(['tenant_not_found', 'tenant_erased', 'not_confirmed', 'first_tenant'] as const),
  ],
  example: { request: { ref: 'cust_42', reason: 'asked by the customer' }, reply: RECEIPT },
  work: (vault, caller, { tenant, confirm = '', ...body }) =>
    tenant === undefined
      ? eraseRecords(vault, caller, body)
      : eraseWholeTenant(vault, caller, { tenant, confirm, reason: body.reason }),
});

/** @throws `token_not_found`, `record_not_found`, `subject_not_found` naming the item; nothing is erased then */
async function eraseRecords(vault: Vault, caller: Caller, body: EraseRequest): Promise<Receipt> {
  const { tenant } = caller;
  const idempotent = {
    body,
    remember: (order: DestructionRow) => ({ erasure: order.erasure }),
    replay: ({ erasure }: { erasure: string }) => findErasure(vault.recordStore.reader, tenant, erasure as ErasureId),
  };
  const call = { action: 'erase' as const, reason: body.reason, idempotent, seenThrough: true as const };
  const order = await perform<DestructionRow>(vault, caller, call, async (door) => {
    const subject = await namedSubject(vault.keyStore.reader, vault.keyring, tenant, body);
    return door.commit('exclusive', async (tx) => {
      const erasure = newId('erasure', vault.random, door.now);
      const keys =
        subject === undefined
          ? await ofNames(vault, tx, caller, body, door.now)
          : await ofSubject(tx, tenant, subject, body.ref === undefined ? 'subject' : 'ref', door.now);
      const row = await orderDestruction(tx, tenant, {
        erasure,
        cause: 'erased',
        subject,
        keys,
        by: caller.principal,
        at: door.now,
      });
      const records = keys.map((key) => key.record);
      return { reply: row, entry: { erasure, subject, records } };
    });
  });
  return receiptFor(caller, await complete(vault, caller, order));
}

/** The erasure is ordered and stands. If its completion fails now, or the caller's time is up, a job completes it. */
async function complete(vault: Vault, caller: Caller, order: DestructionRow): Promise<DestructionRow> {
  if (order.state === 'completed') return order;
  try {
    return await inTime(caller.limit, completeDestruction(vault, order, vault.clock));
  } catch (error) {
    vault.signals.emit('job', { name: 'complete_erasures', failed: codeOf(error), changed: 0 });
    vault.signals.emit('erasureLeft');
    return order;
  }
}

/**
 * Marks the subject first: a call that adds a record to it from then on waits, and is then refused. On PostgreSQL the
 * call that makes the subject may commit just after the mark found no row. The subject is then there and alive, and is
 * marked again.
 */
async function ofSubject(
  tx: RecordTx,
  tenant: TenantId,
  subject: SubjectId,
  field: 'subject' | 'ref',
  now: Date,
): Promise<Doomed[]> {
  while (!(await markErased(tx, tenant, subject, now))) await liveSubject(tx, tenant, subject, field);
  const keys: Doomed[] = [];
  for (let after: RecordId | undefined; ; ) {
    const page = await pageOfSubject(tx, tenant, subject, { after, limit: PAGE });
    const ids = page.map((row) => row.record as RecordId);
    keys.push(...(await notErased(tx, tenant, await lockRecords(tx, tenant, ids))));
    if (page.length < PAGE) return keys;
    after = ids.at(-1);
  }
}

/** Leaves out records that another erasure has buried and counts, but whose rows it has not removed yet. */
async function notErased(tx: RecordTx, tenant: TenantId, held: readonly Doomed[]): Promise<Doomed[]> {
  const graves = await tombstonesOf(
    tx,
    tenant,
    held.map((key) => key.record),
  );
  return held.flatMap((key, i) => (isErased(graves[i]) ? [] : [doomed(key, graves[i])]));
}

function isErased(graves: readonly TombstoneRow[] = []): boolean {
  return graves.some(({ cause }) => cause === 'erased');
}

/**
 * What is to be buried of a record: its generation, or, in a record store that was put back to before a correction, the
 * generation after all those that are buried. A second tombstone of one generation would be the same one, which says
 * `corrected`.
 */
function doomed({ record, generation }: Doomed, graves: readonly TombstoneRow[] = []): Doomed {
  return { record, generation: Math.max(generation, ...graves.map((grave) => grave.generation + 1)) };
}

/** The records that the request names and that are still there. A record that was erased before stays erased. */
async function ofNames(
  vault: Vault,
  tx: RecordTx,
  { tenant, audience }: Caller,
  { tokens, records = [] }: EraseRequest,
  now: Date,
): Promise<Doomed[]> {
  const named = tokens === undefined ? records : await recordsOf(vault, tx, { tenant, audience, now }, tokens);
  const ids = [...new Set(named)];
  const rows = new Map((await lockRecords(tx, tenant, ids)).map((row) => [row.record, row]));
  const graves = await tombstonesOf(tx, tenant, ids);
  return ids.flatMap((record, i) => {
    if (isErased(graves[i])) return [];
    const row = rows.get(record);
    if (row === undefined) throw new VaultError('record_not_found', { field: `records/${named.indexOf(record)}` });
    return [doomed(row, graves[i])];
  });
}

async function recordsOf(vault: Vault, tx: RecordTx, asking: Asking, tokens: readonly Token[]): Promise<RecordId[]> {
  const rows = await findTokens(tx, vault.keyring.indexes, asking, tokens);
  return rows.map((row, i) => {
    if (row instanceof VaultError) throw row.at(`tokens/${i}`);
    return row.record as RecordId;
  });
}
