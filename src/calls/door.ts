/**
 * What `perform` gives to an operation's work: deciding on what it shows, and committing. One commit holds the work's
 * changes, its audit entry, one more entry for what it found damaged, and its idempotency row.
 */
import type { Action } from '../access/actions.ts';
import { type Order, useApproval } from '../access/approvals/needed.ts';
import { type Decision, decide, type Resource } from '../access/decide.ts';
import { accessKeys } from '../access/keys.ts';
import { assertTenantLives } from '../access/store.ts';
import { type AuditEntry, appendAuditEntry } from '../audit/entries.ts';
import { type IntegrityError, UnavailableError, VaultError } from '../errors.ts';
import type { ApprovalId } from '../ids.ts';
import { MAX_CALL_MS } from '../storage/limits.ts';
import type { PartTx } from '../storage/side-by-side.ts';
import type { RecordTx } from '../storage/tx.ts';
import type { Vault } from '../vault/vault.ts';
import { raiseAlarms } from './alarms.ts';
import type { Caller } from './caller.ts';
import { commitTogether } from './commits-together.ts';
import { type BaseEntry, DAMAGED, damageEntry } from './entries.ts';
import type { IdempotentCall } from './idempotency.ts';
import type { CallTime } from './time-limit.ts';

/** What the work adds to its audit entry: ids and closed words. */
export type EntryDetails = Pick<
  AuditEntry,
  'records' | 'subject' | 'erasure' | 'target' | 'view' | 'code' | 'guesses'
> & {
  readonly outcome?: 'done' | 'refused' | 'failed';
  /** Errors that the call answered item by item. They raise alarms, and have their own entry unless `code` says it. */
  readonly damaged?: readonly IntegrityError[];
};

export interface Call<R> {
  readonly action: Action;
  /** For an act on the whole vault: only the first tenant may (`access/first-tenant.ts`). */
  readonly firstTenantOnly?: true;
  readonly purpose?: string | undefined;
  /** Free text; kept as a MAC only. */
  readonly reason?: string | undefined;
  /** The case in the helpdesk; kept as a MAC only. */
  readonly ticket?: string | undefined;
  /**
   * For a call that makes no keys, and so may commit at any time. A command waits for it. A caller over HTTP is told,
   * when its time has run out, that the outcome is unknown; the call goes on, and so gets its audit entry.
   */
  readonly mayTakeLong?: true;
  /**
   * For a call whose commit itself may take long and must not be given up. It goes on when its caller's time has run
   * out; the caller is told that the outcome is unknown.
   */
  readonly seenThrough?: true;
  /** Present on calls that write: how a repeated call finds the answer again. */
  readonly idempotent?: {
    readonly body: unknown;
    /** What to keep of the answer: ids and closed words, never a value or a view. */
    remember(reply: R): unknown;
    replay(kept: never): R | Promise<R>;
  };
}

/** What the work is given. */
export interface Door {
  readonly now: Date;
  /**
   * Decides on a value, a type or a view; `perform` has decided on the action alone.
   * @returns the view allowed. @throws the refusal
   */
  decide(resource: Resource): string | undefined;
  /** The same, where a refusal concerns one item of several. */
  decision(resource: Resource): Decision;
  /**
   * What asks in the transaction whether something waits for a second person (`access/approvals/needed.ts`). Fetched
   * before the transaction, and called in an exclusive one, before anything is done: it throws where it waits, and
   * `perform` makes the approval. The entry then names the one that was used.
   */
  secondPerson(): Promise<AskSecond>;
  /**
   * The record transaction of this call, which its audit entry ends. Call it exactly once, as the last step that may
   * fail. A shared work may be run a second time, see `storage/tx.ts`.
   */
  commit<R>(mode: 'shared' | 'exclusive', work: (tx: RecordTx) => Promise<Done<R>>): Promise<R>;
  /**
   * Like an exclusive commit, but calls that come at the same moment share one transaction.
   * @param beside the work as one of several: it waits for nobody, and may leave @param alone the work otherwise
   */
  commitTogether<R>(
    beside: (part: PartTx<'records'>) => Promise<Done<R>>,
    alone: (tx: RecordTx) => Promise<Done<R>>,
  ): Promise<R>;
}

export type AskSecond = (tx: RecordTx, order: Order) => Promise<void>;

/** What a work has done in the transaction: the reply, and what it adds to the audit entry. */
export interface Done<R> {
  readonly reply: R;
  readonly entry: EntryDetails;
}

interface Committed<R> {
  readonly reply: R;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly code: string | undefined;
  readonly damaged: readonly IntegrityError[];
  readonly further: boolean;
}

/** How the call commits. */
export interface Commits {
  readonly base: BaseEntry;
  readonly once: IdempotentCall | undefined;
  readonly time: CallTime;
}

