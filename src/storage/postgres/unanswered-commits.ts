/**
 * COMMITs on PostgreSQL, or single statements that are one: how long they are waited for, and what becomes of one that is
 * not answered.
 *
 * Guarantees: what resolves was answered, and the answer did not say that its standby may lack it; a caller waits no longer
 * than the limit. Nothing here cancels a COMMIT: PostgreSQL answers a cancelled wait for the standby with success, and so
 * would an administrator's `pg_cancel_backend`, but for a warning (01000), which counts as no answer. A connection that owes
 * one keeps its place in the pool, so that a standby that is gone does not fill the server with backends that wait; where
 * half of the pool owes one, nobody else is sent after them, but for one transaction now and then, which leaves a place of the
 * pool free. Each answer that comes after all gives its place back. Where a later COMMIT is answered, or another server has
 * taken over, nothing is waited for any more: a server that is gone says nothing, and TCP would try for a quarter of an hour.
 * Does not: know whether an unanswered COMMIT holds. On a server whose standby is gone it does, unseen, until that is back.
 */
import type { Socket } from 'node:net';
import type pg from 'pg';
import { driverCode, isRefusedCommit, OutcomeUnknownError, storeError, storeSilent } from '../errors.ts';
import { type StoreLimits, TOO_LATE, within } from '../limits.ts';
import type { StoreName } from '../table.ts';
import { type LazyTransaction, RolledBackError } from './lazy-transaction.ts';

/** "canceling wait for synchronous replication": https://www.postgresql.org/docs/current/errcodes-appendix.html, class 01. */
const WARNING = '01000';

export class UnansweredCommits {
  readonly #store: StoreName;
  readonly #limits: StoreLimits;
  readonly #most: number;
  /** What gives up each connection that owes an answer. */
  readonly #owing = new Map<pg.PoolClient, () => void>();
  readonly #elapsed: () => number;
  readonly #poolSize: number;
  #isTrying = false;
  #triedAt = 0;

  /**
   * @param poolSize of which half may owe an answer before nobody else is sent after them
   * @param elapsed running time of this process in milliseconds
   */
  constructor(store: StoreName, limits: StoreLimits, poolSize: number, elapsed: () => number) {
    this.#store = store;
    this.#limits = limits;
    this.#poolSize = poolSize;
    this.#most = poolSize / 2;
    this.#elapsed = elapsed;
  }

  /**
   * To be asked before a transaction.
   * @returns to be called when it has ended
   * @throws {UnavailableError} at once, where one begun now would only wait behind others
   */
  admit(): () => void {
    if (this.#owing.size < this.#most) return () => {};
    const isFull = this.#owing.size >= this.#poolSize - 1;
    if (isFull || this.#isTrying || this.#elapsed() - this.#triedAt < this.#limits.tryMs)
      throw storeSilent(this.#store);
    this.#isTrying = true;
    return () => {
      this.#isTrying = false;
      this.#triedAt = this.#elapsed();
    };
  }

  /**
   * Commits, and gives the connection back when that is answered, however late.
   * @throws {OutcomeUnknownError} @throws {RolledBackError} or another error where nothing was committed
   */
  async commit(client: pg.PoolClient, transaction: LazyTransaction): Promise<void> {
    let isWarned = false;
    const note = ({ code }: { code?: string | undefined }) => {
      isWarned ||= code === WARNING;
    };
    client.on('notice', note);
    const answer = transaction
      .commit()
      .then(
        () => undefined,
        (thrown: unknown) => storeError(thrown, this.#store, 'commit'),
      )
      .finally(() => client.off('notice', note));
    const found = await within(answer, this.#limits.commitMs);
    if (found === TOO_LATE) {
      this.#owe(client, answer);
      throw new OutcomeUnknownError('no_answer', this.#store);
    }
    const isLost = found !== undefined && !(found instanceof RolledBackError) && !isRefusedCommit(found);
    client.release(isLost ? found : undefined);
    if (isWarned) throw new OutcomeUnknownError('not_replicated', this.#store);
    if (isLost) throw new OutcomeUnknownError(driverCode(found) ?? 'unknown', this.#store);
    if (found !== undefined) throw found;
    transaction.acknowledge();
    // Those were sent before this one: whatever holds them back is not the server that has answered.
    if (this.#owing.size >= this.#most) this.giveUp();
  }

  /** Ends every connection that owes an answer: what it did stays unknown. */
  giveUp(): void {
    for (const end of [...this.#owing.values()]) end();
  }

  /** @param answer never rejects */
  #owe(client: pg.PoolClient, answer: Promise<Error | undefined>): void {
    const settle = (broken?: Error | boolean) => {
      if (!this.#owing.delete(client)) return;
      clearTimeout(timer);
      client.release(broken);
    };
    const end = () => {
      settle(true);
      // The driver would say goodbye only after the answer.
      (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream.destroy();
    };
    // A frozen server never answers, while another may long have taken its place.
    const timer = setTimeout(end, this.#limits.unansweredMs);
    timer.unref();
    this.#owing.set(client, end);
    if (this.#owing.size === this.#most) this.#triedAt = this.#elapsed();
    void answer.then((failure) => settle(failure ?? false));
  }
}
