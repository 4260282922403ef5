/**
 * Erases records, which the caller names by id, by token, or by the subject they are about. Nothing opens them from the
 * first commit on. Keys, index rows and ciphertext are destroyed before the receipt is returned; if that is
 * interrupted, a job does it.
 */

import type { Order } from '../../access/approvals/needed.ts';
import { NAMED_SUBJECTS } from '../../access/approvals/schema.ts';
import type { Caller } from '../../calls/caller.ts';
import { receiptFor } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { completeDestruction } from '../../erasure/complete-destruction.ts';
import { type DestructionRow, findErasure, orderDestruction } from '../../erasure/destructions.ts';
import { type Doomed, doomedBeside, doomedBy } from '../../erasure/doomed.ts';
import { EraseBody, type EraseRequest, type Receipt, ReceiptSchema } from '../../erasure/schema.ts';
import { codeOf } from '../../errors.ts';
import { type ErasureId, newId, type SubjectId } from '../../ids.ts';
import { subjectsOf } from '../../records/store.ts';
import { LeftError } from '../../storage/side-by-side.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { namedSubject } from '../../subjects/refs.ts';
import { ENDED } from '../../tokens/schema.ts';
import type { Vault } from '../../vault/vault.ts';
import { RECEIPT } from '../examples.ts';
import { operation } from '../operation.ts';
import { eraseWholeTenant } from './whole-tenant.ts';

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
    ...(['approval_needed', 'too_many_approvals', 'journal_unavailable'] as const),
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
    const named = { tokens: body.tokens, records: body.records, subject, byRef: body.ref !== undefined };
    const asking = { tenant, audience: caller.audience, now: door.now };
    const { indexes } = vault.keyring;
    const bury = async (tx: RecordTx, keys: readonly Doomed[]) => {
      const erasure = newId('erasure', vault.random, door.now);
      const row = await orderDestruction(tx, tenant, {
        erasure,
        cause: 'erased',
        subject,
        keys,
        by: caller.principal,
        at: door.now,
      });
      return { reply: row, entry: { erasure, subject, records: keys.map((key) => key.record) } };
    };
    const { erasesAlone = Number.POSITIVE_INFINITY } = caller;
    const isMany = ({ length }: readonly unknown[]) => subject === undefined && length > erasesAlone;
    const askSecond = Number.isFinite(erasesAlone) ? await door.secondPerson() : undefined;
    return door.commitTogether(
      async (part) => {
        const keys = await doomedBeside(part, indexes, asking, named);
        if (isMany(keys)) throw new LeftError();
        return bury(part, keys);
      },
      async (tx) => {
        const keys = await doomedBy(tx, indexes, asking, named);
        const ids = keys.map(({ record }) => record);
        const whom = isMany(keys) ? await subjectsOf(tx, tenant, ids) : [];
        if (isMany(whom)) await askSecond?.(tx, orderOf(body, whom, ids));
        return bury(tx, keys);
      },
    );
  });
  return receiptFor(caller, await complete(vault, caller, order));
}

/** An erasure of many, as a second person is asked for it. Of the reason the log has a MAC, and it changes nothing. */
function orderOf(
  { reason: _, ...request }: EraseRequest,
  whom: readonly (SubjectId | null)[],
  ids: readonly unknown[],
): Order {
  const named = whom.filter((subject) => subject !== null).slice(0, NAMED_SUBJECTS);
  return { kind: 'erasure', request, about: { subjects: whom.length, records: ids.length, named } };
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
