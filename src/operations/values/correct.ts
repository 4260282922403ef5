/**
 * Replaces a record's value. Its tokens stay; so the correction is refused while one of them shows characters of the
 * old value that the new one does not have (`tokens/outdated.ts`). `intake/replacement.ts` says how, and what a crash
 * leaves.
 */
import { z } from 'zod';
import { mayBeShown } from '../../access/decide.ts';
import type { Caller } from '../../calls/caller.ts';
import { askedOf, guessesIn } from '../../calls/equal-values.ts';
import { perform } from '../../calls/perform.ts';
import { relationOf } from '../../calls/relations.ts';
import { decideOnPerson } from '../../calls/resource.ts';
import { inTime } from '../../calls/time-limit.ts';
import { completeDestruction } from '../../erasure/complete-destruction.ts';
import { type DestructionRow, findDestruction } from '../../erasure/destructions.ts';
import { codeOf, UnavailableError, VaultError } from '../../errors.ts';
import type { RecordId, TenantId } from '../../ids.ts';
import { accept, acceptAs, asKept, meetVerifiers, withVerifiers } from '../../intake/accept.ts';
import { decideFor, finish, prepare, takeBack } from '../../intake/replacement.ts';
import { ValueNotUniqueError } from '../../intake/unique-values.ts';
import { findRecord, openRecords } from '../../records/open-records.ts';
import type { RecordRow } from '../../records/store.ts';
import { tombstonesOf } from '../../records/tombstones.ts';
import { RecordIdSchema } from '../../schema.ts';
import { assertNoneOutdated } from '../../tokens/outdated.ts';
import type { Vault } from '../../vault/vault.ts';
import { EMAIL } from '../examples.ts';
import { operation } from '../operation.ts';
import { CorrectBody, CorrectReply } from './schema.ts';

type Reply = z.infer<typeof CorrectReply>;

/**
 * @throws `record_not_found`, `record_superseded`, `concurrent_change`, `token_outdated` @throws {RecordErasedError}
 * @throws {ValueNotUniqueError} @throws {TooManyGuessesError}; nothing has been changed
 * @throws {UnavailableError} also where the value is corrected and the journal does not have it yet; call again
 */
export const correct = operation({
  operationId: 'correctRecord',
  action: 'correct',
  method: 'patch',
  path: '/v1/records/{record}',
  summary: 'Correct a value; its tokens stay.',
  description:
    'The new value is sealed under a new key, and the old key is destroyed. Refused while a live token shows of the old ' +
    'value what the new one has not, as one in the format `card` does of another card: end it first, then mint another.',
  params: z.strictObject({ record: RecordIdSchema }),
  body: CorrectBody,
  reply: CorrectReply,
  idempotent: true,
  problems: [
    ...(['record_not_found', 'record_erased', 'record_superseded', 'invalid_value', 'concurrent_change'] as const),
    ...(['option_not_offered', 'journal_unavailable'] as const),
    ...(['token_outdated', 'value_not_unique', 'too_many_guesses', 'purpose_not_allowed'] as const),
  ],
  example: {
    request: { value: 'jane.roe@example.com', reason: 'asked by the customer' },
    reply: { record: EMAIL.record, version: 2, masked: 'j***@example.com' },
  },
  work: async (vault, caller, { record, ...body }) => {
    const { tenant, principal } = caller;
    const said = caller.idempotencyKey === undefined ? body : await withoutSecret(vault, caller, record, body);
    const idempotent = {
      body: said,
      remember: ({ version, kept }: Reply) => ({ version, kept }),
      replay: async ({ version, kept }: Pick<Reply, 'version' | 'kept'>): Promise<Reply> => {
        const row = await findRecord(vault.recordStore.reader, tenant, record);
        await finishOthers(vault, tenant, record);
        const { type } = await vault.catalogue.type(tenant, row.type);
        const again = acceptAs(type, body.value, kept, { now: vault.clock(), country: body.country });
        return { record, version, masked: type.views.masked(again.value), ...(kept && { kept }) };
      },
    };
    const { purpose, reason } = body;
    const call = { action: 'correct' as const, purpose, reason, idempotent };
    // A record that is gone says so, also if the same call corrected it before.
    const once = said === undefined ? { ...caller, idempotencyKey: undefined } : caller;
    return perform<Reply>(vault, once, call, async (door) => {
      const { reader } = vault.recordStore;
      const row = await findRecord(reader, tenant, record);
      await assertUnaltered(vault, row);
      const known = await vault.catalogue.type(tenant, row.type);
      const { type } = known;
      const relation = await relationOf(caller, 'correct', row, { vault, reader, now: door.now });
      const { grant } = decideOnPerson(door, caller, 'correct', { type, relation }, 'record_not_found');
      const accepted = accept(known, body.value, { now: door.now, country: body.country });
      const [value = accepted] = await withVerifiers(vault.hasher, [accepted], caller);
      const of = {
        tenant,
        record,
        type,
        value: value.value,
        now: door.now,
        mayBeShown: mayBeShown(caller, type, relation),
      };
      // Asked before there is anything to take back, and again in the transaction: a token may have been minted since.
      await assertNoneOutdated(reader, vault.keyring.indexes, of);
      const asked = guessesIn(await askedOf(vault, caller, [{ value }], purpose));
      let order!: DestructionRow;
      let next!: RecordRow;
      const reply = await vault.guesses.during(caller, asked, async (right) => {
        next = await prepare(vault, row, value, door.now).catch((error: unknown) => {
          if (error instanceof ValueNotUniqueError) right();
          throw error;
        });
        if (row.subject !== null) meetVerifiers(vault.hasher, tenant, [value]);
        const committing = door.commit<Reply>('exclusive', async (tx) => {
          order = await decideFor(tx, vault, row, next, principal, door.now);
          await assertNoneOutdated(tx, vault.keyring.indexes, of);
          const kept = value.kept && { kept: value.kept.name };
          const done = { record, version: next.version, masked: type.views.masked(value.value), ...kept };
          const guesses = asked.length > 0 ? 1 : undefined;
          return { reply: done, entry: { records: [record], guesses, target: grant } };
        });
        return committing.catch(async (error: unknown) => {
          // A value that was claimed in vain would be refused to others until a job settles the correction.
          const isRefused = error instanceof VaultError && ['conflict', 'gone', 'not_found'].includes(error.kind);
          if (value.unique !== undefined && isRefused) await takeBack(vault, next).catch(() => {});
          throw error;
        });
      });
      // The correction is committed. If this fails or takes too long, the caller's answer stands once the correction is
      // noted.
      await untilNoted(
        (noted) => inTime(caller.limit, finish(vault, order, next, vault.clock, noted)),
        (error) => {
          vault.signals.emit('job', { name: 'complete_erasures', failed: codeOf(error), changed: 0 });
          vault.signals.emit('erasureLeft');
        },
      );
      return reply;
    });
  },
});

