/**
 * The store to grow into: PostgreSQL, or an engine that speaks its protocol.
 *
 * Guarantees: a resolved promise means that COMMIT was answered, with synchronous_commit on, whatever a session or a
 * pooler says (`mark-statements.ts`), and that the store then had everything acknowledged before (`marks.ts`). A
 * rejected promise means that nothing was committed, except with `outcome_unknown` (`unanswered-commits.ts`).
 * Shared works that wait at the same moment run side by side in one transaction: equal lookups become one statement,
 * and inserts are collected and sent as one statement a table. If such a statement fails, the transaction is rolled
 * back and every work runs again by itself, so that one bad row fails one caller. A work may therefore run twice, and
 * must do nothing outside its transaction that cannot be repeated.
 */
import type pg from 'pg';
import { UnavailableError, type VaultError } from '../../errors.ts';
import { copyPostgres } from '../copies/backup.ts';
import { isConnectionLost, isTransient, OutcomeUnknownError, storeError } from '../errors.ts';
import { STORE_LIMITS, type StoreLimits } from '../limits.ts';
import type { StoreName } from '../table.ts';
import { type CopyWatch, MAX_WAITING, OVERLOADED, type Reader, type RowCounts, type Store, type Tx } from '../tx.ts';
import { LazyTransaction, RolledBackError } from './lazy-transaction.ts';
import { MarkKeeper } from './mark-keeper.ts';
import { Marks } from './marks.ts';
import { run } from './postgres-calls.ts';
import { StoreMark } from './postgres-mark.ts';
import { openPool } from './postgres-pool.ts';
import { LoneTx, PostgresReader } from './postgres-tx.ts';
import { type SharedWork, workTogether } from './shared-works.ts';
import { UnansweredCommits } from './unanswered-commits.ts';

const MAX_GROUP = 128;
/** How many groups of shared works run at once; more would make each smaller and save fewer commits. */
const LANES = 2;
const TRANSACTION_POOL_SIZE = 8;
/** A pool of its own: a transaction that reads outside itself never waits for a place that its like have taken. */
const READ_POOL_SIZE = 4;
const MAX_TRIES = 5;

export class PostgresStore<S extends StoreName> implements Store<S> {
  readonly name: S;
  readonly engine = 'postgres';
  readonly reader: Reader<S>;
  readonly #url: string;
  readonly #pool: pg.Pool;
  readonly #reads: pg.Pool;
  readonly #underWay = new Set<Promise<unknown>>();
  #queue: SharedWork[] = [];
  #lanes = 0;
  readonly #marks: Marks;
  readonly #mark: StoreMark;
  readonly #keeper: MarkKeeper;
  readonly #recovering: boolean;
  readonly #limits: StoreLimits;
  readonly #commits: UnansweredCommits;
  #closed = false;

  /** @param options `recovering`: also uses a store that went back in time */
  constructor(
    name: S,
    url: string,
    {
      recovering = false,
      limits = STORE_LIMITS,
      elapsed = () => performance.now(),
    }: { readonly recovering?: boolean; readonly limits?: StoreLimits; readonly elapsed?: () => number } = {},
  ) {
    this.name = name;
    this.#marks = new Marks(undefined, elapsed);
    this.#mark = new StoreMark(name, this.#marks);
    this.#recovering = recovering;
    this.#limits = limits;
    this.#commits = new UnansweredCommits(name, limits, TRANSACTION_POOL_SIZE, elapsed);
    this.#url = url;
    // A restore waits until the store has no connection, so the next one is the first to see another store.
    const recognise = (client: pg.ClientBase) => this.#mark.recognise(client);
    this.#pool = openPool(name, url, TRANSACTION_POOL_SIZE, recognise);
    this.#reads = openPool(name, url, READ_POOL_SIZE, recognise);
    this.#keeper = new MarkKeeper(this.#reads, this.#marks, elapsed);
    this.reader = new PostgresReader(name, this.#reads);
  }

  shared<R>(work: (tx: Tx<S>) => Promise<R>): Promise<R> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    if (this.#queue.length >= MAX_WAITING) return Promise.reject(new UnavailableError('overloaded', OVERLOADED));
    return new Promise<R>((resolve, reject) => {
      this.#queue.push({ work: work as SharedWork['work'], resolve: resolve as SharedWork['resolve'], reject });
      this.#open();
    });
  }

  exclusive<R>(work: (tx: Tx<S>) => Promise<R>): Promise<R> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return this.#track(this.#alone(work, 'exclusive'));
  }

  get #refusal(): UnavailableError | undefined {
    if (this.#closed) return new UnavailableError('shutting_down');
    return this.#mark.displaced;
  }

