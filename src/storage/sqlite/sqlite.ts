/**
 * The embedded store: one SQLite file, one writing connection, one reading connection.
 *
 * Guarantees: a resolved promise means that the commit has been fsynced (WAL, synchronous FULL). Works of one group run
 * one after another, each in a savepoint of its own, and share that fsync. Deleted content is overwritten in the
 * database file (secure_delete), though the WAL keeps a copy until its next checkpoint, which `close` forces.
 * The calls are synchronous underneath: a commit blocks the process for one fsync.
 */
import { statSync } from 'node:fs';
import { UnavailableError } from '../../errors.ts';
import { copySqlite } from '../copies/backup.ts';
import { commitError, type Phase, storeError, storeReplaced, timedOut } from '../errors.ts';
import { STORE_LIMITS, type StoreLimits, TOO_LATE, within } from '../limits.ts';
import type { StoreName } from '../table.ts';
import { type CopyWatch, MAX_WAITING, OVERLOADED, type Reader, type RowCounts, type Store, type Tx } from '../tx.ts';
import { BUSY_TIMEOUT_MS, Connection, SqliteReader, SqliteTx } from './sqlite-tx.ts';

/** More works in one commit would hold up the first caller for the sake of the last. */
const MAX_GROUP = 128;

/** How long one try to begin blocks the process while another process writes; between tries the process works on. */
const TURN_TIMEOUT_MS = 50;
const TURN_PAUSE_MS = 25;

/** The wait blocks the process, so it is short and repeated. After that, a job tries again. */
const SCRUB_TIMEOUT_MS = 50;
const SCRUB_TRIES = 5;
const SCRUB_PAUSE_MS = 25;