export class CallDoor<Reply> implements Door {
  readonly #vault: Vault;
  readonly #caller: Caller;
  readonly #call: Call<Reply>;
  readonly #commits: Commits;
  #committed = false;
  #used: ApprovalId | undefined;

  constructor(vault: Vault, caller: Caller, call: Call<Reply>, commits: Commits) {
    this.#vault = vault;
    this.#caller = caller;
    this.#call = call;
    this.#commits = commits;
  }

  get now(): Date {
    return this.#commits.base.at;
  }

  get committed(): boolean {
    return this.#committed;
  }

  /** The approval that the call has used. */
  get used(): ApprovalId | undefined {
    return this.#used;
  }

  async secondPerson(): Promise<AskSecond> {
    const { tenant, principal } = this.#caller;
    const keys = await accessKeys(this.#vault.keyring.indexes, tenant);
    return async (tx, order) => {
      const asked = { action: this.#call.action, now: this.now };
      this.#used = await useApproval(tx, keys, { tenant, principal }, asked, order);
    };
  }

  decide(resource: Resource): string | undefined {
    const decision = this.decision(resource);
    if (!decision.allowed) throw decision.refusal;
    return decision.view;
  }

  decision(resource: Resource): Decision {
    const { action, purpose, reason, ticket } = this.#call;
    return decide(this.#caller, action, { purpose, ...resource }, { at: this.now, reason, ticket });
  }

  async commit<R>(mode: 'shared' | 'exclusive', work: (tx: RecordTx) => Promise<Done<R>>): Promise<R> {
    return this.#commit(() => this.#vault.recordStore[mode]((tx) => this.#inside(tx, work, mode === 'shared')));
  }

  async commitTogether<R>(
    beside: (part: PartTx<'records'>) => Promise<Done<R>>,
    alone: (tx: RecordTx) => Promise<Done<R>>,
  ): Promise<R> {
    const { tenant, principal, idempotencyKey } = this.#caller;
    return this.#commit(() =>
      commitTogether(this.#vault.recordStore, {
        tenant,
        idempotencyKey: idempotencyKey && `${principal} ${idempotencyKey}`,
        beside: (part) => this.#inside(part, () => beside(part)),
        alone: (tx) => this.#inside(tx, alone),
      }),
    );
  }

  async #commit<R>(committing: () => Promise<Committed<R>>): Promise<R> {
    if (this.#committed) throw new TypeError('A call commits once.');
    const { signals } = this.#vault;
    const { action } = this.#call;
    const { reply, outcome, code, damaged, further } = await this.#commits.time.commit(committing());
    this.#committed = true;
    signals.emit('call', { action, outcome, code });
    if (further) signals.emit('call', { action, ...DAMAGED });
    raiseAlarms(signals, damaged, this.#caller.request);
    return reply;
  }

  /**
   * @param atOnce whether the work asks its first question beside those of the call, in one round trip. Only a shared
   *   work may: if an answer forbids the call, nothing of it is there
   */
  async #inside<R>(tx: RecordTx, work: (tx: RecordTx) => Promise<Done<R>>, atOnce = false): Promise<Committed<R>> {
    const vault = this.#vault;
    const { idempotent, mayTakeLong } = this.#call;
    const { base, once, time } = this.#commits;
    time.begins();
    const allowed = this.#mayGoOn(tx);
    if (!atOnce) await allowed;
    const working = work(tx);
    await allowed.catch(async (error: unknown) => {
      // What forbids the call says more than what became of its work.
      await working.catch(() => {});
      throw error;
    });
    const { reply, entry: about } = await working;
    const { damaged = [], ...entry } = about;
    if (damaged.length > 0) await vault.lookInPlace();
    if (!mayTakeLong && vault.clock().getTime() - base.at.getTime() > MAX_CALL_MS) {
      throw new UnavailableError('overloaded', 'The call took too long. Nothing of it has been kept.');
    }
    const target = [entry.target, this.#used].filter(Boolean).join(' ') || undefined;
    await appendAuditEntry(tx, { ...base, outcome: 'done', ...entry, target });
    const further = damaged.length > 0 && entry.code !== DAMAGED.code;
    if (further) await appendAuditEntry(tx, damageEntry(vault, base, damaged));
    if (once !== undefined) await once.remember(tx, idempotent?.remember(reply as never), base.at);
    time.isOnTheWay();
    return { reply, outcome: entry.outcome ?? 'done', code: entry.code, damaged, further };
  }

  /** @throws `tenant_erased`; `repeated_call` where this call has been answered before */
  async #mayGoOn(tx: RecordTx): Promise<void> {
    const recalled = this.#commits.once?.recall(tx);
    recalled?.catch(() => {});
    await assertTenantLives(tx, this.#caller.tenant);
    if ((await recalled) !== undefined) throw new VaultError('repeated_call');
  }
}
