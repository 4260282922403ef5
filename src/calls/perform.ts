/**
 * The one door. Every verb runs in here: authorise → open the transaction → work → append the audit entry → commit →
 * return. So nothing leaves the vault before its entry is durable, and no verb can forget to write one.
 *
 *   the work succeeds   its changes, its audit entry and its idempotency row are one commit
 *   it is refused       nothing of it is kept; the refusal gets an entry of its own, then the refusal is thrown
 *   it fails            the same, with outcome `failed`
 *   a part is damaged   its items say so; an entry of its own names their records, in the same commit
 *   no entry possible   the call fails with `store_unavailable` and shows nothing
 *   its time runs out   nothing of it is kept (`timed_out`), unless its commit was on the way (`outcome_unknown`): then its
 *                       entry is in that commit, if there is one
 *   the tenant is gone  the call fails with `tenant_erased`, however it began
 */
import type { Action } from '../access/actions.ts';
import { decide, type Resource } from '../access/decide.ts';
import { assertTenantLives } from '../access/store.ts';
import { type AuditEntry, appendAuditEntry, type Outcome } from '../audit/entries.ts';
import { codeOf, IntegrityError, UnavailableError, VaultError } from '../errors.ts';
import { TooManyGuessesError } from '../guesses/errors.ts';
import { newId } from '../ids.ts';
import { ORPHAN_GRACE_MS } from '../jobs/orphan-keys.ts';
import { OutcomeUnknownError } from '../storage/errors.ts';
import type { RecordTx } from '../storage/tx.ts';
import type { Vault } from '../vault/vault.ts';
import { damagedRecords, raiseAlarms } from './alarms.ts';
import type { Caller } from './caller.ts';
import { IdempotentCall } from './idempotency.ts';
import { CallTime, TimeLimit } from './time-limit.ts';

const REASON_KEY = '@reason';
const REASON_MAC_BYTES = 16;
/** A process may be put to sleep. A call as old as this may have had its new keys swept as orphans: it is given up. */
const MAX_CALL_MS = ORPHAN_GRACE_MS / 2;

/** What a verb adds to its audit entry: ids and closed words. */
export type EntryDetails = Pick<
  AuditEntry,
  'records' | 'subject' | 'erasure' | 'target' | 'view' | 'code' | 'guesses'
> & {
  readonly outcome?: 'done' | 'refused' | 'failed';
  /** What the call met that does not open, and answered item by item: raises alarms, and has an entry of its own unless `code` says it. */
  readonly damaged?: readonly IntegrityError[];
};

export interface Call<R> {
  readonly action: Action;
  readonly purpose?: string | undefined;
  /** Free text; kept as a MAC only. */
  readonly reason?: string | undefined;
  /** For a call that makes no keys, and so may commit however late; its caller waits for it. */
  readonly mayTakeLong?: true;
  /**
   * For a call whose commit may take long by itself, and must not be given up for that: it goes on when its caller's time
   * has run out, who is told that its outcome is unknown.
   */
  readonly seenThrough?: true;
  /** Present on calls that write: how the answer is found again for a repeated call. */
  readonly idempotent?: {
    readonly body: unknown;
    /** What to keep of the answer: ids and closed words, never a value or a view. */
    remember(reply: R): unknown;
    replay(kept: never): R | Promise<R>;
  };
}

/** What a verb's work is given. */
export interface Door {
  readonly now: Date;
  /** @returns the view allowed. @throws the refusal */
  decide(resource?: Resource): string | undefined;
  /**
   * The record transaction of this call, ended by its audit entry; to be called exactly once, as the last thing that
   * may fail. A shared work may be run a second time, see `storage/tx.ts`.
   */
  commit<R>(
    mode: 'shared' | 'exclusive',
    work: (tx: RecordTx) => Promise<{ reply: R; entry: EntryDetails }>,
  ): Promise<R>;
}