  async scrub(): Promise<void> {}

  copyTo(path: string, watch?: CopyWatch): Promise<RowCounts> {
    return copyPostgres(this.name, this.#url, path, watch);
  }

  get displaced(): UnavailableError | undefined {
    return this.#mark.displaced;
  }

  get server(): string | undefined {
    return this.#mark.server;
  }

  async assertInPlace(): Promise<void> {
    const { server } = this;
    const sawAll = await this.#mark.look(this.#reads, { recovering: this.#recovering });
    // Nobody will answer what the previous server has not answered.
    if (server !== undefined && server !== this.server) this.#commits.giveUp();
    // A transaction of nothing but its mark is the sure look.
    const touch = () => this.#track(this.#transaction((transaction) => transaction.begin()));
    if (!sawAll) await touch();
    await this.#keeper.tidy(touch);
  }

  /** Lends a connection for reads, as for a look before the store is used. @throws a driver's error */
  async onConnection<R>(look: (client: pg.ClientBase) => Promise<R>): Promise<R> {
    const client = await this.#reads.connect();
    let failed: Error | undefined;
    try {
      return await look(client);
    } catch (error) {
      failed = error as Error;
      throw error;
    } finally {
      client.release(failed);
    }
  }

  async ping(): Promise<void> {
    await run(this.#reads, 'SELECT 1');
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    if (this.displaced === undefined) await this.#keeper.leave();
    this.#commits.giveUp();
    await Promise.all([this.#pool.end(), this.#reads.end()]);
  }

  #track<R>(promise: Promise<R>): Promise<R> {
    this.#underWay.add(promise);
    const done = () => this.#underWay.delete(promise);
    promise.then(done, done);
    return promise;
  }

  #open(): void {
    if (this.#lanes >= LANES) return;
    this.#lanes += 1;
    void this.#track(this.#lane());
  }

  async #lane(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        await new Promise((resume) => setImmediate(resume));
        const group = this.#queue.splice(0, MAX_GROUP);
        if (group.length > 0) await this.#commit(group);
      }
    } finally {
      this.#lanes -= 1;
    }
  }

  async #commit(group: readonly SharedWork[]): Promise<void> {
    let settle: (() => void)[];
    try {
      settle = await this.#transaction((transaction) =>
        workTogether(this.name, transaction, group, this.#limits.workMs),
      );
    } catch (error) {
      // Running again what may have been committed could do it twice.
      const again = this.displaced === undefined && !(error instanceof OutcomeUnknownError);
      if (again && (group.length > 1 || isTransient(error) || error instanceof RolledBackError)) {
        await Promise.all(group.map((job) => this.#alone(job.work, 'shared').then(job.resolve, job.reject)));
      } else {
        for (const job of group) job.reject(error);
      }
      return;
    }
    for (const done of settle) done();
  }

  async #alone<R>(work: (tx: Tx<S>) => Promise<R>, mode: 'shared' | 'exclusive'): Promise<R> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.displaced !== undefined) throw this.displaced;
      try {
        return await this.#transaction(async (transaction) => {
          await transaction.begin();
          const tx = new LoneTx(this.name, transaction.client, mode);
          try {
            return await work(tx);
          } finally {
            tx.end();
          }
        });
      } catch (error) {
        if (attempt === MAX_TRIES || !isTransient(error)) throw error;
      }
    }
  }

  async #transaction<R>(work: (transaction: LazyTransaction) => Promise<R>): Promise<R> {
    const ended = this.#commits.admit();
    return this.#admitted(work).finally(ended);
  }

  async #admitted<R>(work: (transaction: LazyTransaction) => Promise<R>): Promise<R> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw storeError(error, this.name, 'connect');
    });
    const transaction = new LazyTransaction(client, this.#marks);
    let result: R;
    try {
      result = await work(transaction);
    } catch (thrown) {
      const error = storeError(thrown, this.name, 'work');
      transaction.end();
      // A connection that no longer answers would not answer a ROLLBACK either; the server rolls back when it is ended.
      client.release(isConnectionLost(error, this.name) ? error : await transaction.rollback());
      throw await this.#known(error);
    }
    try {
      if (transaction.isOpen) await this.#commits.commit(client, transaction);
      else client.release();
    } catch (error) {
      throw await this.#known(error as VaultError);
    } finally {
      transaction.end();
    }
    return result;
  }

  /** If a mark is missed, finds out why; nothing is written any more then. */
  async #known(error: VaultError): Promise<VaultError> {
    return error.code === 'store_went_back' ? this.#mark.missed(this.#reads, new Date()) : error;
  }
}
