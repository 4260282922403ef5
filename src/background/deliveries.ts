/**
 * Tells hooks what happened, beside everything else: no call waits for a receiver, and no other job does.
 *
 * Guarantees: one process of the vault delivers at a time. One that has lost its lease begins no more turns; the turns
 * it was in may tell once more what its successor tells. A slow receiver holds up itself alone: there are
 * `TENANT_TURNS` turns at a time for one tenant, and `TURNS` for all. While there is nothing to tell, a round costs two
 * reads and writes nothing.
 */

import { appendOwnEntry } from '../audit/entries.ts';
import { codeOf } from '../errors.ts';
import { type Resolve, resolveName } from '../hooks/address.ts';
import { dueHooks } from '../hooks/due.ts';
import type { HookRow } from '../hooks/hook-rows.ts';
import { hasWaiting, orderEvents } from '../hooks/outbox.ts';
import { type Post, post } from '../hooks/post.ts';
import { TRY_MS, type TurnParts, takeTurn } from '../hooks/turn.ts';
import type { TenantId } from '../ids.ts';
import { type Lease, type LeaseOptions, takeLease } from '../jobs/lease.ts';
import type { JobReport } from '../jobs/worker.ts';
import type { Vault } from '../vault/vault.ts';

/** How long what has happened waits at most before it is first told. */
export const ROUND_MS = 5_000;
export const TURNS = 32;
export const TENANT_TURNS = 4;
/** Given their places in one transaction. */
const ORDERED_AT_ONCE = 500;
const LEASE = 'hooks';

/** What tests exchange. */
export interface DeliveryOptions {
  readonly resolve?: Resolve;
  readonly post?: Post;
  readonly tryMs?: number;
  readonly lease?: LeaseOptions;
}

export class Deliveries {
  readonly #vault: Vault;
  readonly #report: (report: JobReport) => void;
  readonly #options: DeliveryOptions;
  readonly #parts: TurnParts;
  readonly #stopping = new AbortController();
  readonly #turns = new Map<string, { readonly tenant: string; readonly done: Promise<void> }>();
  #lease: Lease | undefined;
  #round: Promise<void> | undefined;

  constructor(vault: Vault, report: (report: JobReport) => void, options: DeliveryOptions = {}) {
    this.#vault = vault;
    this.#report = report;
    this.#options = options;
    const { recordStore, keyring, clock, random, hookNetworks: networks } = vault;
    this.#parts = {
      ...{ recordStore, keyring, clock, random, networks, resolve: resolveName, post, tryMs: TRY_MS, ...options },
      stopping: this.#stopping.signal,
      paused: (tx, { tenant, hook }, why) => {
        const code = why === 'damaged' ? 'integrity_failure' : 'hook_given_up';
        const said = { action: 'change_hook', outcome: 'failed', code, target: hook } as const;
        return appendOwnEntry(tx, { tenant: tenant as TenantId, at: clock(), random }, said);
      },
    };
  }

  /** Gives what has happened its order, and begins the turns that are due. @returns when they have begun */
  round(): Promise<void> {
    this.#round ??= this.#begin()
      .catch((error: unknown) => this.#report({ name: 'deliver_hooks', changed: 0, failed: codeOf(error) }))
      .finally(() => {
        this.#round = undefined;
      });
    return this.#round;
  }

  /** Resolves when the turns that have begun are over. */
  async settled(): Promise<void> {
    await this.#round;
    await Promise.all([...this.#turns.values()].map(({ done }) => done));
  }

  /** Breaks off what is under way; what was not taken is told again by the next process. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.settled();
    await this.#release();
  }

  async #begin(): Promise<void> {
    const { recordStore, keyStore, clock, random } = this.#vault;
    if (this.#stopping.signal.aborted) return;
    const { reader } = recordStore;
    const isIdle = !(await hasWaiting(reader)) && (await dueHooks(reader, clock())).length === 0;
    if (isIdle) {
      if (this.#turns.size === 0) await this.#release();
      return;
    }
    if (this.#lease?.lost()) await this.#release();
    const stopping = () => this.#stopping.signal.aborted;
    this.#lease ??= await takeLease(keyStore, LEASE, random, { stopping, ...this.#options.lease });
    if (this.#lease === undefined || stopping()) return;
    while ((await orderEvents(recordStore, clock(), ORDERED_AT_ONCE)) === ORDERED_AT_ONCE);
    for (const row of await dueHooks(reader, clock())) if (this.#hasRoomFor(row)) this.#start(row);
  }

  #hasRoomFor({ tenant, hook }: HookRow): boolean {
    const ofTenant = [...this.#turns.values()].filter((turn) => turn.tenant === tenant).length;
    return !this.#turns.has(hook) && this.#turns.size < TURNS && ofTenant < TENANT_TURNS;
  }

  #start(row: HookRow): void {
    const { signals } = this.#vault;
    const done = takeTurn(this.#parts, row)
      .then(({ delivered, failure, paused }) => {
        signals.emit('hookTold', { delivered, failed: failure === undefined ? 0 : 1 });
        // The hook by its id, and a closed word: no address, and nothing that a receiver has sent.
        const failed = {
          failed: 'hook_failed',
          why: `${row.hook} ${failure}`,
          ...(paused && { forGood: true as const }),
        };
        if (failure !== undefined) this.#report({ name: 'deliver_hooks', changed: delivered, ...failed });
        if (paused === 'damaged') signals.emit('integrityFailure', { target: row.hook });
      })
      .catch((error: unknown) => this.#report({ name: 'deliver_hooks', changed: 0, failed: codeOf(error) }))
      .finally(() => this.#turns.delete(row.hook));
    this.#turns.set(row.hook, { tenant: row.tenant, done });
  }

  async #release(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    // Its next holder takes it over as soon as it hears nothing of this one.
    await lease?.release().catch(() => {});
  }
}

/** @returns a function that stops it */
export function startDeliveries(vault: Vault, report: (report: JobReport) => void): () => Promise<void> {
  const deliveries = new Deliveries(vault, (done) => {
    vault.signals.emit('job', done);
    report(done);
  });
  void deliveries.round();
  const timer = setInterval(() => void deliveries.round(), ROUND_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await deliveries.stop();
  };
}