/**
 * @throws {UnavailableError} `timed_out` when the call's time has run out; nothing of it is kept
 * @throws {OutcomeUnknownError} when it has run out, or its store's has, while its commit was on the way
 */
export async function perform<R>(
  vault: Vault,
  caller: Caller,
  call: Call<R>,
  work: (door: Door) => Promise<R>,
): Promise<R> {
  const time = new CallTime(caller.limit ?? new TimeLimit(vault.callLimitMs), call);
  return time.answer(performAll(vault, caller, call, work, time));
}

async function performAll<R>(
  vault: Vault,
  caller: Caller,
  call: Call<R>,
  work: (door: Door) => Promise<R>,
  time: CallTime,
): Promise<R> {
  let committed = false;
  let reasonMac: Buffer | undefined;
  try {
    const { action, idempotent } = call;
    const once = idempotent && (await IdempotentCall.of(vault.keyring.indexes, caller, action, idempotent.body));
    reasonMac = await macOfReason(vault, caller, call.reason);
    const now = vault.clock();
    const base = { ...baseEntry(vault, caller, call.action, now), purpose: statedPurpose(caller, call), reasonMac };
    const door: Door = {
      now,
      decide(resource = {}) {
        const decision = decide(caller, call.action, { purpose: call.purpose, ...resource });
        if (!decision.allowed) throw decision.refusal;
        return decision.view;
      },
      async commit(mode, inside) {
        if (committed) throw new TypeError('A call commits once.');
        const commit = async (tx: RecordTx) => {
          time.begins();
          await assertTenantLives(tx, caller.tenant);
          if (once !== undefined && (await once.recall(tx)) !== undefined) throw new VaultError('repeated_call');
          const { reply, entry: about } = await inside(tx);
          const { damaged = [], ...entry } = about;
          if (damaged.length > 0) await vault.lookInPlace();
          if (!call.mayTakeLong && vault.clock().getTime() - now.getTime() > MAX_CALL_MS) {
            throw new UnavailableError('overloaded', 'The call took too long. Nothing of it has been kept.');
          }
          await appendAuditEntry(tx, { ...base, outcome: 'done', ...entry });
          const further = damaged.length > 0 && entry.code !== DAMAGED.code;
          if (further) await appendAuditEntry(tx, damageEntry(vault, base, damaged));
          if (once !== undefined) await once.remember(tx, call.idempotent?.remember(reply as never), now);
          time.isOnTheWay();
          return { reply, outcome: entry.outcome ?? 'done', code: entry.code, damaged, further };
        };
        const { reply, outcome, code, damaged, further } = await time.commit(vault.recordStore[mode](commit));
        committed = true;
        vault.signals.emit('call', { action: call.action, outcome, code });
        if (further) vault.signals.emit('call', { action: call.action, ...DAMAGED });
        raiseAlarms(vault.signals, damaged, caller.request);
        return reply;
      },
    };

    // Once here, so that no verb can forget it; a verb decides again on what it shows.
    const decision = decide(caller, call.action, { purpose: call.purpose });
    if (!decision.allowed) throw decision.refusal;
    const replayed = once && (await replay(vault, call, once, base));
    if (replayed !== undefined) return replayed.reply;
    try {
      const reply = await work(door);
      if (!committed) throw new TypeError(`The verb ${call.action} returned without a commit.`);
      return reply;
    } catch (error) {
      // The same call may have run at the same time under the same key and been first; its answer is this one's. What
      // it left behind looks like a conflict, or like something gone.
      const raced = error instanceof VaultError && ['conflict', 'gone', 'not_found'].includes(error.kind);
      const first = raced && once && !committed ? await replay(vault, call, once, base) : undefined;
      if (first === undefined) throw error;
      return first.reply;
    }
  } catch (thrown) {
    const error = await explained(vault, thrown);
    // Where its own commit holds after all, the call's entry is in it, and another would say the contrary.
    const mayBeDone = error instanceof OutcomeUnknownError && time.mayBeDone;
    if (!committed && !mayBeDone) await appendFailure(vault, caller, { ...call, reasonMac }, error);
    else if (mayBeDone) vault.signals.emit('call', { action: call.action, outcome: 'failed', code: error.code });
    throw error;
  }
}

