/**
 * Removes marks that nobody asks for any more: a store's own as it goes on, all of them when it is closed, and seldom those
 * of stores that are open no more.
 *
 * Guarantees: waits for no disk and no standby; what could not be removed is harmless, and removed by others in time.
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

  /** @param touch leaves a mark: a sign of life, of which the others are to have one between two looks */
  async tidy(touch: () => Promise<void>): Promise<void> {
    const removable = this.#marks.takeRemovable();
    if (removable !== undefined) await run(this.#pool, REMOVE, [this.#marks.writer, ...removable]);
    if (!this.#others.isDue()) return;
    await touch();
    const { rows } = await run(this.#pool, WRITERS);
    for (const { writer, n } of this.#others.see(rows)) await run(this.#pool, REMOVE_SILENT, [writer, n]);
  }

  /** Waits a moment at most for a server that has fallen silent, and gives its connection up then. */
  async leave(): Promise<void> {
    const statement = { text: REMOVE_WRITER, values: [this.#marks.writer], query_timeout: LEAVE_MS };
    await this.#pool.query(statement).catch(() => {});
  }
}
