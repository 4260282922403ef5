/**
 * Removes marks that nobody asks for any more: a store's own while it runs, all of them when it closes, and now and
 * then those of stores that are no longer open.
 *
 * Guarantees: waits for no disk and no standby. A mark that could not be removed is harmless, and others remove it in
 * time.
 */
import type pg from 'pg';
import { REMOVE, REMOVE_SILENT, REMOVE_WRITER, WRITERS } from './mark-statements.ts';
import type { Marks } from './marks.ts';
import { run } from './postgres-calls.ts';
import { SilentWriters } from './silent-writers.ts';

const LEAVE_MS = 500;

export class MarkKeeper {
  readonly #pool: pg.Pool;
  readonly #marks: Marks;
  readonly #others: SilentWriters;

  /** @param elapsed running time of this process in milliseconds */
  constructor(pool: pg.Pool, marks: Marks, elapsed: () => number) {
    this.#pool = pool;
    this.#marks = marks;
    this.#others = new SilentWriters(elapsed);
  }

  /** @param touch leaves a mark, a sign of life; other processes must see one between two of their looks */
  async tidy(touch: () => Promise<void>): Promise<void> {
    const removable = this.#marks.takeRemovable();
    if (removable !== undefined) await run(this.#pool, REMOVE, [this.#marks.writer, ...removable]);
    if (!this.#others.isDue()) return;
    await touch();
    const { rows } = await run(this.#pool, WRITERS);
    for (const { writer, n } of this.#others.see(rows)) await run(this.#pool, REMOVE_SILENT, [writer, n]);
  }

  /** Waits only a moment for a silent server, then gives its connection up. */
  async leave(): Promise<void> {
    const statement = { text: REMOVE_WRITER, values: [this.#marks.writer], query_timeout: LEAVE_MS };
    await this.#pool.query(statement).catch(() => {});
  }
}