/** Keys and values of two different times do not open one another: then it is the store that is told, and no alarm raised. */
async function explained(vault: Vault, error: unknown): Promise<unknown> {
  if (!(error instanceof IntegrityError)) return error;
  return vault.lookInPlace().then(
    () => error,
    (why: unknown) => why,
  );
}

/** Audits a request that was turned away before its verb could run, and throws the reason. */
export async function turnAway(vault: Vault, caller: Named, action: Action, error: unknown): Promise<never> {
  await appendFailure(vault, caller, { action }, error);
  throw error;
}

async function replay<R>(
  vault: Vault,
  call: Call<R>,
  once: IdempotentCall,
  base: BaseEntry,
): Promise<{ reply: R } | undefined> {
  const kept = await once.recall(vault.recordStore.reader);
  if (kept === undefined || call.idempotent === undefined) return undefined;
  const reply = await call.idempotent.replay(kept as never);
  await vault.recordStore.shared((tx) => appendAuditEntry(tx, { ...base, outcome: 'replayed' }));
  vault.signals.emit('call', { action: call.action, outcome: 'replayed', code: undefined });
  return { reply };
}

type BaseEntry = Omit<AuditEntry, 'outcome'>;
/** As much of a caller as an entry names. */
type Named = Pick<Caller, 'tenant' | 'principal' | 'purposes' | 'request'>;

function baseEntry(vault: Vault, caller: Named, action: Action, at: Date): BaseEntry {
  return {
    entry: newId('audit', vault.random, at),
    tenant: caller.tenant,
    at,
    principal: caller.principal,
    action,
    request: caller.request,
  };
}

const DAMAGED = { outcome: 'failed', code: 'integrity_failure' } as const;

function damageEntry(vault: Vault, base: BaseEntry, damaged: readonly IntegrityError[]): AuditEntry {
  return { ...base, entry: newId('audit', vault.random, base.at), ...DAMAGED, records: damagedRecords(damaged) };
}

/** A purpose is logged only if it is one of the caller's own: anything else is free text. */
function statedPurpose(caller: Named, call: { readonly purpose?: string | undefined }): string | undefined {
  return call.purpose !== undefined && caller.purposes.includes(call.purpose) ? call.purpose : undefined;
}

async function macOfReason(vault: Vault, caller: Caller, reason: string | undefined): Promise<Buffer | undefined> {
  if (reason === undefined) return undefined;
  const key = await vault.keyring.indexes.current(caller.tenant, REASON_KEY);
  return key.mac('lethe/reason/1', REASON_MAC_BYTES, reason);
}

async function appendFailure(
  vault: Vault,
  caller: Named,
  call: Pick<Call<unknown>, 'action' | 'purpose'> & { readonly reasonMac?: Buffer | undefined },
  error: unknown,
): Promise<void> {
  const code = codeOf(error);
  const refused = error instanceof VaultError && (error.kind === 'refused' || error.kind === 'unauthenticated');
  const outcome: Outcome = refused ? 'refused' : 'failed';
  raiseAlarms(vault.signals, [error], caller.request);
  vault.signals.emit('call', { action: call.action, outcome, code });
  const records = damagedRecords([error]);
  const { action, reasonMac } = call;
  const purpose = statedPurpose(caller, call);
  const guesses = error instanceof TooManyGuessesError ? error.guesses : undefined;
  const base = { ...baseEntry(vault, caller, action, vault.clock()), purpose, reasonMac, outcome, code };
  const entry = { ...base, records, guesses };
  const appending = vault.recordStore.shared((tx) => appendAuditEntry(tx, entry));
  // What is out of reach says why itself; anything else is told only with its entry.
  await (error instanceof UnavailableError ? appending.catch(() => {}) : appending);
}