/** Completes what is left of the record's corrections: an earlier call may have failed before they were noted. */
async function finishOthers(vault: Vault, tenant: TenantId, record: RecordId): Promise<void> {
  const [graves = []] = await tombstonesOf(vault.recordStore.reader, tenant, [record]);
  for (const { erasure } of graves) {
    const order = erasure === null ? undefined : await findDestruction(vault.recordStore.reader, tenant, erasure);
    if (order === undefined || order.state === 'completed') continue;
    await untilNoted((noted) => completeDestruction(vault, order, vault.clock, noted));
  }
}

/**
 * Waits until the journal has the correction, which neither store may undo by going back. What else fails, a job
 * repeats.
 * @param failed is told of every failure
 * @throws {UnavailableError} with `journal_unavailable`, whatever kept the journal from having it
 */
async function untilNoted(
  work: (noted: () => void) => Promise<unknown>,
  failed: (error: unknown) => void = () => {},
): Promise<void> {
  let isNoted = false;
  const noted = () => {
    isNoted = true;
  };
  await work(noted).catch((error: unknown) => {
    failed(error);
    if (isNoted) return;
    throw codeOf(error) === 'journal_unavailable' ? error : notNoted(error);
  });
}

function notNoted(cause: unknown): UnavailableError {
  const said = 'The correction stands, and is not in the journal yet. Call again until it is answered.';
  return new UnavailableError('journal_unavailable', said, { cause: codeOf(cause) });
}

/** The body for its idempotency MAC, see `withoutSecrets` of tokenize; undefined where the record is gone. */
async function withoutSecret(
  { catalogue, recordStore, clock }: Vault,
  { tenant }: Caller,
  record: RecordId,
  body: { readonly value?: unknown; readonly country?: string | undefined },
) {
  const row = await findRecord(recordStore.reader, tenant, record).catch((error: unknown) => {
    if (error instanceof VaultError && (error.kind === 'gone' || error.kind === 'not_found')) return undefined;
    throw error;
  });
  if (row === undefined) return undefined;
  const value = await asKept(catalogue, tenant, { ...body, type: row.type }, clock());
  return { record, ...body, value };
}

/** The new value is sealed in the row's place, so the row is trusted only after the old value has opened in it. */
async function assertUnaltered({ recordStore, keyStore, keyring }: Vault, row: RecordRow): Promise<void> {
  const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
  const [opened] = await openRecords(from, row.tenant as TenantId, [row]);
  if (opened instanceof VaultError) throw opened;
  opened?.value.wipe();
}
