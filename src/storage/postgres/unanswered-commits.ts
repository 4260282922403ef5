/**
 * How long a COMMIT on PostgreSQL, or a single statement that is one, is waited for, and what becomes of one that is
 * not answered.
 *
 * Guarantees: a resolved commit was answered, and the answer did not say that its standby may lack it. A caller waits
 * no longer than the limit. Nothing here cancels a COMMIT: PostgreSQL answers a cancelled wait for the standby with
 * success. An administrator's `pg_cancel_backend` has the same effect, except for a warning (01000), which counts as no
 * answer. A connection that owes an answer keeps its place in the pool, so that a lost standby does not fill the server
 * with waiting backends. Once half of the pool owes one, the rest is refused, except one transaction now and then,
 * which leaves a place of the pool free. Each late answer gives its place back. When a later COMMIT is answered, or
 * another server has taken over, nothing is waited for any more: a lost server says nothing, and TCP would try for a
 * quarter of an hour.
 * Does not: know whether an unanswered COMMIT holds. On a server whose standby is gone it does, unseen, until the
 * standby is back.
 */
import type { Socket } from 'node:net';
import type pg from 'pg';
import { driverCode, isRefusedCommit, OutcomeUnknownError, storeError, storeSilent } from '../errors.ts';
import { type StoreLimits, TOO_LATE, within } from '../limits.ts';
import type { StoreName } from '../table.ts';
import { type LazyTransaction, RolledBackError } from './lazy-transaction.ts';

/** "canceling wait for synchronous replication": class 01 of PostgreSQL's errcodes appendix. */
const WARNING = '01000';

export class UnansweredCommits {
  readonly #store: StoreName;
  readonly #limits: StoreLimits;
  readonly #most: number;
  /** For each connection that owes an answer, the function that gives it up. */
  readonly #owing = new Map<pg.PoolClient, () => void>();
  readonly #elapsed: () => number;
  readonly #poolSize: number;
  #isTrying = false;
  #triedAt = 0;

  /**
   * @param poolSize at most half of this may owe an answer before new transactions are refused
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
   * Must be asked before a transaction.
   * @returns what to call when the transaction has ended
   * @throws {UnavailableError} at once, where a new transaction would only wait behind others
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
   * Commits, and gives the connection back when the commit is answered, however late.
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
    // Those were sent before this one, so the server that has just answered is not what holds them back.
    if (this.#owing.size >= this.#most) this.giveUp();
  }

  /** Ends every connection that owes an answer. What it did stays unknown. */
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
    // A frozen server never answers, while another may have taken its place long ago.
    const timer = setTimeout(end, this.#limits.unansweredMs);
    timer.unref();
    this.#owing.set(client, end);
    if (this.#owing.size === this.#most) this.#triedAt = this.#elapsed();
    void answer.then((failure) => settle(failure ?? false));
  }
}
