/**
 * What one opened store on PostgreSQL remembers of its own commits, so that each transaction can see in itself that none
 * of them is gone: a server that took over, and has not got them, is told by the first transaction on it, whoever stands
 * between. Decision 27.
 *
 *   marks (writer, n)   a writer is one opened store; each of its transactions leaves a row with a number of its own,
 *                       and fails unless the rows that `after` names are there
 *
 * Commits of one server are in one order, and a server that went back lacks the last of them. So what a transaction saw
 * need not be asked for again once it is acknowledged itself, for it came later; what it did not see yet must be. That
 * is few: at most as many as run at once.
 *
 * Guarantees: no two transactions write or wait for the same row; one whose outcome is unknown is never asked for.
 * Does not: see what a transaction lost that was acknowledged while this one was already on its way.
 */
import { pooledRandom, type RandomSource } from '../../crypto/random.ts';
import { table } from '../table.ts';

const columns = { writer: 'int', n: 'int' } as const;
// Declared, so that a test compares them with the migrations; statements of their own write them (`mark-statements.ts`).
table('records', 'marks', columns, ['writer', 'n']);
table('keys', 'marks', columns, ['writer', 'n']);

/** Fits a number of JavaScript. */
const WRITER_BYTES = 6;
/** After a day of silence others remove a writer's marks (`silent-writers.ts`); their clocks may run a little faster. */
const SURE_MS = 20 * 60 * 60_000;

export interface Mark {
  readonly n: number;
  /** The marks without which this one may not be written. */
  readonly after: readonly number[];
}

export class Marks {
  readonly writer: number;
  #last = 0;
  /** Acknowledged, and not seen yet by a transaction that was acknowledged, too. */
  readonly #needed = new Set<number>();
  readonly #underWay = new Set<Mark>();
  #removedBelow = 1;
  readonly #elapsed: () => number;
  #acknowledgedAt: number;

  /** @param elapsed running time of this process in milliseconds */
  constructor(random: RandomSource = pooledRandom(), elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed;
    this.#acknowledgedAt = elapsed();
    this.writer = 1 + random(WRITER_BYTES).readUIntBE(0, WRITER_BYTES);
  }

  /** For one transaction, at the moment in which it is sent. */
  take(): Mark {
    this.#last += 1;
    const mark = { n: this.#last, after: [...this.#needed] };
    this.#underWay.add(mark);
    return mark;
  }

  /** Its commit was answered. */
  acknowledge(mark: Mark): void {
    for (const seen of mark.after) this.#needed.delete(seen);
    this.#needed.add(mark.n);
    this.#acknowledgedAt = this.#elapsed();
  }

  /** Whether others may have taken this writer for dead, and removed its marks: that one is missed proves nothing then. */
  get mayBeRemoved(): boolean {
    return this.#elapsed() - this.#acknowledgedAt > SURE_MS;
  }

  /** Nothing more is sent of it. */
  end(mark: Mark): void {
    this.#underWay.delete(mark);
  }

  /** The rows that nobody asks for any more, given once: from the first number to before the second. */
  takeRemovable(): readonly [from: number, before: number] | undefined {
    const asked = [...this.#underWay].flatMap(({ n, after }) => [n, ...after]);
    const before = Math.min(this.#last + 1, ...this.#needed, ...asked);
    const from = this.#removedBelow;
    if (before <= from) return undefined;
    this.#removedBelow = before;
    return [from, before];
  }
}