interface Job {
  readonly work: (tx: Tx) => Promise<unknown>;
  readonly exclusive: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Scrub {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  triesLeft: number;
}

export class SqliteStore<S extends StoreName> implements Store<S> {
  readonly name: S;
  readonly engine = 'sqlite';
  /** None, because a file is in one place. */
  readonly server = undefined;
  readonly reader: Reader<S>;
  readonly #path: string;
  readonly #file: string | undefined;
  #displaced: UnavailableError | undefined;
  readonly #limits: StoreLimits;
  readonly #writer: Connection;
  readonly #readers: Connection;
  #queue: Job[] = [];
  #scrubs: Scrub[] = [];
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(name: S, path: string, limits: StoreLimits = STORE_LIMITS) {
    this.name = name;
    this.#path = path;
    this.#limits = limits;
    try {
      this.#writer = new Connection(path, {});
      this.#writer.db.pragma('journal_mode = WAL');
      this.#writer.db.pragma(`busy_timeout = ${TURN_TIMEOUT_MS}`);
      this.#readers = new Connection(path, { readonly: true });
      this.#file = fileAt(path);
    } catch (error) {
      throw storeError(error, name);
    }
    this.reader = new SqliteReader(name, this.#readers);
  }

  shared<R>(work: (tx: Tx<S>) => Promise<R>): Promise<R> {
    return this.#submit(work, false);
  }

  exclusive<R>(work: (tx: Tx<S>) => Promise<R>): Promise<R> {
    return this.#submit(work, true);
  }

  scrub(): Promise<void> {
    return new Promise((resolve, reject) => this.#scrub({ resolve, reject, triesLeft: SCRUB_TRIES }));
  }

  #scrub(scrub: Scrub): void {
    if (this.#closed) {
      scrub.reject(new UnavailableError('shutting_down'));
      return;
    }
    this.#scrubs.push(scrub);
    this.#draining ??= this.#drain();
  }

  copyTo(path: string, watch?: CopyWatch): Promise<RowCounts> {
    return copySqlite(this.#path, path, watch);
  }

  get displaced(): UnavailableError | undefined {
    return this.#displaced;
  }

  async assertInPlace(): Promise<void> {
    this.#look();
  }

  /** A renamed file stays open: this process would write to it unseen, and read stale data. */
  #look(): void {
    if (this.#displaced !== undefined) throw this.#displaced;
    const file = fileAt(this.#path);
    if (file === this.#file) return;
    if (file === undefined) throw new UnavailableError('store_unavailable', 'The file of a store is not there.');
    this.#displaced = storeReplaced();
    throw this.#displaced;
  }

  async ping(): Promise<void> {
    await this.reader.query((knex) => knex.select(knex.raw('1')));
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#draining !== undefined) await this.#draining;
    if (!this.#writer.db.open) return;
    this.#readers.db.close();
    this.#writer.db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    this.#writer.db.pragma('wal_checkpoint(TRUNCATE)');
    this.#writer.db.close();
  }

  #submit<R>(work: (tx: Tx<S>) => Promise<R>, exclusive: boolean): Promise<R> {
    if (this.#closed) return Promise.reject(new UnavailableError('shutting_down'));
    if (this.#queue.length >= MAX_WAITING) return Promise.reject(new UnavailableError('overloaded', OVERLOADED));
    return new Promise<R>((resolve, reject) => {
      this.#queue.push({ work: work as Job['work'], exclusive, resolve: resolve as Job['resolve'], reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Waits for the turn of the event loop that has read every waiting socket, then commits all works together. */
  async #drain(): Promise<void> {
    try {
      while (this.#queue.length + this.#scrubs.length > 0) {
        await new Promise((resume) => setImmediate(resume));
        const group = this.#queue.splice(0, MAX_GROUP);
        if (group.length > 0) await this.#commit(group);
        this.#checkpoint();
      }
    } finally {
      this.#draining = undefined;
    }
  }

  /** Moves the log into the database and empties it, between two transactions, for all who wait for it. */
  #checkpoint(): void {
    const waiting = this.#scrubs.splice(0);
    if (waiting.length === 0) return;
    let failure: unknown;
    try {
      this.#writer.db.pragma(`busy_timeout = ${SCRUB_TIMEOUT_MS}`);
      const [{ busy }] = this.#writer.db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
      if (busy !== 0) failure = new UnavailableError('store_unavailable', 'Another process is reading the store.');
    } catch (error) {
      failure = storeError(error, this.name);
    }
    this.#writer.db.pragma(`busy_timeout = ${TURN_TIMEOUT_MS}`);
    for (const scrub of waiting) {
      scrub.triesLeft -= 1;
      if (failure === undefined) scrub.resolve();
      else if (scrub.triesLeft === 0) scrub.reject(failure);
      else setTimeout(() => this.#scrub(scrub), SCRUB_PAUSE_MS);
    }
  }

  async #commit(group: readonly Job[]): Promise<void> {
    const { db } = this.#writer;
    const settled: (() => void)[] = [];
    let phase: Phase = 'begin';
    try {
      this.#look();
      await this.#begin();
      phase = 'work';
      for (const job of group) settled.push(await this.#savepoint(job));
      phase = 'commit';
      this.#run('COMMIT');
    } catch (error) {
      try {
        if (db.inTransaction) this.#run('ROLLBACK');
      } catch {
        // A transaction that cannot be rolled back cannot be committed either; the next one fails at its beginning.
      }
      const failure = phase === 'commit' ? commitError(error, this.name) : storeError(error, this.name, phase);
      for (const job of group) job.reject(failure);
      return;
    }
    for (const settle of settled) settle();
  }

  /** Waits for another process's turn as long as before, but briefly at a time: a wait blocks this process. */
  async #begin(): Promise<void> {
    for (const startedAt = performance.now(); ; ) {
      try {
        return this.#run('BEGIN IMMEDIATE');
      } catch (error) {
        const isBusy = /^SQLITE_BUSY/.test((error as { code?: string }).code ?? '');
        if (!isBusy || performance.now() - startedAt > BUSY_TIMEOUT_MS) throw error;
        await new Promise((resume) => setTimeout(resume, TURN_PAUSE_MS));
      }
    }
  }

  /** Runs one work; its own failure undoes only its own savepoint. A failure of the whole transaction is thrown. */
  async #savepoint(job: Job): Promise<() => void> {
    const tx = new SqliteTx(this.name, this.#writer, job.exclusive);
    this.#run('SAVEPOINT work');
    try {
      const working = job.work(tx as unknown as Tx);
      // Its neighbours no longer wait for a shared work; its later calls fail, because its part has ended.
      const result = await (job.exclusive ? working : within(working, this.#limits.workMs));
      if (result === TOO_LATE) throw timedOut(this.name);
      this.#run('RELEASE work');
      return () => job.resolve(result);
    } catch (error) {
      if (!this.#writer.db.inTransaction) throw error;
      this.#run('ROLLBACK TO work');
      this.#run('RELEASE work');
      return () => job.reject(storeError(error, this.name));
    } finally {
      tx.end();
    }
  }

  #run(text: string): void {
    this.#writer.prepare(text, () => text).run();
  }
}

/** Identifies the file at a path; undefined where there is none. */
function fileAt(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}/${found.ino}`;
}
