/**
 * The one door: every operation runs in here. Authorise → open the transaction → work → append the audit entry → commit
 * → return. So nothing leaves the vault before its entry is durable, and no operation can forget to decide or to write
 * one.
 *
 *   the work succeeds   its changes, its audit entry and its idempotency row are one commit
 *   it is refused       nothing is kept; the refusal gets an entry of its own, and is then thrown
 *   it fails            the same, with outcome `failed`
 *   a part is damaged   its items say so; an entry of its own names their records, in the same commit
 *   it takes a second     nothing is kept but an approval that waits, and its entry (`waits.ts`)
 *   no entry possible   the call fails with `store_unavailable` and shows nothing
 *   its time runs out   nothing is kept (`timed_out`), unless its commit was on the way (`outcome_unknown`): then its
 *                       entry is in that commit, if there is one
 *   the tenant is gone  the call fails with `tenant_erased`, however it began
 */
import { ApprovalNeededError } from '../access/approvals/errors.ts';
import { assertOfFirstTenant } from '../access/first-tenant.ts';
import { keepNoted } from '../access/revocations.ts';
import { appendAuditEntry } from '../audit/entries.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import { OutcomeUnknownError } from '../storage/errors.ts';
import type { Vault } from '../vault/vault.ts';
import type { Caller } from './caller.ts';
import { type Call, CallDoor, type Door } from './door.ts';
import { appendFailure, type BaseEntry, baseEntry, type Macs, macsOf } from './entries.ts';
import { IdempotentCall } from './idempotency.ts';
import { CallTime, TimeLimit } from './time-limit.ts';
import { waiting } from './waits.ts';

/**
 * @throws {UnavailableError} `timed_out` when the call's time has run out; nothing is kept
 * @throws {OutcomeUnknownError} when the call's or its store's time has run out while its commit was on the way
 */
export async function perform<R>(
  vault: Vault,
  caller: Caller,
  call: Call<R>,
  work: (door: Door) => Promise<R>,
): Promise<R> {
  const time = new CallTime(caller.limit ?? new TimeLimit(vault.callLimitMs), call);
  const performing = performAll(vault, caller, call, work, time);
  const waitsToTheEnd = call.mayTakeLong && caller.limit === undefined;
  return waitsToTheEnd ? performing : time.answer(performing);
}

async function performAll<R>(
  vault: Vault,
  caller: Caller,
  call: Call<R>,
  work: (door: Door) => Promise<R>,
  time: CallTime,
): Promise<R> {
  let door: CallDoor<R> | undefined;
  let macs: Macs | undefined;
  try {
    const { action, idempotent } = call;
    const once = idempotent && (await IdempotentCall.of(vault.keyring.indexes, caller, action, idempotent.body));
    macs = await macsOf(vault, caller, call);
    const base = baseEntry(vault, caller, { ...call, macs }, vault.clock());
    door = new CallDoor(vault, caller, call, { base, once, time });
    // Here, so that no operation can forget it. Its work decides on what it shows.
    door.decide({});
    if (call.firstTenantOnly) await assertOfFirstTenant(vault.recordStore.reader, caller.tenant);
    const replayed = once && (await replay(vault, call, once, base));
    if (replayed !== undefined) return replayed.reply;
    try {
      const reply = await work(door);
      if (!door.committed) throw new TypeError(`The work of ${action} returned without a commit.`);
      if (door.used !== undefined) await keepNoted(vault, caller.tenant, ['approval'], [door.used]);
      return reply;
    } catch (error) {
      // The same call may have run at the same time under the same key and been first; its answer is then this one's.
      // What it left behind looks like a conflict, or like something gone.
      const raced = error instanceof VaultError && ['conflict', 'gone', 'not_found', 'waiting'].includes(error.kind);
      const first = raced && once && !door.committed ? await replay(vault, call, once, base) : undefined;
      if (first === undefined) throw error;
      return first.reply;
    }
  } catch (thrown) {
    const error = await explained(vault, await waiting(vault, caller, { ...call, macs }, thrown));
    if (error instanceof ApprovalNeededError) throw error;
    // If its own commit holds after all, it has the call's entry, and another entry would contradict it.
    const mayBeDone = error instanceof OutcomeUnknownError && time.mayBeDone;
    if (!door?.committed && !mayBeDone) await appendFailure(vault, caller, { ...call, macs }, error);
    else if (mayBeDone) vault.signals.emit('call', { action: call.action, outcome: 'failed', code: error.code });
    throw error;
  }
}

/** Keys and values of two different times do not open one another: the store's state is then the error; no alarm. */
async function explained(vault: Vault, error: unknown): Promise<unknown> {
  if (!(error instanceof IntegrityError)) return error;
  return vault.lookInPlace().then(
    () => error,
    (why: unknown) => why,
  );
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
