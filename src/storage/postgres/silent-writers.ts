/**
 * Whose marks may be removed: of stores that were opened and are no more. By the rule of decision 12, slowly: a writer is
 * dead once its marks have stayed as they were over a day of the looker's own looks. No clock of another's is read. A
 * store that is open leaves a mark at every look.
 *
 * Does not: know a process that was stopped in its tracks, or cut off from the store, for longer than a day from a dead one.
 * It misses its marks when it goes on, and stops alone (`Marks.mayBeRemoved`).
 */
const LOOK_EVERY_MS = 60 * 60_000;
const LOOKS = 24;

export interface WriterRow {
  readonly writer: number;
  /** Of its last mark. */
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

  /** Whether it is time to look; the answer holds once. */
  isDue(): boolean {
    const now = this.#elapsed();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return false;
    this.#lookedAt = now;
    return true;
  }

  /** @returns those that are dead */
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
