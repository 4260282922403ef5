/**
 * Finds the writers whose marks may be removed: stores that were opened and are no longer open. It works slowly, by the
 * rule of decision 12. A writer is dead once its marks have stayed the same over a day of the observer's own looks.
 * Nobody else's clock is read. An open store leaves a mark at every look.
 *
 * Does not: tell a dead process from one that was stopped, or cut off from the store, for longer than a day. Such a
 * process misses its marks when it goes on, and stops alone (`Marks.mayBeRemoved`).
 */
const LOOK_EVERY_MS = 60 * 60_000;
const LOOKS = 24;

export interface WriterRow {
  readonly writer: number;
  /** The number of its last mark. */
  readonly n: number;
}

export class SilentWriters {
  readonly #elapsed: () => number;
  #lookedAt: number;
  #seen = new Map<number, { readonly n: number; readonly looks: number }>();

  /** @param elapsed running time of this process in milliseconds */
  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed;
    this.#lookedAt = elapsed();
  }

  /** Whether it is time to look; says so once for each time. */
  isDue(): boolean {
    const now = this.#elapsed();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return false;
    this.#lookedAt = now;
    return true;
  }

  /** @returns the dead ones */
  see(rows: readonly WriterRow[]): WriterRow[] {
    const seen = this.#seen;
    const looksOf = ({ writer, n }: WriterRow) => {
      const before = seen.get(writer);
      return before?.n === n ? before.looks + 1 : 0;
    };
    this.#seen = new Map(rows.map((row) => [row.writer, { n: row.n, looks: looksOf(row) }]));
    return rows.filter(({ writer }) => (this.#seen.get(writer)?.looks ?? 0) >= LOOKS);
  }
}
